//! Any bytes are read as a table or refused, in little memory, and a pipeline can be fitted to a table that was read.
//!
//! Run `RUSTC_BOOTSTRAP=1 cargo fuzz run -s none tables -- -max_len=4096` with cargo-fuzz 0.13 and a stable Rust. Files that
//! it finds go to `tests/data/messy`.

#![no_main]

use std::alloc::{GlobalAlloc, Layout, System};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use crossfold_data::{Pipeline, Views};
use crossfold_sources::{ParsedTable, Loaded, Request, load, parse_table};
use crossfold_network::Task;
use crossfold_study::{ColumnKind, CsvSource, DataSource, DataSpec, Part, Preprocessing, Seed, Splits, TableFormat, TableSpec, TestRows};
use libfuzzer_sys::fuzz_target;

/// The most bytes of memory per byte of the file, and for any file.
const MEMORY_PER_BYTE: usize = 250;
const MEMORY: usize = 1 << 20;

/// A compressed file may hold a thousand times its length, which takes long to read.
const LONGEST_PACKED: usize = 256;

#[global_allocator]
static ALLOCATOR: Counting = Counting;
static USED: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

fuzz_target!(|bytes: &[u8]| {
    let packed = bytes.starts_with(&[0x1F, 0x8B]) || bytes.starts_with(&[0x28, 0xB5, 0x2F, 0xFD]);
    if packed && bytes.len() > LONGEST_PACKED {
        return;
    }
    let before = USED.load(Relaxed);
    MOST.store(before, Relaxed);
    let found = parse_table(bytes, &TableFormat::default(), &BTreeMap::new(), None);
    let memory = MOST.load(Relaxed).saturating_sub(before);
    assert!(packed || memory <= MEMORY + MEMORY_PER_BYTE * bytes.len(), "{memory} bytes for {}", bytes.len());
    match found {
        Ok(found) => learn(bytes, &found),
        Err(mistakes) => assert!(!mistakes.to_string().is_empty()),
    }
});

/// Fits the default pipeline to a part of the table, with its last feature as the target.
fn learn(bytes: &[u8], found: &ParsedTable) {
    static PATH: LazyLock<PathBuf> =
        LazyLock::new(|| std::env::temp_dir().join(format!("crossfold-fuzz-{}.csv", std::process::id())));
    let columns = found.table.columns().iter().rev();
    let Some(target) = columns.into_iter().find(|column| column.kind.is_feature()) else { return };
    let task = if target.kind == ColumnKind::Numeric { Task::Regression } else { Task::Classification };
    let spec = DataSpec {
        source: DataSource::Csv(Box::new(CsvSource {
            path: PATH.clone(),
            format: TableFormat::default(),
            table: TableSpec {
                target: target.name.clone(),
                task,
                drop_missing_target: true,
                test: TestRows::None,
                kinds: BTreeMap::new(),
                sequence: None,
                preprocessing: Preprocessing::default(),
            },
        })),
        train_rows: None,
    };
    std::fs::write(&*PATH, bytes).expect("there is room for a small file");
    let splits = Splits::KFold { folds: 2, repeats: 1, stratified: false, shuffle: true, groups: None };
    // The target is read again as the task needs it. That may be refused, but must not fail otherwise.
    let request = Request { folder: Path::new(""), splits: &splits, seed: Seed(0), test: false, memory: None };
    let Ok(Loaded { data, .. }) = load(&spec, &request) else { return };
    let Ok(folds) = data.folds(&splits, Seed(0)) else { return };
    let first = folds.ids()[0];
    let Ok(views) = Views::new(data, folds, Seed(0), None, None) else { return };
    let part = views.part(Part::Fold(first));
    let inputs = part.pipeline.as_ref().map(Pipeline::inputs).expect("tables come with a pipeline");
    assert_eq!(part.pipeline.as_ref().map(|pipeline| pipeline.input_names().len()), Some(inputs));
}

/// An allocator that counts the memory in use, and its maximum.
struct Counting;

unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let used = USED.fetch_add(layout.size(), Relaxed) + layout.size();
        MOST.fetch_max(used, Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        USED.fetch_sub(layout.size(), Relaxed);
        unsafe { System.dealloc(memory, layout) }
    }
}
