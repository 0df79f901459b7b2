//! Keys of fits.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use sha2::{Digest, Sha256};

use crate::{BaselineMethod, FoldId, Part, Preprocessing, Seed, Splits};
use crossfold_network::{Configuration, SearchedSteps};

/// SHA-256 of everything that could change a fit's bits. A fit that is stored under its key can replace training in any
/// study at any time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FitKey([u8; 32]);

impl FitKey {
    pub fn from_bytes(bytes: [u8; 32]) -> FitKey {
        FitKey(bytes)
    }

    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Parses the output of `Display`; `None` for any other text.
    pub fn from_hex(text: &str) -> Option<FitKey> {
        let mut key = [0; 32];
        if text.len() != 64 || !text.is_ascii() {
            return None;
        }
        for (byte, at) in key.iter_mut().zip((0..64).step_by(2)) {
            *byte = u8::from_str_radix(&text[at..at + 2], 16).ok()?;
        }
        Some(FitKey(key))
    }
}

/// In hexadecimal.
impl fmt::Display for FitKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for FitKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FitKey({self})")
    }
}

/// What all fits of a study have in common: rows, seed, and the trainer.
#[derive(Clone, Debug, PartialEq)]
pub struct Origin {
    text: String,
    splits: String,
    /// The study's own preprocessing, and its place in the text; `None` for images.
    steps: Option<(Range<usize>, Preprocessing)>,
}

/// The steps of preprocessing in the text of an origin.
fn find_steps(text: &str) -> Option<(Range<usize>, Preprocessing)> {
    const LINE: &str = "\npreprocessing ";
    let start = text.find(LINE)? + LINE.len();
    let mut values = serde_json::Deserializer::from_str(&text[start..]).into_iter();
    let steps = values.next()?.ok()?;
    Some((start..start + values.byte_offset(), steps))
}

/// A configuration of an ensemble, with what else decides the bits of its networks and of what they predict together.
#[derive(Clone, Copy, Debug)]
pub struct MemberKey<'c> {
    pub configuration: &'c Configuration,
    pub epochs: u32,
    /// The number of networks, which differ in their seeds.
    pub networks: u32,
    pub weight: u32,
}

impl Origin {
    /// `data` is the digest of the rows, `preprocessing` one line that describes the steps within each fold (`none` for
    /// none), `trainer` one line each for the device, instructions, libraries and sources that do the arithmetic.
    pub fn new(data: &str, preprocessing: &str, seed: Seed, splits: &Splits, trainer: &str) -> Origin {
        Origin::from_text(format!("data {data}\npreprocessing {preprocessing}\nseed {}\n{trainer}", seed.0), splits)
    }

    /// An origin that was stored as [`Origin::text`].
    pub fn from_text(text: String, splits: &Splits) -> Origin {
        let steps = find_steps(&text);
        Origin { text, splits: describe_splits(splits), steps }
    }

