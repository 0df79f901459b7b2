//! The rows that a study keeps of those that a file has.

use crossfold_study::Seed;

use crate::error::DataError;
use crate::strata;
use crate::targets::Targets;

impl Targets {
    /// The numbers of the `count` rows to keep, ascending: of each class (of numbers: of each tenth) its share to within
    /// one row. `None` keeps all.
    ///
    /// # Errors
    /// If there are fewer rows than that.
    pub fn draw_subset(&self, count: Option<usize>, seed: Seed) -> Result<Option<Vec<u32>>, DataError> {
        let rows = self.len();
        match count {
            None => Ok(None),
            Some(asked) if asked > rows => Err(DataError::TooFewRows { asked, rows }),
            Some(asked) => Ok(Some(strata::draw(strata::split(self, true), asked, &mut seed.subset()))),
        }
    }
}
