//! JSON files.

use std::io::{self, Write};

use serde::Serialize;

/// Writes `value` as indented JSON, with a line end.
pub(super) fn write_json(mut out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut out, value)?;
    out.write_all(b"\n")
}
