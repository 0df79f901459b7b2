//! `run --json`: every line of real streams is valid by the schema, and what they tell agrees with the result files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::Value;

use crate::harness::{Outcome, Row, Workplace, number, root, table};

/// The lines of a stream, each of which the schema allows.
#[track_caller]
pub(crate) fn events(stdout: &str) -> Vec<Value> {
    let schema = schema();
    let mut events = Vec::new();
    for line in stdout.lines() {
        assert!(line.starts_with("{\"time\":\"20") && line[32..].starts_with("Z\",\"event\":\""), "{line}");
        let event: Value = serde_json::from_str(line).unwrap();
        let name = event["event"].as_str().unwrap();
        let mistakes = mistakes(&schema["$defs"][name], &event, &schema, name);
        assert!(mistakes.is_empty(), "{line}\n{}", mistakes.join("\n"));
        events.push(event);
    }
    let times: Vec<&str> = events.iter().map(|event| event["time"].as_str().unwrap()).collect();
    assert!(times.is_sorted(), "{times:?}");
    assert_eq!((&events[0]["event"], &events[0]["version"]), (&"plan".into(), &4.into()));
    assert_eq!(events.last().unwrap()["event"], "results");
    events
}

fn schema() -> Value {
    let text = fs::read_to_string(root().join("crates/crossfold-report/schema/events.schema.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Where `value` breaks `schema`, by the keywords of JSON Schema that ours uses; an unknown keyword is a mistake, too.
fn mistakes(schema: &Value, value: &Value, root: &Value, at: &str) -> Vec<String> {
    let mut found = Vec::new();
    let object = schema.as_object().unwrap_or_else(|| panic!("{at}: no schema"));
    for (keyword, asked) in object {
        let is_met = match keyword.as_str() {
            "description" => true,
            "$ref" => {
                let schema = root.pointer(asked.as_str().unwrap().trim_start_matches('#')).unwrap();
                found.extend(mistakes(schema, value, root, at));
                true
            }
            "anyOf" => asked.as_array().unwrap().iter().any(|schema| mistakes(schema, value, root, at).is_empty()),
            "const" => value == asked,
            "enum" => asked.as_array().unwrap().contains(value),
            "type" => types(asked).iter().any(|name| is_of_type(value, name)),
            "minimum" => value.as_f64().is_none_or(|value| value >= asked.as_f64().unwrap()),
            // The only patterns are of times, which are checked above, and of names.
            "pattern" => value.as_str().is_none_or(|text| !text.is_empty()),
            "required" => asked.as_array().unwrap().iter().all(|key| value.get(key.as_str().unwrap()).is_some()),
            "items" => {
                let items = value.as_array().into_iter().flatten();
                found.extend(items.flat_map(|item| mistakes(asked, item, root, at)));
                true
            }
            "properties" => {
                for (key, schema) in asked.as_object().unwrap() {
                    let value = value.get(key);
                    found.extend(
                        value.into_iter().flat_map(|value| mistakes(schema, value, root, &format!("{at}.{key}"))),
                    );
                }
                true
            }
            "additionalProperties" => {
                let known = schema.get("properties").and_then(Value::as_object);
                let mut others = value.as_object().into_iter().flatten();
                others.all(|(key, value)| {
                    known.is_some_and(|known| known.contains_key(key))
                        || asked.is_object() && mistakes(asked, value, root, at).is_empty()
                })
            }
            unknown => panic!("`{unknown}` is not checked"),
        };
        if !is_met {
            found.push(format!("{at}: {keyword} {asked}, found {value}"));
        }
    }
    found
}

fn types(asked: &Value) -> Vec<&str> {
    asked
        .as_array()
        .map_or_else(|| vec![asked], |all| all.iter().collect())
        .iter()
        .filter_map(|name| name.as_str())
        .collect()
}

fn is_of_type(value: &Value, name: &str) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        unknown => panic!("`{unknown}` is no type"),
    }
}

fn named<'a>(events: &'a [Value], name: &str) -> Vec<&'a Value> {
    events.iter().filter(|event| event["event"] == name).collect()
}

