//! A stratified subset of a file's rows.

use crossfold_study::Seed;

use crate::error::DataError;
use crate::strata;
use crate::targets::Targets;

impl Targets {
    /// Draws the numbers of `count` rows to keep, ascending, proportionally from each class (of numbers: each tenth of
    /// their ranks) to within one row. `None` keeps all rows.
    ///
    /// # Errors
    /// If there are fewer rows than `count`.
    pub fn draw_subset(&self, count: Option<usize>, seed: Seed) -> Result<Option<Vec<u32>>, DataError> {
        let rows = self.len();
        match count {
            None => Ok(None),
            Some(asked) if asked > rows => Err(DataError::TooFewRows { asked, rows }),
            Some(asked) => Ok(Some(strata::draw(strata::split(self, true), asked, &mut seed.subset()))),
        }
    }
}
