//! Classes that parts of folds lack.

use crossfold_study::{FoldId, Splits};

use crate::folds::Folds;
use crate::remark::{AbsentClass, Remark};
use crate::study_data::StudyData;
use crate::targets::Targets;

/// Remarks on classes without a training row in some folds and, if folds of groups are stratified, without a
/// validation row. A class with fewer rows than folds has a remark of its own.
pub fn find_absent_classes(data: &StudyData, folds: &Folds, splits: &Splits) -> Vec<Remark> {
    let Targets::Classes { labels, names } = &**data.targets() else { return Vec::new() };
    let mut rows = vec![0; names.len()];
    labels.iter().for_each(|&label| rows[label as usize] += 1);
    let mut not_trained = vec![Vec::new(); names.len()];
    let mut not_validated = vec![Vec::new(); names.len()];
    for id in folds.ids() {
        let mut validated = vec![0; names.len()];
        folds.validation(id).iter().for_each(|&row| validated[labels[row as usize] as usize] += 1);
        let mut trained = vec![0; names.len()];
        folds.training(id).iter().for_each(|&row| trained[labels[row as usize] as usize] += 1);
        for class in (0..names.len()).filter(|&class| rows[class] > 0) {
            if trained[class] == 0 {
                not_trained[class].push(id);
            }
            if validated[class] == 0 {
                not_validated[class].push(id);
            }
        }
    }
    let stratified_folds = match splits {
        Splits::KFold { stratified: true, groups: Some(_), folds, .. } => Some(*folds as usize),
        Splits::HoldOut { stratified: true, groups: Some(_), .. } => Some(1),
        Splits::KFold { .. }
        | Splits::HoldOut { .. }
        | Splits::LatestHoldOut { .. }
        | Splits::LeaveOneGroupOut { .. }
        | Splits::TimeSeries { .. }
        | Splits::Predefined { .. } => None,
    };
    let absent = |folds: Vec<Vec<FoldId>>, least: usize| -> Option<Vec<AbsentClass>> {
        let classes = names.iter().zip(folds).zip(&rows);
        let classes = classes.filter(|((_, folds), rows)| !folds.is_empty() && **rows >= least);
        let classes: Vec<_> = classes.map(|((class, folds), _)| AbsentClass { class: class.clone(), folds }).collect();
        (!classes.is_empty()).then_some(classes)
    };
    let not_trained = absent(not_trained, 1).map(|classes| Remark::NotTrained { classes });
    let not_validated = stratified_folds.and_then(|least| absent(not_validated, least));
    not_trained.into_iter().chain(not_validated.map(|classes| Remark::NotValidated { classes })).collect()
}