    /// One line per item. Where the texts of two runs differ is the reason why fits were retrained.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text of a study that fixes these steps of preprocessing and is otherwise the same.
    pub fn text_with(&self, searched: &SearchedSteps) -> Cow<'_, str> {
        let Some((place, own)) = self.steps.as_ref().filter(|_| !searched.is_empty()) else {
            return Cow::Borrowed(&self.text);
        };
        let steps = own.with(searched);
        if steps == *own {
            return Cow::Borrowed(&self.text);
        }
        let steps = serde_json::to_string(&steps).expect("steps can be serialized");
        Cow::Owned(format!("{}{steps}{}", &self.text[..place.start], &self.text[place.end..]))
    }

    /// The key of the fit that trains `configuration` on `part`.
    ///
    /// It doesn't depend on the number of epochs, since a fit of fewer epochs is the beginning of a longer one.
    pub fn key(&self, configuration: &Configuration, part: Part) -> FitKey {
        self.hash(Some(&configuration.steps), &configuration.canonical_without_steps(), part, "")
    }

    /// The key of the fit of a baseline method on `part`.
    pub fn baseline_key(&self, method: BaselineMethod, part: Part) -> FitKey {
        self.hash(None, &method.canonical(), part, "")
    }

    /// The key of `networks` networks of `configuration` that are trained on all rows and averaged.
    pub fn refit_key(&self, configuration: &Configuration, networks: u32) -> FitKey {
        self.calibrated_key(configuration, networks, 1.0)
    }

    /// The same with probabilities at a temperature, 1 for those of the networks.
    pub fn calibrated_key(&self, configuration: &Configuration, networks: u32, temperature: f64) -> FitKey {
        let networks = if networks > 1 { format!(", {networks} networks") } else { String::new() };
        let how = networks + &at_temperature(temperature);
        self.hash(Some(&configuration.steps), &configuration.canonical_without_steps(), Part::All, &how)
    }

    /// The key of an ensemble that is trained on all rows, with probabilities at a temperature. Its members have the same
    /// steps of preprocessing.
    pub fn ensemble_key<'c>(&self, members: impl Iterator<Item = MemberKey<'c>>, temperature: f64) -> FitKey {
        let (mut text, mut steps) = (String::new(), None);
        for MemberKey { configuration, epochs, networks, weight } in members {
            let network = configuration.canonical_without_steps();
            text += &format!("weight {weight}, {networks} networks, {epochs} epochs, {network}\n");
            steps = Some(&configuration.steps);
        }
        self.hash(steps, &text, Part::All, &format!(", ensemble{}", at_temperature(temperature)))
    }

    /// The key of the weights of the network of `configuration` that is trained on a fold as in the search.
    pub fn fold_network_key(&self, configuration: &Configuration, fold: FoldId) -> FitKey {
        let network = configuration.canonical_without_steps();
        self.hash(Some(&configuration.steps), &network, Part::Fold(fold), ", weights")
    }

    /// The key of the networks of `configuration` on these `folds`, which predict together, with probabilities at a temperature.
    ///
    /// # Panics
    /// If there is no fold.
    pub fn folds_key(&self, configuration: &Configuration, folds: &[FoldId], temperature: f64) -> FitKey {
        let first = Part::Fold(*folds.first().expect("there is a fold"));
        let others: String = folds[1..].iter().map(|&fold| format!(", {}", Part::Fold(fold))).collect();
        let how = format!(", average{others}{}", at_temperature(temperature));
        self.hash(Some(&configuration.steps), &configuration.canonical_without_steps(), first, &how)
    }

    /// The key of what is `fitted` on `part`, and `how` where that is more than one network, with these `steps` in place of
    /// the study's own.
    fn hash(&self, steps: Option<&SearchedSteps>, fitted: &str, part: Part, how: &str) -> FitKey {
        let text = steps.map_or(Cow::Borrowed(self.text.as_str()), |steps| self.text_with(steps));
        let mut hash = Sha256::new();
        let part = match part {
            Part::Fold(_) => format!("{part} of {}", self.splits),
            Part::All => part.to_string(),
        };
        for piece in [&*text, &format!("{part}{how}"), fitted] {
            // The length distinguishes ["ab", "c"] from ["a", "bc"].
            hash.update((piece.len() as u64).to_le_bytes());
            hash.update(piece);
        }
        FitKey(hash.finalize().into())
    }
}

/// The part of a key's text that says how probabilities are rescaled; empty at 1, where they aren't.
fn at_temperature(temperature: f64) -> String {
    if temperature == 1.0 { String::new() } else { format!(", temperature {temperature}") }
}

