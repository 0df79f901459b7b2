//! Values of searched steps of preprocessing: as text, in the spelling of specs, and in a study's steps.

use std::fmt;

use crossfold_network::{SearchedSteps, Setting, Settings};

use super::preprocessing::{Encode, NumericEncode, Preprocessing, Scale, Smoothing};

impl Scale {
    /// The scale with this name in specs.
    pub fn from_name(name: &str) -> Option<Scale> {
        Scale::ALL.into_iter().find(|scale| scale.name() == name)
    }
}

/// As in a spec: `none`, `{piecewise: {bins: 8}}`.
impl fmt::Display for NumericEncode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NumericEncode::Value => f.write_str("none"),
            NumericEncode::Piecewise { bins } => write!(f, "{{piecewise: {{bins: {bins}}}}}"),
        }
    }
}

impl NumericEncode {
    /// Parses the output of `Display`; `None` for any other text.
    pub fn from_text(text: &str) -> Option<NumericEncode> {
        if text == "none" {
            return Some(NumericEncode::Value);
        }
        number(text, "piecewise", "bins").map(|bins| NumericEncode::Piecewise { bins })
    }
}

/// As in a spec: `one_hot`, `{embedding: {size: 4}}`.
impl fmt::Display for Encode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Encode::OneHot => f.write_str("one_hot"),
            Encode::Ordinal => f.write_str("ordinal"),
            Encode::Target(Smoothing::Auto) => f.write_str("target"),
            Encode::Target(Smoothing::Rows(rows)) => write!(f, "{{target: {{smoothing: {rows}}}}}"),
            Encode::Embedding(None) => f.write_str("embedding"),
            Encode::Embedding(Some(size)) => write!(f, "{{embedding: {{size: {size}}}}}"),
        }
    }
}

impl Encode {
    /// Parses the output of `Display`; `None` for any other text.
    pub fn from_text(text: &str) -> Option<Encode> {
        match text {
            "one_hot" => Some(Encode::OneHot),
            "ordinal" => Some(Encode::Ordinal),
            "target" => Some(Encode::Target(Smoothing::Auto)),
            "embedding" => Some(Encode::Embedding(None)),
            text => {
                let target = number(text, "target", "smoothing").map(|rows| Encode::Target(Smoothing::Rows(rows)));
                target.or_else(|| number(text, "embedding", "size").map(|size| Encode::Embedding(Some(size))))
            }
        }
    }
}

/// The number in `{name: {key: 8}}`.
fn number<T: std::str::FromStr>(text: &str, name: &str, key: &str) -> Option<T> {
    let inner = text.strip_prefix('{')?.strip_prefix(name)?.strip_prefix(": {")?.strip_prefix(key)?;
    inner.strip_prefix(": ")?.strip_suffix("}}")?.parse().ok()
}

/// The bound of clipping as in a spec: `none` or a number.
pub fn clip_text(clip: Option<f64>) -> String {
    clip.map_or_else(|| "none".to_owned(), |bound| bound.to_string())
}

/// Parses the output of [`clip_text`]; the outer `None` is for any other text.
pub fn clip_from_text(text: &str) -> Option<Option<f64>> {
    if text == "none" { Some(None) } else { text.parse().ok().map(Some) }
}

impl Preprocessing {
    /// These steps with the values that a configuration has of the searched ones. Columns with steps of their own keep
    /// them.
    ///
    /// # Panics
    /// If a value isn't spelled as by this module. The check of a spec rules this out.
    #[must_use]
    pub fn with(&self, searched: &SearchedSteps) -> Preprocessing {
        // No `..`: a new step must be used below.
        let SearchedSteps { numeric_log, numeric_scale, numeric_clip, numeric_encode, categorical_encode, select } =
            searched;
        let mut steps = self.clone();
        let numeric = &mut steps.numeric;
        numeric.log = numeric_log.unwrap_or(numeric.log);
        if let Some(scale) = numeric_scale {
            numeric.scale = Scale::from_name(scale).expect("a scale is among the names of scales");
        }
        if let Some(clip) = numeric_clip {
            numeric.clip = clip_from_text(clip).expect("a bound is a number or `none`");
        }
        if let Some(encode) = numeric_encode {
            numeric.encode = NumericEncode::from_text(encode).expect("an encoding is spelled as in a spec");
        }
        if let Some(encode) = categorical_encode {
            steps.categorical.encode = Encode::from_text(encode).expect("an encoding is spelled as in a spec");
        }
        steps.select = select.or(steps.select);
        steps
    }

    /// The values of all steps that can be searched; that of `select` is missing where all inputs are kept.
    pub fn settings(&self) -> Settings {
        let steps = [
            Setting::NumericLog(self.numeric.log),
            Setting::NumericScale(self.numeric.scale.name().to_owned()),
            Setting::NumericClip(clip_text(self.numeric.clip)),
            Setting::NumericEncode(self.numeric.encode.to_string()),
            Setting::CategoricalEncode(self.categorical.encode.to_string()),
        ];
        steps.into_iter().chain(self.select.map(Setting::Select)).collect()
    }
}

#[cfg(test)]
mod tests {
    use crossfold_network::Param;

    use super::*;

    #[test]
    fn values_are_spelled_as_in_specs() {
        for (encode, text) in
            [(NumericEncode::Value, "none"), (NumericEncode::Piecewise { bins: 8 }, "{piecewise: {bins: 8}}")]
        {
            assert_eq!((encode.to_string().as_str(), NumericEncode::from_text(text)), (text, Some(encode)));
        }
        for (encode, text) in [
            (Encode::OneHot, "one_hot"),
            (Encode::Ordinal, "ordinal"),
            (Encode::Target(Smoothing::Auto), "target"),
            (Encode::Target(Smoothing::Rows(0.5)), "{target: {smoothing: 0.5}}"),
            (Encode::Embedding(None), "embedding"),
            (Encode::Embedding(Some(4)), "{embedding: {size: 4}}"),
        ] {
            assert_eq!((encode.to_string().as_str(), Encode::from_text(text)), (text, Some(encode)));
        }
        for (clip, text) in [(None, "none"), (Some(3.0), "3"), (Some(2.5), "2.5")] {
            assert_eq!((clip_text(clip).as_str(), clip_from_text(text)), (text, Some(clip)));
        }
        assert_eq!(NumericEncode::from_text("{piecewise: {bins: x}}"), None);
        assert_eq!(Encode::from_text("{embedding: {bins: 4}}"), None);
    }

    /// A step with the value that the study has anyway changes nothing, so that fits are shared.
    #[test]
    fn own_values_change_nothing() {
        let own = Preprocessing { select: Some(4), ..Preprocessing::default() };
        let settings = own.settings();
        assert_eq!(settings.iter().count(), Param::ALL.iter().filter(|param| param.is_step()).count());
        assert_eq!(own.with(&settings.steps()), own);
        assert_eq!(own.with(&SearchedSteps::default()), own);
        let other = settings.with(Setting::NumericScale("robust".to_owned())).with(Setting::Select(3));
        let mut expected = Preprocessing { select: Some(3), ..own.clone() };
        expected.numeric.scale = Scale::Robust;
        assert_eq!(own.with(&other.steps()), expected);
    }
}
