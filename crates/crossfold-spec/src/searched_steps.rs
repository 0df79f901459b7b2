//! Steps of preprocessing that are searched: whether the data have them, and whether their values go together with the other
//! steps and with the networks.

use std::collections::BTreeMap;

use super::findings::Findings;
use super::model::Home;
use super::path::Path;
use super::sections::{Level, NamedModel};
use crossfold_network::{NumbersName, Param, Setting, Settings};
use crossfold_study::{DataSpec, Domain, Encode, ModelSpace, NumericImpute};

/// The study's own values of the steps that any model searches, which hold where a model or a condition doesn't search them.
pub(super) fn usual(
    common: &Level,
    named: Option<&BTreeMap<String, Option<NamedModel>>>,
    data: Option<&DataSpec>,
) -> Settings {
    let levels = named.into_iter().flat_map(BTreeMap::values).flatten().map(|NamedModel(level)| level);
    let searched: Vec<Param> = levels.chain([common]).flat_map(|level| level.space.0.keys().copied()).collect();
    let own = data.and_then(|data| data.source.table()).map(|table| table.preprocessing.settings()).unwrap_or_default();
    own.into_iter().filter(|setting| searched.contains(&setting.param())).collect()
}

/// Checks the searched steps of all models.
pub(super) fn check(models: &[ModelSpace], data: Option<&DataSpec>, findings: &mut Findings<'_>) {
    let Some(data) = data else { return };
    refuse_selected_numbers(models, data, findings);
    let mut checked: Vec<Path> = Vec::new();
    for model in models {
        let own = model.fixed.get(Param::Model).map(|model| Home::for_model(&model.to_string()));
        let homes: Vec<Home> = own.into_iter().chain([Home::common()]).collect();
        for dimension in model.space.dimensions().iter().filter(|dimension| dimension.param.is_step()) {
            let Some(at) = homes.iter().find_map(|home| home.searched(dimension.param, findings)) else { continue };
            if checked.contains(&at) {
                continue;
            }
            checked.push(at.clone());
            if let Domain::Choice(values) = &dimension.domain {
                check_values(values, &at, data, findings);
            }
        }
    }
}

/// A number is embedded from all its inputs, and which inputs are selected differs from fold to fold.
fn refuse_selected_numbers(models: &[ModelSpace], data: &DataSpec, findings: &mut Findings<'_>) {
    let Some(table) = data.source.table() else { return };
    let embeds = |setting: &Setting| *setting != Setting::Numbers(NumbersName::Plain);
    for model in models {
        let dimension = |param| model.space.dimensions().iter().find(|dimension| dimension.param == param);
        let are_embedded = match dimension(Param::Numbers).map(|dimension| &dimension.domain) {
            Some(Domain::Choice(values)) => values.iter().any(embeds),
            Some(_) | None => model.fixed.get(Param::Numbers).is_some_and(embeds),
        };
        if !are_embedded || (table.preprocessing.select.is_none() && dimension(Param::Select).is_none()) {
            continue;
        }
        let own = model.fixed.get(Param::Model).map(|model| Home::for_model(&model.to_string()));
        let homes: Vec<Home> = own.into_iter().chain([Home::common()]).collect();
        let searched = homes.iter().find_map(|home| home.searched(Param::Numbers, findings));
        let fixed = || homes.iter().map(|home| home.fixed(Param::Numbers)).find(|at| findings.is_given(at));
        let Some(at) = searched.or_else(fixed) else { continue };
        findings.wrong(&at, "embedded numbers need all their inputs, of which `select` drops some").hint =
            Some("leave out `preprocessing.select`, or choose `plain`".to_owned());
        return;
    }
}

fn check_values(values: &[Setting], at: &Path, data: &DataSpec, findings: &mut Findings<'_>) {
    let Some(table) = data.source.table() else {
        findings.misplaced(at, "images have no steps of preprocessing").hint = Some("leave it out".to_owned());
        return;
    };
    if let NumericImpute::Constant(constant) = table.preprocessing.numeric.impute
        && constant <= -1.0
        && values.contains(&Setting::NumericLog(true))
    {
        findings.wrong(at, format!("missing numbers become {constant}, which has no ln(1 + x)")).hint =
            Some("choose a greater constant as `preprocessing.numeric.impute`".to_owned());
    }
    let is_embedded = |value: &Setting| {
        let Setting::CategoricalEncode(text) = value else { return false };
        matches!(Encode::from_text(text), Some(Encode::Embedding(_)))
    };
    if table.sequence.is_some() && values.iter().any(is_embedded) {
        findings.wrong(at, "names in the steps of sequences can't be embedded").hint =
            Some("choose among `one_hot`, `ordinal` and `target`".to_owned());
    }
}