/// Describes the splits of one repeat. The number of repeats is left out, since more repeats don't change the earlier
/// ones. Columns are named; their values are part of the data's digest.
fn describe_splits(splits: &Splits) -> String {
    let with = |text: String, words: &[(bool, &str)], groups: &Option<String>| {
        let words = words.iter().filter(|(is_set, _)| *is_set).map(|(_, word)| format!(" {word}"));
        let groups = groups.iter().map(|column| format!(" groups {column:?}"));
        words.chain(groups).fold(text, |text, word| text + &word)
    };
    match splits {
        Splits::KFold { folds, stratified, shuffle, groups, repeats: _ } => {
            with(format!("{folds} folds"), &[(*stratified, "stratified"), (*shuffle, "shuffled")], groups)
        }
        Splits::HoldOut { share, stratified, groups } => {
            with(format!("hold-out {share}"), &[(*stratified, "stratified"), (true, "shuffled")], groups)
        }
        Splits::LatestHoldOut { share, time, gap } => format!("latest {share} by {time:?} gap {gap}"),
        Splits::LeaveOneGroupOut { groups } => format!("one of groups {groups:?}"),
        Splits::TimeSeries { folds, time, gap, window } => {
            let window = window.map(|window| format!(" window {window}")).unwrap_or_default();
            format!("{folds} folds by {time:?} gap {gap}{window}")
        }
        Splits::Predefined { column, groups: _, time: _ } => format!("predefined by {column:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossfold_network::HiddenLayer;

    const FOLD: Part = Part::Fold(FoldId { repeat: 0, fold: 1 });

    fn splits(folds: u32, repeats: u32) -> Splits {
        Splits::KFold { folds, repeats, stratified: true, shuffle: true, groups: None }
    }

    fn network(nodes: u32) -> Configuration {
        Configuration {
            hidden: vec![HiddenLayer { nodes, dropout: 0.0 }],
            activation: Some(crossfold_network::Activation::Relu),
            ..Configuration::default()
        }
    }

    fn origin() -> Origin {
        Origin::new("d1", "none", Seed(1), &splits(5, 1), "device flex\n")
    }

    /// Stored fits are found by their keys, so these never change. The expected value is from Python's `hashlib`.
    #[test]
    fn keys_never_change() {
        assert_eq!(origin().text(), "data d1\npreprocessing none\nseed 1\ndevice flex\n");
        let key = origin().key(&network(8), FOLD);
        assert_eq!(key.to_string(), "a1ab12625b92b1e755a1ae55a7b69ab7f059d124fd2b4fb50902b1a4cfa0a778");
        assert_eq!(FitKey::from_hex(&key.to_string()), Some(key));
    }

    #[test]
    fn key_depends_on_exactly_what_decides_bits() {
        let key = origin().key(&network(8), FOLD);
        assert_eq!(key, Origin::new("d1", "none", Seed(1), &splits(5, 3), "device flex\n").key(&network(8), FOLD));
        let others = [
            Origin::new("d2", "none", Seed(1), &splits(5, 1), "device flex\n").key(&network(8), FOLD),
            Origin::new("d1", "none", Seed(2), &splits(5, 1), "device flex\n").key(&network(8), FOLD),
            Origin::new("d1", "none", Seed(1), &splits(4, 1), "device flex\n").key(&network(8), FOLD),
            Origin::new("d1", "none", Seed(1), &splits(5, 1), "device ndarray\n").key(&network(8), FOLD),
            Origin::new("d1", "scaled", Seed(1), &splits(5, 1), "device flex\n").key(&network(8), FOLD),
            origin().key(&network(9), FOLD),
            origin().key(&network(8), Part::Fold(FoldId { repeat: 1, fold: 1 })),
            origin().key(&network(8), Part::All),
            origin().refit_key(&network(8), 2),
            origin().refit_key(&network(8), 3),
            origin().calibrated_key(&network(8), 1, 1.5),
            origin().calibrated_key(&network(8), 2, 1.5),
        ];
        assert!(others.iter().all(|other| *other != key), "{others:?}");
    }

    #[test]
    fn the_key_of_an_ensemble_covers_its_members() {
        let networks = [7, 8, 9].map(network);
        let member = |at: usize, epochs, networks_of_it, weight| MemberKey {
            configuration: &networks[at],
            epochs,
            networks: networks_of_it,
            weight,
        };
        let key = |members: &[MemberKey<'_>], temperature| origin().ensemble_key(members.iter().copied(), temperature);
        let first = [member(1, 2, 1, 3), member(2, 4, 1, 1)];
        let others = [
            key(&first[..1], 1.0),
            key(&[member(0, 2, 1, 3), first[1]], 1.0),
            key(&[member(1, 3, 1, 3), first[1]], 1.0),
            key(&[member(1, 2, 2, 3), first[1]], 1.0),
            key(&[member(1, 2, 1, 2), first[1]], 1.0),
            key(&first, 1.5),
            origin().refit_key(&networks[1], 1),
        ];
        assert!(others.iter().all(|other| *other != key(&first, 1.0)), "{others:?}");
    }

    #[test]
    fn the_key_of_networks_of_folds_covers_the_folds_and_the_splits() {
        let folds = [0, 1, 2].map(|fold| FoldId { repeat: 0, fold });
        let key = origin().folds_key(&network(8), &folds, 1.0);
        let fewer = Origin::new("d1", "none", Seed(1), &splits(4, 1), "device flex\n");
        let others = [
            origin().folds_key(&network(8), &folds[..2], 1.0),
            origin().folds_key(&network(8), &folds, 1.5),
            origin().folds_key(&network(9), &folds, 1.0),
            fewer.folds_key(&network(8), &folds, 1.0),
            origin().fold_network_key(&network(8), folds[0]),
            origin().key(&network(8), Part::Fold(folds[0])),
            origin().folds_key(&network(8), &folds[..1], 1.0),
        ];
        assert!(others.iter().all(|other| *other != key), "{others:?}");
        assert_ne!(others[4], others[5]);
        assert_ne!(others[4], others[6]);
        let same = Origin::new("d1", "none", Seed(1), &splits(5, 3), "device flex\n");
        assert_eq!(same.folds_key(&network(8), &folds, 1.0), key);
    }

    /// A searched step has the keys of a study that fixes it; the study's own value has those of a study that doesn't search.
    #[test]
    fn searched_steps_have_the_keys_of_fixed_ones() {
        let origin = |steps: &Preprocessing| {
            let steps = serde_json::to_string(steps).unwrap() + r#" of ["age"], class weights "balanced""#;
            Origin::new("d1", &steps, Seed(1), &splits(5, 1), "device flex\n")
        };
        let own = Preprocessing::default();
        let searched = |scale: &str| {
            let steps = SearchedSteps { numeric_scale: Some(scale.to_owned()), ..SearchedSteps::default() };
            Configuration { steps, ..network(8) }
        };
        let mut fixed = own.clone();
        fixed.numeric.scale = crate::Scale::Normal;
        assert_eq!(origin(&own).key(&searched("standard"), FOLD), origin(&own).key(&network(8), FOLD));
        assert_eq!(origin(&own).key(&searched("normal"), FOLD), origin(&fixed).key(&network(8), FOLD));
        assert_eq!(origin(&own).refit_key(&searched("normal"), 2), origin(&fixed).refit_key(&network(8), 2));
        assert_eq!(origin(&own).text_with(&searched("normal").steps), origin(&fixed).text());
        assert_ne!(origin(&own).key(&searched("robust"), FOLD), origin(&own).key(&searched("normal"), FOLD));
        let method = BaselineMethod::ALL[0];
        assert_ne!(origin(&own).baseline_key(method, FOLD), origin(&fixed).baseline_key(method, FOLD));
    }

    /// A refit trains on all rows, so its key doesn't depend on the splits.
    #[test]
    fn refit_key_does_not_depend_on_splits() {
        let other = Origin::new("d1", "none", Seed(1), &splits(3, 1), "device flex\n");
        assert_eq!(origin().key(&network(8), Part::All), other.key(&network(8), Part::All));
    }

    #[test]
    fn one_network_has_the_key_of_all_rows() {
        assert_eq!(origin().refit_key(&network(8), 1), origin().key(&network(8), Part::All));
        assert_ne!(origin().refit_key(&network(8), 2), origin().refit_key(&network(8), 3));
    }

    #[test]
    fn malformed_keys_are_rejected() {
        for text in ["", "00", &"zz".repeat(32), &"é0".repeat(21)] {
            assert_eq!(FitKey::from_hex(text), None, "{text}");
        }
    }
}
