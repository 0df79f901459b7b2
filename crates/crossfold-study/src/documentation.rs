//! Tables in `docs/spec.md` that are generated from definitions.

use std::sync::{Mutex, PoisonError};

/// Held while a table is rewritten, because tests run in parallel and each rewrites the whole file.
static FILE: Mutex<()> = Mutex::new(());

/// Asserts that `table` is between the marks of `name`. With `CROSSFOLD_UPDATE_DOCS=1`, writes it there instead.
#[track_caller]
#[expect(clippy::disallowed_methods, reason = "the documentation is updated on request")]
pub(crate) fn assert_table(name: &str, table: &str) {
    let _only_one = FILE.lock().unwrap_or_else(PoisonError::into_inner);
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/spec.md");
    let documentation = std::fs::read_to_string(path).expect("the documentation is beside the crates");
    let start = documentation.find(&format!("<!-- {name}: ")).expect("the table has a mark");
    let start = start + documentation[start..].find('\n').expect("a mark is a line") + 1;
    let end = documentation.find(&format!("\n<!-- end of {name} -->")).expect("the table has an end");
    if std::env::var_os("CROSSFOLD_UPDATE_DOCS").is_some() {
        let updated = format!("{}{table}{}", &documentation[..start], &documentation[end..]);
        std::fs::write(path, updated).expect("the documentation can be written");
    } else {
        assert!(
            documentation[start..end] == *table,
            "docs/spec.md lacks something of {name}; CONTRIBUTING.md says how to update it"
        );
    }
}