/// What the stream says of trials and fits is what the leaderboard says.
#[track_caller]
fn check_against_leaderboard(events: &[Value], here: &Workplace, study: &str) -> BTreeMap<u64, Row> {
    let rows = table(&here.read(&format!("results/{study}/leaderboard.csv")));
    let rows: BTreeMap<u64, Row> = rows.into_iter().map(|row| (row["trial"].parse().unwrap(), row)).collect();
    let proposed: Vec<u64> =
        named(events, "trial_proposed").iter().map(|event| event["trial"].as_u64().unwrap()).collect();
    assert_eq!(proposed, (0..rows.len() as u64).collect::<Vec<_>>());
    for event in named(events, "trial_proposed").into_iter().chain(named(events, "trial_started")) {
        let row = &rows[&event["trial"].as_u64().unwrap()];
        assert_eq!(event["configuration"].to_string(), row["configuration"]);
        let settings = event["settings"].as_object().unwrap();
        assert!(settings.len() > 5, "{event}");
        for (name, value) in settings {
            let Some(cell) = row.get(name) else { continue };
            let is_same = match value {
                Value::Number(number) => cell.parse::<f64>().ok() == number.as_f64(),
                Value::String(text) => text == cell,
                other @ (Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_)) => {
                    other.to_string().replace(',', ", ").eq_ignore_ascii_case(cell)
                }
            };
            assert!(is_same, "{name}: {value} and `{cell}`");
        }
    }
    let ended: BTreeMap<u64, &Value> =
        named(events, "trial_ended").into_iter().map(|event| (event["trial"].as_u64().unwrap(), event)).collect();
    assert_eq!(ended.len(), rows.len());
    for (trial, event) in &ended {
        let row = &rows[trial];
        assert_eq!(event["state"], row["state"].as_str(), "{event}");
        let column = if row["mean"].is_empty() && row.contains_key("rung_mean") { "rung_mean" } else { "mean" };
        assert_eq!(event["score"].as_f64(), row[column].parse().ok(), "{event}");
        assert_eq!(event["rung"]["epochs"].as_u64(), row.get("rung_epochs").and_then(|epochs| epochs.parse().ok()));
        assert_eq!(event["error"].is_null(), row["error"].is_empty(), "{event}");
    }
    let search_ended = named(events, "search_ended")[0];
    for state in ["complete", "pruned", "failed", "cancelled"] {
        let count = rows.values().filter(|row| row["state"] == state).count();
        assert_eq!(search_ended[state], count, "{state}");
    }
    let fits = |name: &str| -> BTreeSet<String> {
        let fit = |event: &&Value| format!("{} {} {}", event["configuration"], event["repeat"], event["fold"]);
        named(events, name).iter().map(fit).collect()
    };
    let (trained, stored) = (search_ended["trained"].as_u64().unwrap(), search_ended["stored"].as_u64().unwrap());
    assert_eq!((fits("fit_started").len() as u64, fits("fit_ended").len() as u64), (trained, trained));
    let plan = &events[0];
    let (all, most) = (trained + stored, plan["fits"].as_u64().unwrap());
    if plan["at_most"] == false && search_ended["interrupted"] == false {
        assert_eq!((all, plan["trials"].as_u64()), (most, Some(rows.len() as u64)));
    }
    assert!(all <= most && rows.len() as u64 <= plan["trials"].as_u64().unwrap(), "{plan}");
    let first = rows.values().find(|row| row["rank"] == "1");
    let best = &named(events, "ranked")[0]["best"];
    assert_eq!(best["trial"].as_u64(), first.map(|row| row["trial"].parse().unwrap()));
    assert_eq!(best["score"].as_f64(), first.map(|row| number(row, "mean")));
    assert_eq!(named(events, "trial_ended").last().unwrap()["best"]["score"], best["score"]);
    rows
}

fn run(here: &Workplace, spec: &str, more: &[&str]) -> Outcome {
    here.crossfold(&[&["run", spec, "--json", "--quiet"], more].concat())
}

fn votes(here: &Workplace, name: &str, more: &str) -> String {
    let text = format!(
        "version: 1\nname: {name}\ndata: {{source: csv, path: DATA/anes96/anes96.csv, target: vote, test_share: 0.25}}\n{more}"
    );
    here.spec(&format!("{name}.yaml"), &text).to_str().unwrap().to_owned()
}

