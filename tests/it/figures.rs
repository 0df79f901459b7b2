//! `crossfold report NAME --figures`: charts as SVG files for a paper.

use std::collections::BTreeMap;
use std::fs;

use crate::harness::{Workplace, number, table};

/// The figures in a study's folder, by name.
fn figures(here: &Workplace, study: &str) -> BTreeMap<String, String> {
    let folder = here.path().join("results").join(study).join("figures");
    let Ok(entries) = fs::read_dir(folder) else { return BTreeMap::new() };
    let read =
        |entry: fs::DirEntry| (entry.file_name().into_string().unwrap(), fs::read_to_string(entry.path()).unwrap());
    entries.map(|entry| read(entry.unwrap())).collect()
}

fn names(figures: &BTreeMap<String, String>) -> Vec<&str> {
    figures.keys().map(|name| name.strip_suffix(".svg").unwrap()).collect()
}

/// Elements are closed in the order in which they were opened, attributes are quoted, and every `&` begins a reference.
#[track_caller]
fn check_xml(name: &str, text: &str) {
    let mut open: Vec<&str> = Vec::new();
    let body =
        text.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n").unwrap_or_else(|| panic!("{name}: {text}"));
    for part in body.split('<').skip(1) {
        let (tag, content) = part.split_once('>').unwrap_or_else(|| panic!("{name}: <{part}"));
        assert_eq!(tag.matches('"').count() % 2, 0, "{name}: <{tag}>");
        assert!(!content.contains('>'), "{name}: {part}");
        if let Some(closed) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(closed), "{name}");
        } else if !tag.ends_with('/') {
            open.push(tag.split_whitespace().next().unwrap());
        }
    }
    assert!(open.is_empty(), "{name}: {open:?}");
    for reference in text.split('&').skip(1) {
        let is_known = ["amp;", "lt;", "gt;", "quot;", "apos;"].iter().any(|known| reference.starts_with(known));
        assert!(is_known, "{name}: &{reference}");
    }
}

/// The content of the first element of this name.
fn element<'t>(svg: &'t str, name: &str) -> &'t str {
    let (_, rest) = svg.split_once(&format!("<{name}>")).unwrap_or_else(|| panic!("no {name}: {svg}"));
    rest.split_once(&format!("</{name}>")).unwrap().0
}

/// The texts that a figure shows.
fn texts(svg: &str) -> Vec<&str> {
    let mut texts = Vec::new();
    for part in svg.split("<text ").skip(1) {
        let (_, content) = part.split_once(">\n").unwrap();
        texts.push(content.split_once("\n</text>").unwrap().0);
    }
    texts
}

const VOTES: &str = "version: 1\nname: votes\ndata: {source: csv, path: DATA/beps/beps.csv, target: vote}\n\
    model: {kind: mlp, layers: 1, nodes: 4}\ntraining: {epochs: 3}\n\
    search: {space: {learning_rate: [0.001, 0.003, 0.01]}}\ncross_validation: {folds: 3}\n";

