//! Presents a file of an older version as one of this version to a connection that only reads, without changing the file.
//!
//! Temporary views and tables hide the file's own. What the older version doesn't have is empty.

/// The scripts for a file of `version`.
pub(super) fn scripts(version: u32) -> &'static [&'static str] {
    match version {
        1 => &[METRICS, NO_NUMBERS, NO_SCORES, STUDIES_OF_FIRST, NO_COURSES, NO_DIGESTS],
        2 => &[METRICS, NUMBERS_OF_SECOND, NO_SCORES, STUDIES_OF_SECOND, NO_COURSES, NO_GROUPS, NO_DIGESTS],
        3 => &[METRICS, NUMBERS, SCORES, STUDIES_OF_THIRD, NO_COURSES, NO_GROUPS, NO_DIGESTS],
        4 => &[METRICS, NUMBERS, SCORES, NO_COURSES, NO_GROUPS, NO_DIGESTS],
        5 => &[METRICS, NUMBERS, SCORES, NO_GROUPS, NO_DIGESTS],
        6 => &[NO_GROUPS, NO_DIGESTS],
        _ => &[],
    }
}

const METRICS: &str = "
CREATE TEMP TABLE metrics (number, name);
INSERT INTO temp.metrics VALUES (1, 'balanced_accuracy'), (2, 'f1'), (3, 'roc_auc'), (4, 'average_precision'),
    (5, 'brier'), (6, 'calibration_error');
";

const NO_NUMBERS: &str = "
CREATE TEMP TABLE epochs_of_numbers (fit, epoch, training_rows, training_squared, training_absolute, training_spread,
    validation_rows, validation_squared, validation_absolute, validation_spread, nanoseconds, watched_loss, best, scores);
CREATE TEMP TABLE tests_of_numbers (key, epochs, digest, rows, squared, absolute, spread, scores);
CREATE TEMP VIEW validation AS SELECT *, NULL AS numbers, NULL AS groups FROM main.validation;
";
const NUMBERS_OF_SECOND: &str = "
CREATE TEMP VIEW epochs_of_numbers AS SELECT *, NULL AS watched_loss, NULL AS best, NULL AS scores
    FROM main.epochs_of_numbers;
CREATE TEMP VIEW tests_of_numbers AS SELECT *, NULL AS scores FROM main.tests_of_numbers;
";
const NUMBERS: &str = "
CREATE TEMP VIEW epochs_of_numbers AS SELECT *, NULL AS scores FROM main.epochs_of_numbers;
CREATE TEMP VIEW tests_of_numbers AS SELECT *, NULL AS scores FROM main.tests_of_numbers;
";

const NO_SCORES: &str = "
CREATE TEMP VIEW epochs AS SELECT *, NULL AS watched_loss, NULL AS best, NULL AS scores FROM main.epochs;
CREATE TEMP VIEW tests AS SELECT *, NULL AS scores FROM main.tests;
";
const SCORES: &str = "
CREATE TEMP VIEW epochs AS SELECT *, scores_of_columns(balanced_accuracy, f1, roc_auc, average_precision, brier,
    calibration_error) AS scores FROM main.epochs;
CREATE TEMP VIEW tests AS SELECT *, scores_of_columns(balanced_accuracy, f1, roc_auc, average_precision, brier,
    calibration_error) AS scores FROM main.tests;
";

const STUDIES_OF_FIRST: &str = "
CREATE TEMP VIEW studies AS SELECT *, 0 AS looked_up, NULL AS model, NULL AS form, NULL AS exhibits
    FROM main.studies;
";
const STUDIES_OF_SECOND: &str = "
CREATE TEMP VIEW studies AS SELECT *, NULL AS form, NULL AS exhibits FROM main.studies;
";
const STUDIES_OF_THIRD: &str = "
CREATE TEMP VIEW studies AS SELECT *, NULL AS exhibits FROM main.studies;
";

const NO_COURSES: &str = "
CREATE TEMP TABLE checkpoints (fit, epochs, state);
CREATE TEMP TABLE journal (study, number, line);
";

const NO_GROUPS: &str = "CREATE TEMP VIEW validation AS SELECT *, NULL AS groups FROM main.validation;";

const NO_DIGESTS: &str = "
CREATE TEMP TABLE digests (kind, record, number, digest);
CREATE TEMP TABLE standings (study, standing, fits, digest);
";
