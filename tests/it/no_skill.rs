//! What is said of networks that are no better than predictions without inputs.

use crate::harness::{Workplace, number, root, table};

/// A study of ten perceptrons on a table in `tests/data/cases`.
fn spec(name: &str, file: &str, more: &str) -> String {
    let path = root().join("tests/data/cases").join(file);
    format!(
        "version: 1\nname: {name}\nseed: 0\ndata: {{source: csv, path: {}, target: y}}\n\
         model: {{kind: mlp, layers: 1}}\n\
         search: {{strategy: {{random: {{trials: 10}}}}, space: {{nodes: [4, 8, 16], dropout: [0.0, 0.2, 0.4], \
         learning_rate: {{log_uniform: {{low: 1e-3, high: 1e-2}}}}}}}}\n\
         training: {{epochs: 20, batch_size: 16}}\n{more}",
        path.display()
    )
}

/// What announces the winner of `name`: the terminal, `show`, and the report in brief, of which the page has the same sentences.
fn announcements(here: &Workplace, name: &str, spec: &str) -> [String; 3] {
    here.spec("study.yaml", spec);
    let screen = here.crossfold(&["run", "study.yaml"]).expect(0).stdout;
    let shown = here.crossfold(&["show", name]).expect(0).stdout;
    [screen, shown, here.read(&format!("results/{name}/report.md"))]
}

#[track_caller]
fn check_said(announcements: &[String; 3], sentence: &str) {
    for text in announcements {
        // A terminal's lines are wrapped.
        assert!(text.replace('\n', " ").contains(sentence), "{sentence}: {}", text);
    }
}

/// Three normal columns and a coin toss, 107 of 200 times `p`: the best of ten networks is right on 107, another one on 106. It
/// was the only one not to be below the majority class, so all others were called worse.
#[test]
fn on_noise_all_trials_are_tied_and_none_is_called_better_than_the_majority() {
    let here = Workplace::new();
    let announced = announcements(&here, "noise", &spec("noise", "noise.csv", ""));
    let board = table(&here.read("results/noise/leaderboard.csv"));
    assert!(number(&board[0], "mean") > 0.5 && number(&board[9], "mean") < 0.5, "{board:?}");
    assert!(board.iter().all(|row| row["tied_with_best"] == "TRUE"), "{board:?}");
    let best = &board[0]["trial"];
    check_said(&announced, &format!("rial {best} is not better than always answering `p` (0.5350)"));
    let close = "1 of the 9 other trials is within one standard error (0.0170) of the best and tied with it; 8 more are further behind";
    check_said(&announced, close);
    // The best is worse, too.
    assert!(announced.iter().all(|text| !text.contains(" of the tied trials score worse")), "{announced:?}");
    let compared = here.crossfold(&["compare", "noise", &format!("noise:{}", board[1]["trial"])]).expect(0).stdout;
    assert!(
        compared.contains("no evidence of a difference") && compared.contains(" calls them tied (adjusted p "),
        "{compared}"
    );
}

/// A target with a long tail that has nothing to do with the inputs. What answering the mean scores is calculated from the
/// targets of the other folds, as the leaderboard's scores are: a mean over folds.
#[test]
fn the_mean_is_scored_on_the_leaderboards_folds() {
    let here = Workplace::new();
    let text = spec("skewed", "skewed-noise.csv", "final: {refit: none}\n");
    let announced = announcements(&here, "skewed", &text.replace("target: y", "target: y, task: regression"));
    let rows = table(&here.read("results/skewed/predictions.csv"));
    let targets = |is_in: &dyn Fn(&str) -> bool| -> Vec<f64> {
        rows.iter().filter(|row| is_in(&row["fold"])).map(|row| number(row, "truth")).collect()
    };
    let scores = ["1", "2", "3", "4", "5"].map(|fold| {
        let (own, others) = (targets(&|of| of == fold), targets(&|of| of != fold));
        let mean = others.iter().sum::<f64>() / others.len() as f64;
        (own.iter().map(|target| (target - mean).powi(2)).sum::<f64>() / own.len() as f64).sqrt()
    });
    let mean = format!("{:.1}", scores.iter().sum::<f64>() / 5.0);
    check_said(&announced, &format!("better than always answering the mean ({mean})"));

    // All rows at once have another one, and `init` says that it is theirs.
    let file = root().join("tests/data/cases/skewed-noise.csv");
    let proposal = here.crossfold(&["init", file.to_str().unwrap(), "--target", "y", "-o", "-"]).expect(0).stdout;
    assert!(proposal.contains("# predicting the mean has an rmse of 361.3 over all rows\n"), "{proposal}");
}

/// Where the score without inputs says nothing, it isn't shown, and the reason is said.
#[test]
fn a_missing_reference_score_is_explained() {
    let here = Workplace::new();
    let rows: String = (0..60).map(|row| format!("{row}.5,{}\n", ["a", "b"][usize::from(row >= 30)])).collect();
    // Class `c` has one row, so no row of it is in the other folds.
    std::fs::write(here.path().join("steps.csv"), format!("x,y\n{rows}99,c\n")).unwrap();
    let spec = |name: &str, metric: &str| {
        format!(
            "version: 1\nname: {name}\ndata: {{source: csv, path: steps.csv, target: y}}\nmodel: {{kind: linear}}\n\
             training: {{optimizer: adam, learning_rate: 0.1, batch_size: 8, epochs: 5}}\n\
             objective: {{metric: {metric}}}\nfinal: {{refit: none}}\n"
        )
    };
    let calibrated = announcements(&here, "calibrated", &spec("calibrated", "calibration_error"));
    check_said(
        &calibrated,
        "o score of the classes' shares is shown for reference: their calibration error is nearly perfect",
    );
    let lost = announcements(&here, "lost", &spec("lost", "log_loss"));
    check_said(
        &lost,
        "o score of the classes' shares is shown for reference: their log loss is infinite, since a class of one fold has no \
         rows in the others",
    );
    let right = announcements(&here, "right", &spec("right", "accuracy"));
    assert!(right.iter().all(|text| !text.contains("for reference")), "{right:?}");
}

/// Nothing is said where the best is shown to be better; a single trial is judged, too.
#[test]
fn what_is_learnt_is_not_doubted() {
    let here = Workplace::new();
    let rows: String = (0..120).map(|row| format!("{row}.5,{}\n", if row < 60 { "a" } else { "b" })).collect();
    std::fs::write(here.path().join("steps.csv"), format!("x,y\n{rows}")).unwrap();
    let spec = |name: &str, rate: &str| {
        format!(
            "version: 1\nname: {name}\ndata: {{source: csv, path: steps.csv, target: y}}\nmodel: {{kind: linear}}\n\
             training: {{optimizer: adam, learning_rate: {rate}, batch_size: 8, epochs: 20}}\nfinal: {{refit: none}}\n"
        )
    };
    let learnt = announcements(&here, "learnt", &spec("learnt", "0.1"));
    check_said(&learnt, "rial 0 is significantly better than always answering `a` (0.");
    let untrained = announcements(&here, "untrained", &spec("untrained", "1e-9"));
    assert!(untrained.iter().all(|text| text.contains("Trial 0 is not") || text.contains("trial 0 is not")));
    // A single column that gives the class away.
    check_said(&learnt, "n area under the ROC curve of 1 is suspiciously good: check for a column that gives `y` away");
    assert!(untrained.iter().all(|text| !text.contains("suspiciously good")));
}