/// A study of classes has every figure but those of numbers, with the numbers of its files.
#[test]
fn figures_of_classes_show_what_the_files_say() {
    let here = Workplace::new();
    here.spec("votes.yaml", VOTES);
    here.crossfold(&["run", "votes.yaml", "--quiet"]).expect(0);
    assert!(figures(&here, "votes").is_empty());
    let others = here.all_but_logs("results/votes");
    here.crossfold(&["report", "votes", "--figures"]).expect(0);
    let drawn = figures(&here, "votes");
    let expected =
        ["calibration", "confusion_matrix", "cost", "learning_curves", "roc", "scores", "search_history", "variables"];
    assert_eq!(names(&drawn), expected);
    for (name, svg) in &drawn {
        check_xml(name, svg);
        assert!(svg.contains("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"174mm\" height=\""), "{name}");
        assert!(svg.contains("viewBox=\"0 0 17400 "), "{name}");
        assert!(element(svg, "title").starts_with("votes: "), "{name}: {}", element(svg, "title"));
        assert!(!texts(svg).is_empty() && !svg.contains("<image"), "{name}");
    }
    let predictions = table(&here.read("results/votes/predictions.csv"));
    let is_right = |row: &&BTreeMap<String, String>| row["truth"] == row["predicted"];
    let right = predictions.iter().filter(is_right).count();
    let share = 100.0 * right as f64 / predictions.len() as f64;
    let title = format!("votes: confusion matrix: {right} of 1,525 validation rows are right ({share:.1}\u{a0}%)");
    assert_eq!(element(&drawn["confusion_matrix.svg"], "title"), title.replace(&right.to_string(), &thousands(right)));
    let labour = predictions.iter().filter(|row| row["truth"] == "Labour" && row["predicted"] == "Labour").count();
    let shown = texts(&drawn["confusion_matrix.svg"]);
    for text in ["Conservative", "Labour", "Liberal Democrat", "predicted class", "true class", &labour.to_string()] {
        assert!(shown.contains(&text), "{text}: {shown:?}");
    }
    // The best is named first, and the last to improve on those before it is the best.
    let best = &table(&here.read("results/votes/leaderboard.csv"))[0];
    let first = format!("1. learning rate {} (trial {})", best["learning_rate"], best["trial"]);
    assert!(texts(&drawn["scores.svg"]).contains(&&first[..]), "{first}: {:?}", texts(&drawn["scores.svg"]));
    let history = element(&drawn["search_history.svg"], "desc");
    let sentence = format!("The best score, {:.4}, is that of trial {}.", number(best, "mean"), best["trial"]);
    assert!(history.contains(&sentence), "{sentence}: {history}");
    // All else is as the run wrote it.
    let mut now = here.all_but_logs("results/votes");
    now.retain(|name, _| !name.starts_with("figures/"));
    assert!(now == others, "a report with figures changed other files");
    // The same bytes once more; another width changes no number.
    here.crossfold(&["report", "votes", "--figures"]).expect(0);
    assert!(figures(&here, "votes") == drawn, "a second report wrote other bytes");
    here.crossfold(&["report", "votes", "--figures", "--width", "84.5"]).expect(0);
    let narrow = figures(&here, "votes");
    assert_eq!(names(&narrow), expected);
    for (name, svg) in &narrow {
        check_xml(name, svg);
        assert!(svg.contains(" width=\"84.5mm\" ") && svg.contains("viewBox=\"0 0 8450 "), "{name}");
        assert_eq!(element(svg, "title"), element(&drawn[name], "title"));
    }
    // Without being asked, a report leaves no figures of another time; other files in the folder stay.
    let own = here.path().join("results/votes/figures/mine.svg");
    fs::write(&own, "mine").unwrap();
    here.crossfold(&["report", "votes"]).expect(0);
    assert_eq!(names(&figures(&here, "votes")), ["mine"]);
}

fn thousands(number: usize) -> String {
    if number < 1000 { number.to_string() } else { format!("{},{:03}", number / 1000, number % 1000) }
}

#[test]
fn figures_of_numbers_show_predictions_and_no_classes() {
    let here = Workplace::new();
    here.spec(
        "pay.yaml",
        "version: 1\nname: pay\ndata: {source: csv, path: DATA/hitters/hitters.csv, target: Salary, task: regression, \
         missing_target: drop}\nmodel: {kind: linear}\ntraining: {epochs: 5}\n\
         search: {space: {learning_rate: [0.01, 0.1]}}\ncross_validation: {folds: 2}\nobjective: {metric: mae}\n",
    );
    here.crossfold(&["run", "pay.yaml", "--quiet"]).expect(0);
    here.crossfold(&["report", "pay", "--figures", "--width", "84"]).expect(0);
    let drawn = figures(&here, "pay");
    assert_eq!(names(&drawn), ["cost", "learning_curves", "predicted", "scores", "search_history", "variables"]);
    drawn.iter().for_each(|(name, svg)| check_xml(name, svg));
    let predicted = &drawn["predicted.svg"];
    assert_eq!(
        element(predicted, "title"),
        "pay: predicted against true numbers, and residuals, of 263 validation rows"
    );
    // A dot for each row in both panels, and the legend's.
    assert_eq!(predicted.matches("<circle ").count(), 2 * 263 + 1);
    assert!(texts(&drawn["scores.svg"]).contains(&"MAE (lower is better)"), "{:?}", texts(&drawn["scores.svg"]));
}

