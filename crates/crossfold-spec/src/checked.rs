//! Values as written, and their meaning.

/// A value of the right type, in which a mistake may have left a hole.
pub(super) trait Raw {
    type Checked;

    /// `None` if a mistake has left a hole.
    fn checked(&self) -> Option<Self::Checked>;
}
