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
    /// The number of periods between training and validation rows that are left out.
    pub gap: u32,
}

/// What has to stay together when rows are divided.
pub(crate) enum Kept<'a> {
    /// Periods, of which later ones are held out.
    Order,
    /// Predefined folds; rows in none only train.
    Folds(&'a [Option<u32>]),
    /// The group of each row.
    Groups(&'a [u32]),
    /// Nothing.
    Rows,
}

impl SplitKeys {
    /// What has to stay together when the rows are divided into those to train on and those held out. If
    /// `only_divisible`, that is something of which there are at least two.
    pub(crate) fn kept(&self, only_divisible: bool) -> Kept<'_> {
        let is_divisible = |codes: &Vec<u32>| !only_divisible || codes.windows(2).any(|pair| pair[0] != pair[1]);
        match self {
            SplitKeys { periods: Some(periods), .. } if is_divisible(periods) => Kept::Order,
            // Groups beside predefined folds say what stays together.
            SplitKeys { groups: Some(groups), .. } if is_divisible(groups) => Kept::Groups(groups),
            // A single fold that validates is no example of how to divide the others.
            SplitKeys { folds: Some(folds), .. } if self.fold_count() > 1 => Kept::Folds(folds),
            SplitKeys { .. } => Kept::Rows,
        }
    }

    /// Whether some rows can be divided only by dividing what the splits keep together.
    pub(crate) fn is_indivisible(&self, rows: &[u32]) -> bool {
        let differ = |mut values: Box<dyn Iterator<Item = u32> + '_>| match values.next() {
            Some(first) => values.any(|value| value != first),
            None => false,
        };
        let folds = || rows.iter().filter_map(|&row| self.folds.as_ref().and_then(|folds| folds[row as usize]));
        let keys = || [&self.periods, &self.groups].into_iter().flatten();
        let is_divisible = |codes: &Vec<u32>| differ(Box::new(rows.iter().map(|&row| codes[row as usize])));
        let has_keys = keys().next().is_some() || folds().next().is_some();
        has_keys && !keys().any(is_divisible) && !differ(Box::new(folds()))
    }

    /// The number of predefined folds.
    pub(crate) fn fold_count(&self) -> usize {
        self.folds.iter().flatten().flatten().max().map_or(0, |&last| last as usize + 1)
    }

    /// The cluster of each row, from 0: rows of a predefined fold or group, which may reveal each other's targets.
    /// `None` if each row is one of its own.
    pub(crate) fn clusters(&self) -> Option<Vec<u32>> {
        match self.kept(false) {
            Kept::Folds(folds) => {
                // Rows in no fold are clusters of their own.
                let alone = self.fold_count() as u32..;
                Some(folds.iter().zip(alone).map(|(fold, alone)| fold.unwrap_or(alone)).collect())
            }
            Kept::Groups(groups) => Some(groups.to_vec()),
            // With an order in time, groups beside it still are clusters.
            Kept::Order | Kept::Rows => self.groups.clone(),
        }
    }

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
            gap: self.gap,
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
    fn groups_beside_an_order_in_time_are_clusters() {
        let groups = Some(vec![0, 1, 0, 1]);
        let periods = Some(vec![0, 0, 1, 1]);
        let folds = Some(vec![Some(0), Some(0), Some(1), Some(1)]);
        let keys = SplitKeys { groups: groups.clone(), periods: periods.clone(), folds, gap: 0 };
        assert_eq!(keys.clusters(), groups);
        assert_eq!(SplitKeys { periods, ..SplitKeys::default() }.clusters(), None);
    }

    #[test]
    fn selected_keys_are_numbered_without_gaps() {
        let keys = SplitKeys {
            groups: Some(vec![0, 1, 2, 1, 3]),
            periods: Some(vec![4, 2, 0, 3, 1]),
            folds: Some(vec![Some(3), None, Some(0), Some(1), Some(2)]),
            gap: 2,
        };
        let expected = SplitKeys {
            groups: Some(vec![0, 1, 1]),
            periods: Some(vec![2, 0, 1]),
            folds: Some(vec![Some(1), None, Some(0)]),
            gap: 2,
        };
        assert_eq!(keys.select_rows(&[0, 1, 3]), expected);
        assert_eq!(keys.select_rows(&[4, 2]).groups, Some(vec![1, 0]));
    }
}
