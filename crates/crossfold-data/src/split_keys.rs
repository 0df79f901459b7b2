//! The values of each row in the columns named by `cross_validation`.

/// The group, period and fold of each row, from the columns that the study's splits name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SplitKeys {
    /// The group that each row belongs to, from 0.
    pub groups: Option<Vec<u32>>,
    /// The period of each row, from 0. Each period has a row.
    pub periods: Option<Vec<u32>>,
    /// The fold that each row validates, from 0; `None` for rows that only train. Each fold has a row.
    pub folds: Option<Vec<Option<u32>>>,
}

impl SplitKeys {
    pub(crate) fn groups(&self) -> &[u32] {
        self.groups.as_deref().expect("splits by groups come with them")
    }

    pub(crate) fn periods(&self) -> &[u32] {
        self.periods.as_deref().expect("splits by time come with it")
    }

    pub(crate) fn folds(&self) -> &[Option<u32>] {
        self.folds.as_deref().expect("predefined splits come with their column")
    }

    /// The keys of the given rows. Groups, periods and folds are renumbered from 0 without gaps.
    pub(crate) fn select_rows(&self, rows: &[u32]) -> SplitKeys {
        let pick = |values: &Vec<u32>| rows.iter().map(|&row| values[row as usize]).collect::<Vec<_>>();
        SplitKeys {
            groups: self.groups.as_ref().map(|groups| dense_ranks(&pick(groups))),
            periods: self.periods.as_ref().map(|periods| dense_ranks(&pick(periods))),
            folds: self.folds.as_ref().map(|folds| {
                let some: Vec<Option<u32>> = rows.iter().map(|&row| folds[row as usize]).collect();
                let mut codes = dense_ranks(&some.iter().copied().flatten().collect::<Vec<_>>()).into_iter();
                some.into_iter().map(|fold| fold.and_then(|_| codes.next())).collect()
            }),
        }
    }
}

/// The ranks of values among the distinct values, from 0.
pub(crate) fn dense_ranks(values: &[u32]) -> Vec<u32> {
    let mut distinct = values.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    values.iter().map(|value| distinct.partition_point(|other| other < value) as u32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selected_keys_are_numbered_without_gaps() {
        let keys = SplitKeys {
            groups: Some(vec![0, 1, 2, 1, 3]),
            periods: Some(vec![4, 2, 0, 3, 1]),
            folds: Some(vec![Some(3), None, Some(0), Some(1), Some(2)]),
        };
        let expected = SplitKeys {
            groups: Some(vec![0, 1, 1]),
            periods: Some(vec![2, 0, 1]),
            folds: Some(vec![Some(1), None, Some(0)]),
        };
        assert_eq!(keys.select_rows(&[0, 1, 3]), expected);
        assert_eq!(keys.select_rows(&[4, 2]).groups, Some(vec![1, 0]));
    }
}