#[test]
fn a_grid_with_early_stopping_and_nested_cross_validation() {
    let here = Workplace::new();
    let spec = votes(
        &here,
        "grid",
        "model: {kind: mlp, hidden: [8, 4]}\ntraining: {epochs: 6, patience: 2, inner_share: 0.2}\n\
         search: {space: {learning_rate: [0.001, 0.01, 0.1], dropout: [0, 0.25]}}\n\
         cross_validation: {folds: 3}\nfinal: {refit: best, test: true, nested: true}\n",
    );
    let events = events(&run(&here, &spec, &[]).expect(0).stdout);
    check_against_leaderboard(&events, &here, "grid");
    assert_eq!(named(&events, "trial_started").len(), 6);
    assert_eq!(events[0]["goal"], "maximize");
    let epoch = named(&events, "epoch")[0];
    assert!(epoch["watched_loss"].is_number() && epoch["best_epoch"].is_u64(), "{epoch}");
    let proposed = named(&events, "trial_proposed")[1];
    assert_eq!(proposed["settings"]["hidden"], serde_json::json!([8, 4]));
    assert_eq!((&events[0]["sampler"], &proposed["proposed_by"]), (&"grid".into(), &Value::Null));
    let names: Vec<&str> = events.iter().map(|event| event["event"].as_str().unwrap()).collect();
    let closing = ["search_ended", "ranked", "nested_ended", "refit_started", "refit_ended", "test"];
    let variables = ["variables_started", "variables_fit_ended", "variables_fit_ended", "variables_fit_ended"];
    let closing = [&closing[..], &variables, &["variables_ended", "results"]].concat();
    assert_eq!(names[names.len() - closing.len()..], closing);
    let test = named(&events, "test")[0];
    for row in table(&here.read("results/grid/test.csv")) {
        let (metric, value) = (row["metric"].as_str(), number(&row, "value"));
        assert_eq!(test["scores"][metric].as_f64(), Some(value), "{metric}");
        if metric == "accuracy" {
            assert_eq!(test["score"].as_f64(), Some(value));
            assert_eq!(test["interval"][1].as_f64(), Some(number(&row, "interval_high")));
        }
    }
    let scored = named(&events, "variables_fit_ended");
    let folds: BTreeSet<u64> = scored.iter().map(|event| event["fold"].as_u64().unwrap()).collect();
    assert_eq!((folds, named(&events, "variables_started")[0]["fits"].as_u64()), (BTreeSet::from([1, 2, 3]), Some(3)));
    let columns = table(&here.read("results/grid/variables.csv"))
        .iter()
        .map(|row| row["column"].clone())
        .collect::<BTreeSet<_>>();
    assert_eq!(named(&events, "variables_ended")[0]["columns"].as_u64(), Some(columns.len() as u64));
    // All is stored: the trials are told of, and none starts.
    let again = run(&here, &spec, &[]).expect(0);
    let again = self::events(&again.stdout);
    check_against_leaderboard(&again, &here, "grid");
    assert_eq!((again[0]["stored"].as_u64(), named(&again, "trial_started").len()), (Some(18), 0));
    assert_eq!((named(&again, "variables_started").len(), named(&again, "variables_ended").len()), (0, 1));
}

/// With this penalty, networks diverge at learning rates above about 0.01.
#[test]
fn a_search_that_prunes_and_fails() {
    let here = Workplace::new();
    let spec = votes(
        &here,
        "asha",
        "model: {kind: mlp, hidden: [16]}\ntraining: {optimizer: sgd, epochs: 9, batch_size: 8, l2: 100}\n\
         search:\n  strategy: {tpe: {trials: 16, startup: 6}}\n  pruner: {asha: {min_folds: 1}}\n\
         \x20 enqueue: [{learning_rate: 0.001}]\n\
         \x20 space: {learning_rate: {log_uniform: {low: 1e-4, high: 1}}, momentum: [0, 0.9]}\n\
         cross_validation: {folds: 2}\nfinal: {refit: best, test: true}\nlimits: {max_failures: 100%}\n",
    );
    let events = events(&run(&here, &spec, &["--jobs", "2"]).expect(20).stdout);
    let rows = check_against_leaderboard(&events, &here, "asha");
    let count = |state: &str| rows.values().filter(|row| row["state"] == state).count();
    assert!(count("pruned") > 0 && count("failed") > 0 && count("complete") > 0, "{rows:?}");
    assert_eq!((&events[0]["at_most"], events[0]["fits"].as_u64()), (&true.into(), Some(32)));
    assert_eq!(named(&events, "trial_proposed")[0]["proposed_by"], "enqueue");
    let pruned: BTreeSet<u64> =
        named(&events, "trial_pruned").iter().map(|event| event["trial"].as_u64().unwrap()).collect();
    let expected: BTreeSet<u64> =
        rows.iter().filter(|(_, row)| row["state"] == "pruned").map(|(trial, _)| *trial).collect();
    assert!(pruned.is_superset(&expected), "{pruned:?} {expected:?}");
    let promoted = named(&events, "trial_promoted");
    assert!(promoted.iter().any(|event| event["reason"].as_str().unwrap().contains("place 1 of")), "{promoted:?}");
}

