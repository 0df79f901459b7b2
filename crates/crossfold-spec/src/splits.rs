//! Checks `cross_validation`: one kind of split, and the keys that go with it.

use super::checked::Raw;
use super::cross_validation::{CrossValidation, FOLDS, GAP, HOLD_OUT, REPEATS, SHUFFLE, SplitsSpec};
use super::findings::Findings;
use super::path::Path;
use super::text::Text;
use crossfold_network::Task;
use crossfold_study::Splits;

/// The keys that select a kind of split, each with the keys that go with it.
const FORMS: [(&str, &[&str]); 4] = [
    ("leave_out", &[]),
    ("predefined", &["groups", "time"]),
    ("hold_out", &["stratified", "groups", "time", "gap"]),
    ("folds", &["stratified", "repeats", "shuffle", "groups", "time", "gap", "window"]),
];

/// Checks the splits; `None` if `findings` has a reason.
pub(super) fn splits(
    given: Option<CrossValidation>,
    task: Option<Task>,
    findings: &mut Findings<'_>,
) -> Option<Splits> {
    // Splits are stratified by default for classes, but not for numbers.
    let usually_stratified = task != Some(Task::Regression);
    let spec = match given {
        None => {
            let (folds, repeats, groups) = (FOLDS, REPEATS, None);
            return Some(Splits::KFold { folds, repeats, stratified: usually_stratified, shuffle: SHUFFLE, groups });
        }
        Some(CrossValidation::None) => {
            return Some(Splits::HoldOut { share: HOLD_OUT, stratified: usually_stratified, groups: None });
        }
        Some(CrossValidation::Splits(spec)) => spec,
    };
    let at = Path::new("cross_validation");
    let given = |key: &str| findings.is_given(&at.key(key)) || findings.is_hole(&at.key(key));
    let form = FORMS.into_iter().find(|(key, _)| given(key)).unwrap_or(FORMS[3]);
    refuse_foreign_keys(form, &at, findings);
    let text = |text: Option<Text>| text.map(|text| text.0);
    let stratified = spec.stratified.map_or(usually_stratified, |stratified| stratified.0);
    match form.0 {
        "leave_out" => Some(Splits::LeaveOneGroupOut { groups: spec.leave_out?.0 }),
        "predefined" => {
            Some(Splits::Predefined { column: spec.predefined?.0, groups: text(spec.groups), time: text(spec.time) })
        }
        "hold_out" => {
            let share = spec.hold_out?.checked()?;
            match spec.time {
                None => {
                    needs_time(&["gap"], &at, findings);
                    Some(Splits::HoldOut { share, stratified, groups: text(spec.groups) })
                }
                Some(time) => {
                    excluded_by_time(&["stratified", "groups"], &at, findings);
                    let gap = spec.gap.map_or(Some(GAP), |gap| gap.checked())?;
                    Some(Splits::LatestHoldOut { share, time: time.0, gap })
                }
            }
        }
        _ => folds(spec, stratified, &at, findings),
    }
}

/// Refuses to split rows by the target.
pub(super) fn refuse_target(splits: &Splits, target: &str, findings: &mut Findings<'_>) {
    if !splits.columns().any(|column| column == target) {
        return;
    }
    let at = Path::new("cross_validation");
    let is_target = |key: &&str| match splits {
        Splits::KFold { .. } | Splits::HoldOut { .. } => *key == "groups",
        Splits::LeaveOneGroupOut { .. } => *key == "leave_out",
        Splits::LatestHoldOut { .. } | Splits::TimeSeries { .. } => *key == "time",
        Splits::Predefined { column, groups, .. } => match *key {
            "predefined" => column == target,
            "groups" => groups.as_deref() == Some(target),
            _ => true,
        },
    };
    let key = ["predefined", "groups", "leave_out", "time"].into_iter().find(is_target).unwrap_or("time");
    findings.wrong(&at.key(key), "this is the target, which rows can't be split by").hint =
        Some("name another column".to_owned());
}

fn folds(spec: SplitsSpec, stratified: bool, at: &Path, findings: &mut Findings<'_>) -> Option<Splits> {
    const EXPECTED: &str = "a number of folds, or `hold_out: 0.2`, `leave_out: COLUMN` or `predefined: COLUMN`";
    let folds = findings.required(&at.key("folds"), spec.folds, EXPECTED);
    if let Some(time) = spec.time {
        excluded_by_time(&["stratified", "repeats", "shuffle", "groups"], at, findings);
        let gap = spec.gap.map_or(Some(GAP), |gap| gap.checked())?;
        let window = spec.window.map(|window| window.checked()).unwrap_or_default();
        return Some(Splits::TimeSeries { folds: folds?.checked()?, time: time.0, gap, window });
    }
    needs_time(&["gap", "window"], at, findings);
    let repeats = spec.repeats.map_or(Some(REPEATS), |repeats| repeats.checked())?;
    let shuffle = spec.shuffle.map_or(SHUFFLE, |shuffle| shuffle.0);
    if repeats > 1 && !shuffle {
        findings.wrong(&at.key("repeats"), "without `shuffle` all repeats are the same").hint =
            Some("leave out `repeats` or `shuffle: false`".to_owned());
    }
    let groups = spec.groups.map(|groups| groups.0);
    Some(Splits::KFold { folds: folds?.checked()?, repeats, stratified, shuffle, groups })
}

fn refuse_foreign_keys((form, companions): (&str, &[&str]), at: &Path, findings: &mut Findings<'_>) {
    let all = FORMS.iter().flat_map(|(key, companions)| std::iter::once(key).chain(*companions));
    let mut keys: Vec<&str> = all.copied().filter(|key| *key != form && !companions.contains(key)).collect();
    keys.sort_unstable();
    keys.dedup();
    let form_place = findings.tree.key_place(&at.key(form)).clone();
    for key in keys {
        if findings.is_given(&at.key(key)) {
            let why = if form == "hold_out" { ", which makes a single split" } else { "" };
            let mistake = findings.misplaced(&at.key(key), format!("excluded by `{form}`{why}"));
            mistake.other = Some(Box::new((form_place.clone(), "here".to_owned())));
        }
    }
}

fn excluded_by_time(keys: &[&str], at: &Path, findings: &mut Findings<'_>) {
    let place = findings.tree.key_place(&at.key("time")).clone();
    for key in keys {
        if findings.is_given(&at.key(key)) {
            let mistake = findings.misplaced(&at.key(key), "excluded by `time`: rows are split by their order alone");
            mistake.other = Some(Box::new((place.clone(), "here".to_owned())));
        }
    }
}

fn needs_time(keys: &[&str], at: &Path, findings: &mut Findings<'_>) {
    for key in keys {
        if findings.is_given(&at.key(key)) && !findings.is_hole(&at.key("time")) {
            findings.misplaced(&at.key(key), "goes with `time: COLUMN` alone");
        }
    }
}
