//! A profile as JSON for other programs.

use std::io::{self, Write};

use crossfold_network::Task;
use serde_json::{Value, json};

use super::text::day;
use super::{ColumnProfile, Numbers, Profile, Summary, Suspicion, TargetProfile};

/// The version of the format that [`Profile::write_json`] writes. Incompatible changes increase it.
const PROFILE_VERSION: u32 = 1;

impl Profile {
    /// Writes one object, indented.
    ///
    /// # Errors
    /// If `out` can't be written to.
    pub fn write_json(&self, mut out: impl Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut out, &self.to_json())?;
        writeln!(out)
    }

    fn to_json(&self) -> Value {
        json!({
            "version": PROFILE_VERSION,
            "path": self.path.to_string_lossy(),
            "rows": self.rows,
            "found": self.found,
            "columns": self.columns.iter().map(column).collect::<Vec<_>>(),
            "target": self.target.as_ref().map(target),
            "suspicions": self.suspicions.iter().map(suspicion).collect::<Vec<_>>(),
            "notes": self.notes.iter().map(ToString::to_string).collect::<Vec<_>>(),
        })
    }
}

fn column(column: &ColumnProfile) -> Value {
    let ColumnProfile { name, kind, missing, distinct, summary } = column;
    let mut object = json!({ "name": name, "kind": kind, "missing": missing, "distinct": distinct });
    let (key, value) = match summary {
        Summary::Nothing => return object,
        Summary::Numbers(Numbers { least, quartiles, greatest, mean, deviation }) => {
            let figures = json!({
                "min": least, "quartiles": quartiles, "max": greatest, "mean": mean, "standard_deviation": deviation,
            });
            ("numbers", figures)
        }
        Summary::Dates { first, last } => ("dates", json!({ "first": day(*first), "last": day(*last) })),
        Summary::Boolean { yes, no } => ("boolean", json!({ "yes": yes, "no": no })),
        Summary::Levels(levels) => ("commonest", counts(&levels.commonest, "level")),
    };
    object[key] = value;
    object
}

fn target(target: &TargetProfile) -> Value {
    let TargetProfile { name, task, kind: _, missing, classes } = target;
    let mut object = json!({ "name": name, "task": task, "missing": missing });
    match task {
        Task::Classification => object["classes"] = counts(classes, "class"),
        Task::Regression => {}
    }
    object
}

fn counts(counts: &[(String, usize)], what: &str) -> Value {
    counts.iter().map(|(name, rows)| json!({ what: name, "rows": rows })).collect()
}

fn suspicion(suspicion: &Suspicion) -> Value {
    json!({
        "suspicion": suspicion.name(),
        "column": suspicion.column(),
        "message": suspicion.to_string(),
        "hint": suspicion.hint(),
    })
}
