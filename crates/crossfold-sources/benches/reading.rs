//! The speed of reading a table of a million rows and 20 columns, on one thread.
//!
//! `cargo bench -p crossfold-sources --bench reading`

#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a benchmark reads the clock and prints")]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::hint::black_box;
use std::time::Instant;

use crossfold_sources::parse_table;
use crossfold_study::{Seed, TableFormat};

const ROWS: usize = 1_000_000;
const REPEATS: usize = 5;

fn main() {
    let text = table();
    let mut seconds: Vec<f64> = (0..REPEATS).map(|_| read(text.as_bytes())).collect();
    seconds.sort_by(f64::total_cmp);
    let speed = |seconds: f64| text.len() as f64 / 1e6 / seconds;
    let [least, median, most] = [seconds[0], seconds[REPEATS / 2], seconds[REPEATS - 1]];
    println!(
        "{:.1} MB, {ROWS} rows × 20: {:.0} MB/s (median of {REPEATS}; {:.0} to {:.0}), {median:.2} s",
        text.len() as f64 / 1e6,
        speed(median),
        speed(most),
        speed(least)
    );
}

/// Reads the table once. Returns the time in seconds.
fn read(bytes: &[u8]) -> f64 {
    let start = Instant::now();
    let found = parse_table(bytes, &TableFormat::default(), &BTreeMap::new(), None).expect("the table can be parsed");
    let seconds = start.elapsed().as_secs_f64();
    assert_eq!((found.table.rows(), found.table.columns().len()), (ROWS, 20));
    black_box(found);
    seconds
}

/// Eight columns of decimals with up to eight digits, four of whole numbers, two of numbers with missing values, and
/// six of names with 2 to 1,000 levels.
fn table() -> String {
    let mut draws = Seed(0).test();
    let header: Vec<String> = (0..20).map(|column| format!("x{column}")).collect();
    let mut text = header.join(",") + "\n";
    for _ in 0..ROWS {
        for column in 0..20 {
            match column {
                0..8 => write!(text, "{:.5}", draws.below(200_000_000) as f64 / 1e5 - 1000.0),
                8..12 => write!(text, "{}", draws.below(10u64.pow(column - 7))),
                12..14 if draws.below(10) == 0 => Ok(()),
                12..14 => write!(text, "{:.2}", draws.below(10_000) as f64 / 100.0),
                14 => write!(text, "{}", if draws.below(2) == 0 { "yes" } else { "no" }),
                _ => write!(text, "level {}", draws.below([5, 10, 50, 200, 1000][column as usize - 15])),
            }
            .expect("writing to a String never fails");
            text.push(if column == 19 { '\n' } else { ',' });
        }
    }
    text
}