/// The longer trial never ends, so that the signal arrives once the shorter one is complete.
#[cfg(unix)]
#[test]
fn an_interrupted_run() {
    use std::io::{BufRead, BufReader};
    use std::process::Command;

    let here = Workplace::new();
    let spec = votes(
        &here,
        "long",
        "model: {kind: mlp, hidden: [4]}\ntraining: {learning_rate: 0.01}\nsearch: {space: {epochs: [1, 100000]}}\n\
         cross_validation: {folds: 2}\n",
    );
    let mut child = here.start(&["run", &spec, "--json", "--quiet", "--jobs", "2"]);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut stdout = String::new();
    let mut left = BTreeSet::from([1, 2]);
    while !left.is_empty() {
        let line = lines.next().unwrap().unwrap();
        let event: Value = serde_json::from_str(&line).unwrap();
        if event["event"] == "epoch" {
            left.remove(&event["fold"].as_u64().unwrap());
        }
        stdout += &(line + "\n");
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    lines.for_each(|line| stdout += &(line.unwrap() + "\n"));
    crate::harness::finish(child).expect(130);
    let events = events(&stdout);
    check_against_leaderboard(&events, &here, "long");
    let ended = named(&events, "search_ended")[0];
    assert_eq!((&ended["interrupted"], &ended["cancelled"].as_u64()), (&true.into(), &Some(1)), "{ended}");
    assert_eq!(named(&events, "results")[0]["written"], true);
}

/// A budget ends the search, and no trial has a score.
#[test]
fn a_search_without_a_winner() {
    let here = Workplace::new();
    let spec = votes(
        &here,
        "lost",
        "model: {kind: mlp, hidden: [4]}\ntraining: {optimizer: sgd, epochs: 3, l2: 100}\nbudget: {trials: 2}\n\
         search: {strategy: {random: {trials: 5}}, space: {learning_rate: {uniform: {low: 0.1, high: 0.2}}}}\n\
         cross_validation: {folds: 2}\nfinal: {refit: best}\nlimits: {max_failures: 100%}\n",
    );
    let events = events(&run(&here, &spec, &[]).expect(21).stdout);
    check_against_leaderboard(&events, &here, "lost");
    assert_eq!(named(&events, "search_ended")[0]["ended_by"], "trials");
    assert_eq!(named(&events, "ranked")[0]["winner"], Value::Null);
}

#[test]
fn the_schema_is_printed_and_names_each_event_once() {
    let printed = Workplace::new().crossfold(&["schema", "--events"]).expect(0).stdout;
    let schema = schema();
    assert_eq!(serde_json::from_str::<Value>(&printed).unwrap(), schema);
    let listed: Vec<&str> =
        schema["oneOf"].as_array().unwrap().iter().map(|one| one["$ref"].as_str().unwrap()).collect();
    let defined = schema["$defs"].as_object().unwrap();
    let events = defined.iter().filter(|(_, one)| one["properties"]["event"].is_object());
    let mut named = 0;
    for (name, definition) in events {
        named += 1;
        assert_eq!(definition["properties"]["event"]["const"], name.as_str());
        assert!(listed.contains(&format!("#/$defs/{name}").as_str()), "{name}");
    }
    assert_eq!((named, listed.len()), (20, 20));
}
