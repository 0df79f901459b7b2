//! Python that applies a card's network, generated from its layers so that it can't differ from them.

use crossfold_network::{Configuration, Program, Task, place_numbers};
use crossfold_study::{is_hidden, visible_line};

use super::script::{MemberCode, NetworkCode, Script, evaluate, evaluate_ensemble, evaluate_folds};
use super::{CardInputs, ModelCard, TableInputs, numpy, torch};

/// The longest list of classes within the code.
const LONGEST_LIST: usize = 70;

/// The script that applies the network of `card`.
pub(super) fn example(card: &ModelCard<'_>) -> Script {
    let (outputs, reads_classes) = outputs(card);
    let mut script = match &card.ensemble {
        None if card.has_own_inputs() => {
            let folds = card.folds.as_ref().map(|folds| &folds.scalings[..]).unwrap_or_default();
            evaluate_folds(network(card, card.configuration), card.study.data.task(), folds)
        }
        None => evaluate(card.networks, network(card, card.configuration)),
        Some(ensemble) => evaluate_ensemble(
            ensemble
                .members()
                .map(|(member, configuration)| MemberCode {
                    code: network(card, configuration),
                    trial: member.trial,
                    networks: member.networks,
                    weight: member.weight,
                })
                .collect(),
        ),
    };
    if reads_classes {
        script.standard.push("import json");
    }
    script.standard.sort_by_key(|import| (import.starts_with("from"), *import));
    if card.temperature != 1.0 {
        let (temperature, power) = (card.temperature, 1.0 / card.temperature);
        script.lines.push(format!("p = p ** {power:?}  # calibrated with temperature {temperature:.2}"));
        script.lines.push("p = p / p.sum(1, keepdims=True)".to_owned());
    }
    script.lines.extend(outputs);
    script
}

fn network(card: &ModelCard<'_>, configuration: &Configuration) -> NetworkCode {
    let mut layers = configuration.fitting_layers(card.shape);
    if let CardInputs::Table(table) = &card.inputs {
        place_numbers(&mut layers, &table.numbers);
    }
    match Program::numpy(&layers) {
        Some(program) => numpy::write_network(card, program),
        None => torch::write_network(card, &layers),
    }
}

/// A character of text in Python. Those that an editor doesn't show are escaped.
fn python_character(c: char) -> String {
    if is_hidden(c) { format!("\\U{:08x}", u32::from(c)) } else { c.to_string() }
}

/// The lines that print predictions, and whether they read `model.json`.
fn outputs(card: &ModelCard<'_>) -> (Vec<String>, bool) {
    match (card.study.data.task(), &card.inputs) {
        (Task::Regression, CardInputs::Table(TableInputs { target, .. })) if card.has_own_inputs() => {
            (vec![format!("y = x[:, 0]  # {}", visible_line(target)), "print(y)".to_owned()], false)
        }
        (Task::Regression, CardInputs::Table(TableInputs { scaling: [mean, deviation], target, .. })) => {
            let target = visible_line(target);
            (vec![format!("y = x[:, 0] * {deviation:?} + {mean:?}  # {target}"), "print(y)".to_owned()], false)
        }
        (Task::Regression, CardInputs::Images) => (vec!["print(x[:, 0])".to_owned()], false),
        (Task::Classification, inputs) => {
            let list = serde_json::to_string(card.classes).expect("classes are text").replace("\",\"", "\", \"");
            let list: String = list.chars().map(python_character).collect();
            let read = "classes = json.load(open(\"model.json\", encoding=\"utf-8\"))[\"adapter\"][\"classes\"]";
            match inputs {
                CardInputs::Table(_) if list.len() > LONGEST_LIST => {
                    (vec![read.to_owned(), "print([classes[i] for i in p.argmax(1)])".to_owned()], true)
                }
                CardInputs::Table(_) | CardInputs::Images => {
                    (vec![format!("print([{list}[i] for i in p.argmax(1)])  # p: how probable each is")], false)
                }
            }
        }
    }
}
