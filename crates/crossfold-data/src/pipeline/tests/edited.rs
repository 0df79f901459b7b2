//! Pipelines that are read from edited JSON.

use super::*;

/// Errors name the column and the reason.
#[test]
fn invalid_steps_are_refused() {
    let Example { table, regression, train, .. } = example(0);
    let encode = |encode| CategoricalSteps { indicator: true, encode, ..CategoricalSteps::default() };
    let scaled = |scale, log| {
        let steps = NumericSteps { scale, log, indicator: true, clip: log.then_some(3.0), ..NumericSteps::default() };
        ColumnSteps::Numeric(steps)
    };
    let bins = NumericEncode::Piecewise { bins: 3 };
    let steps = Preprocessing {
        categorical: encode(Encode::OneHot),
        columns: BTreeMap::from([
            ("team".to_owned(), ColumnSteps::Categorical(encode(Encode::Embedding(None)))),
            ("street".to_owned(), ColumnSteps::Categorical(encode(Encode::Target(Smoothing::Auto)))),
            ("gaps".to_owned(), scaled(Scale::Quantile, true)),
            ("full".to_owned(), scaled(Scale::Standard, false)),
            ("day".to_owned(), scaled(Scale::Normal, false)),
            ("flag".to_owned(), ColumnSteps::Numeric(NumericSteps { encode: bins, ..NumericSteps::default() })),
        ]),
        select: Some(3),
        ..Preprocessing::default()
    };
    let written = serde_json::to_value(fit(&table, &regression, &train, &steps)).unwrap();
    let columns = written["columns"].as_array().unwrap();
    let place = |name: &str| columns.iter().position(|column| column["name"] == name).unwrap();
    let check = |column: &str, at: &str, edited: Value, reason: &str| {
        let mut value = written.clone();
        let at = if column.is_empty() { at.to_owned() } else { format!("/columns/{}/steps/{at}", place(column)) };
        *value.pointer_mut(&at).unwrap_or_else(|| panic!("{at} is there")) = edited;
        let fault = serde_json::from_value::<Pipeline>(value).unwrap_err().to_string();
        let expected =
            if column.is_empty() { reason.to_owned() } else { format!("the steps of column `{column}`: {reason}") };
        assert_eq!(fault, expected);
    };
    let json = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    for selected in ["[0, 1, 100000]", "[2, 1]", "[1, 1]"] {
        let dense = fit(&table, &regression, &train, &steps).dense();
        check("", "/selected", json(selected), &format!("`selected` is a list of ascending places below {dense}"));
    }
    check("full", "Numeric/scaling/Linear/spread", json(r#""-1.0""#), "`spread` is greater than 0");
    check("full", "Numeric/scaling/Linear/spread", json(r#""0.0""#), "`spread` is greater than 0");
    check("gaps", "Numeric/fill", json(r#""-1.0""#), "`fill` has no logarithm");
    check("gaps", "Numeric/clip", json(r#""0.0""#), "`clip` is greater than 0");
    check("gaps", "Numeric/scaling/Quantile", json("[]"), "there are quantiles");
    check("gaps", "Numeric/scaling/Quantile", json(r#"["1.0"]"#), "quantiles ascend");
    check("gaps", "Numeric/scaling/Quantile", json(r#"["1.0", "3.0", "2.0", "4.0"]"#), "quantiles ascend");
    check("day", "Numeric/scaling/Normal", json(r#"["1.0", "1.0"]"#), "quantiles ascend");
    for bins in ["0", "1025"] {
        check("flag", "Numeric/bins/inputs", json(bins), "`inputs` is 1 to 1024");
    }
    let edges = "`edges` has one more number than there are bins, at most `inputs`";
    check("flag", "Numeric/bins/edges", json(r#"["1.0"]"#), edges);
    check("flag", "Numeric/bins/edges", json(r#"["0.0", "1.0", "2.0", "3.0", "4.0"]"#), edges);
    check("flag", "Numeric/bins/edges", json(r#"["0.0", "1.0", "1.0"]"#), "`edges` ascend");
    check("city", "Categorical/frequent", json("[true]"), "`frequent` has a value a level");
    check("city", "Categorical/missing", json("10"), "`missing` is a level's place");
    let levels = "its levels are the column's and perhaps one that missing values become";
    check("city", "Categorical/levels", json("[]"), levels);
    check("city", "Categorical/levels/0", json(r#""other""#), levels);
    check("street", "Categorical/encoding/Target/outputs/0/means/levels", json("[]"), "an output has a mean a level");
    let spread = "Categorical/encoding/Target/outputs/0/scaling/Linear/spread";
    check("street", spread, json(r#""0.0""#), "`spread` is greater than 0");
    check("team", "Categorical/encoding/Embedding/width", json("0"), "`width` is 1 to 1024");
    let others = "`others` is a level's place, or the one behind all levels";
    check("team", "Categorical/encoding/Embedding/others", json("6"), others);
    let mut names_without_levels = written.clone();
    names_without_levels["columns"][place("city")]["levels"] = Value::Null;
    let fault = serde_json::from_value::<Pipeline>(names_without_levels).unwrap_err().to_string();
    assert_eq!(fault, "the steps of column `city`: steps for names are for columns with `levels`");
}

/// Changes one value of a pipeline in JSON at a time.
#[test]
fn edited_pipelines_are_refused_or_usable() {
    let (mut refused, mut used) = (0, 0);
    for (seed, steps) in (0..).zip(all_steps()) {
        let example = example(seed);
        let written = serde_json::to_value(fit(&example.table, &example.classes, &example.train, &steps)).unwrap();
        let mut places = Vec::new();
        pointers(&written, String::new(), &mut places);
        for at in places {
            // The columns and their kinds are checked against the schema that is stored with the pipeline.
            let is_schema = at.ends_with("/name") || (at.ends_with("/levels") && !at.contains("/steps/"));
            for edit in 0..EDITS {
                let mut edited = written.clone();
                let value = edited.pointer_mut(&at).unwrap();
                if is_schema || !self::edit(value, edit) {
                    continue;
                }
                match serde_json::from_value::<Pipeline>(edited) {
                    Err(_) => refused += 1,
                    Ok(pipeline) => {
                        used += 1;
                        let inputs = pipeline.transform(&example.table);
                        assert_eq!(inputs.len(), ROWS * pipeline.inputs());
                        assert!(inputs.iter().all(|input| input.is_finite()), "{at}");
                    }
                }
            }
        }
    }
    assert!(refused > 1000 && used > 1000, "{refused} {used}");
}

/// The paths of all values within one.
fn pointers(value: &Value, at: String, places: &mut Vec<String>) {
    match value {
        Value::Array(values) => {
            (0..).zip(values).for_each(|(place, value): (usize, _)| pointers(value, format!("{at}/{place}"), places));
        }
        Value::Object(values) => values.iter().for_each(|(key, value)| pointers(value, format!("{at}/{key}"), places)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    places.push(at);
}

const EDITS: usize = 4;

/// Makes one edit of a value; false if there is no such edit.
fn edit(value: &mut Value, edit: usize) -> bool {
    match (value, edit) {
        (Value::Array(values), 0) => values.pop().is_some(),
        (Value::Array(values), 1) => {
            values.reverse();
            values.len() > 1
        }
        (Value::Array(values), 2) => {
            values.extend(values.last().cloned());
            true
        }
        (Value::Bool(value), 0) => {
            *value = !*value;
            true
        }
        (value @ (Value::Number(_) | Value::Null), 0..EDITS) => {
            *value = [0_u32, 5, 9, u32::MAX][edit].into();
            true
        }
        (Value::String(text), 0..EDITS) if text.parse::<f64>().is_ok() => {
            *text = ["0.0", "-1.0", "1e308", "-1e-300"][edit].to_owned();
            true
        }
        _ => false,
    }
}