#[test]
fn absurd_widths_are_refused() {
    let here = Workplace::new();
    for width in ["0", "-84", "59", "401", "nan", "wide"] {
        let refused = here.crossfold(&["report", "votes", "--figures", "--width", width]).expect(2).stderr;
        let reason = "expected millimetres from 60 to 400: 84 is one column of a journal, 174 two";
        assert!(refused.contains(&format!("invalid value '{width}' for '--width <MM>': {reason}")), "{refused}");
    }
    let refused = here.crossfold(&["report", "votes", "--width", "84"]).expect(2).stderr;
    assert!(refused.contains("--figures"), "{refused}");
}

/// A class, a column and a value with markup, control and bidirectional characters.
#[test]
fn names_of_others_are_no_markup_and_obeyed_by_nothing() {
    const HOSTILE: &str = "\u{1b}]0;T\u{7}\u{202e}x</text><script>alert(1)</script>&amp;\u{9b}31m";
    let here = Workplace::new();
    let quoted = format!("\"{HOSTILE}\"");
    let row = |row: usize| {
        let class = if row.is_multiple_of(3) { &quoted } else { "plain" };
        format!("{},{},{class}\n", (row * 7) % 13, (row * 5) % 11 + 4 * usize::from(row.is_multiple_of(3)))
    };
    fs::write(here.path().join("a.csv"), format!("{quoted},b,y\n{}", (0..60).map(row).collect::<String>())).unwrap();
    here.spec(
        "a.yaml",
        "version: 1\nname: a\ndata: {source: csv, path: a.csv, target: y}\nmodel: {kind: mlp, hidden: [3]}\n\
         training: {epochs: 2}\nsearch: {space: {learning_rate: [0.1, 0.05]}}\ncross_validation: {folds: 2}\n",
    );
    here.crossfold(&["run", "a.yaml", "--quiet"]).expect(0);
    here.crossfold(&["report", "a", "--figures", "--width", "400"]).expect(0);
    let drawn = figures(&here, "a");
    for (name, svg) in &drawn {
        check_xml(name, svg);
        assert!(!svg.contains("<script") && !svg.contains(|c: char| c.is_control() && c != '\n'), "{name}");
        assert!(!svg.contains('\u{202e}'), "{name}");
    }
    let shown = r"\u{1b}]0;T\u{7}\u{202e}x&lt;/text&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;\u{9b}31m";
    assert!(texts(&drawn["confusion_matrix.svg"]).contains(&shown), "{:?}", texts(&drawn["confusion_matrix.svg"]));
    assert!(texts(&drawn["variables.svg"]).contains(&shown), "{:?}", texts(&drawn["variables.svg"]));
}

/// A link in the place of the folder is not followed.
#[cfg(unix)]
#[test]
fn figures_are_written_as_other_result_files_are() {
    let here = Workplace::new();
    here.spec("votes.yaml", &VOTES.replace("epochs: 3", "epochs: 1"));
    here.crossfold(&["run", "votes.yaml", "--quiet"]).expect(0);
    let folder = here.path().join("results/votes/figures");
    let elsewhere = here.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &folder).unwrap();
    let refused = here.crossfold(&["report", "votes", "--figures"]);
    assert!(refused.code != 0 && refused.stderr.contains("it is a link"), "{}", refused.stderr);
    assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0);
    fs::remove_file(&folder).unwrap();
    here.crossfold(&["report", "votes", "--figures"]).expect(0);
    assert!(figures(&here, "votes").contains_key("scores.svg"));
}
