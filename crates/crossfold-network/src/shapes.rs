//! The shapes of a study's networks, which differ where its preprocessing is searched.

use serde::{Deserialize, Serialize};

use crate::configuration::{Configuration, SearchedSteps};
use crate::shape::{Form, NumberInputs, Shape};

/// The sizes of the inputs and outputs of each of a study's networks. They depend on the configuration where steps of
/// preprocessing are searched.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shapes {
    /// With the study's own preprocessing.
    own: Shape,
    /// `None` if no step is searched.
    searched: Option<InputCounts>,
}

/// How many inputs a row, or a step of a sequence, has with each value of the searched steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InputCounts {
    /// The steps of the longest sequence; 1 if rows aren't sequences.
    pub steps: usize,
    /// With the study's own preprocessing, before selection.
    pub own: InputCount,
    /// The most dense inputs that the study's own preprocessing keeps.
    pub select: Option<u32>,
    /// With a single step that differs from the study's own, before selection. Each step changes inputs of other columns
    /// or other inputs than the rest, so that differences add up.
    pub others: Vec<(SearchedSteps, InputCount)>,
}

/// How many inputs a row, or a step of a sequence, has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputCount {
    /// Numbers that the first layer reads as they are.
    pub dense: i64,
    /// Codes that are looked up in embedding tables.
    pub codes: i64,
    /// Numbers that the first layer reads in place of the codes.
    pub looked_up: i64,
    /// Parameters in the embedding tables.
    pub parameters: i64,
    /// Which of the dense inputs are numbers.
    pub numbers: NumberInputs,
}

impl InputCount {
    fn plus(self, other: InputCount, times: i64) -> InputCount {
        InputCount {
            dense: self.dense + times * other.dense,
            codes: self.codes + times * other.codes,
            looked_up: self.looked_up + times * other.looked_up,
            parameters: self.parameters + times * other.parameters,
            ..self
        }
    }
}

impl InputCounts {
    /// The inputs with the values that `steps` have, after selection.
    fn count(&self, steps: &SearchedSteps) -> InputCount {
        let mut count = self.own;
        for step in steps.each() {
            if let Some((_, other)) = self.others.iter().find(|(known, _)| *known == step) {
                count = count.plus(*other, 1).plus(self.own, -1);
                if step.numeric_encode.is_some() {
                    count.numbers = other.numbers;
                }
            }
        }
        let select = steps.select.or(self.select).map_or(count.dense, i64::from);
        if select >= count.dense {
            return count;
        }
        // Which inputs are kept is not known beforehand.
        let numbers = NumberInputs { encoded: 0, bins: 0, plain: count.numbers.plain.min(select as usize) };
        InputCount { dense: select, numbers, ..count }
    }

    /// An upper bound of the features, numbers and codes, that a row has with any values of the searched steps.
    pub fn most_features(&self) -> usize {
        let features = |count: &InputCount| count.dense + count.codes;
        let own = features(&self.own);
        let is_of_same_step = |one: &SearchedSteps, other: &SearchedSteps| {
            one.words().map(|(path, _)| path).eq(other.words().map(|(path, _)| path))
        };
        let mut most = own;
        for (place, (step, _)) in self.others.iter().enumerate() {
            if self.others[..place].iter().any(|(earlier, _)| is_of_same_step(earlier, step)) {
                continue;
            }
            let values = self.others.iter().filter(|(other, _)| is_of_same_step(step, other));
            most += values.map(|(_, count)| features(count) - own).max().unwrap_or_default().max(0);
        }
        usize::try_from(most).unwrap_or_default() * self.steps
    }
}

impl Shapes {
    /// Shapes of a study that searches steps of preprocessing.
    pub fn searched(own: Shape, searched: InputCounts) -> Shapes {
        Shapes { own, searched: Some(searched) }
    }

    /// The shape with the study's own preprocessing. All others have the same outputs.
    pub fn own(&self) -> Shape {
        self.own
    }

    /// Whether shapes may differ.
    pub fn are_searched(&self) -> bool {
        self.searched.is_some()
    }

    /// The shape of the networks of a configuration.
    pub fn of(&self, configuration: &Configuration) -> Shape {
        self.with(&configuration.steps)
    }

    /// The shape with these values of the searched steps.
    pub fn with(&self, steps: &SearchedSteps) -> Shape {
        let Some(counts) = &self.searched else { return self.own };
        let count = counts.count(steps);
        let inputs = usize::try_from(count.dense + count.looked_up).unwrap_or_default() * counts.steps;
        let form = match self.own.form {
            Form::Table(_) => Form::Table(count.numbers),
            form @ (Form::Flat | Form::Image { .. } | Form::Sequence { .. }) => form,
        };
        Shape { inputs, looked_up: u64::try_from(count.parameters).unwrap_or_default(), form, ..self.own }
    }
}

impl From<&Shapes> for Shapes {
    fn from(shapes: &Shapes) -> Shapes {
        shapes.clone()
    }
}

/// Those of a study that searches no preprocessing.
impl From<Shape> for Shapes {
    fn from(own: Shape) -> Shapes {
        Shapes { own, searched: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected sizes were computed by hand: three numbers, and a column of names with 4 levels and one for the rest.
    #[test]
    fn differences_of_steps_add_up() {
        let dense = |dense| InputCount { dense, ..InputCount::default() };
        let encode = |text: &str| SearchedSteps { numeric_encode: Some(text.to_owned()), ..SearchedSteps::default() };
        let embedding = SearchedSteps { categorical_encode: Some("embedding".to_owned()), ..SearchedSteps::default() };
        let select = |inputs| SearchedSteps { select: Some(inputs), ..SearchedSteps::default() };
        let counts = InputCounts {
            steps: 1,
            own: dense(3 + 5),
            select: None,
            others: vec![
                (encode("none"), dense(3 + 5)),
                (encode("{piecewise: {bins: 4}}"), dense(12 + 5)),
                (encode("{piecewise: {bins: 2}}"), dense(6 + 5)),
                (
                    embedding.clone(),
                    InputCount { dense: 3, codes: 1, looked_up: 2, parameters: 10, ..InputCount::default() },
                ),
            ],
        };
        assert_eq!(counts.most_features(), 17);
        let shapes = Shapes::searched(Shape::dense(8, 2), counts);
        let check = |steps: SearchedSteps, inputs, looked_up| {
            assert_eq!(shapes.with(&steps), Shape { looked_up, ..Shape::dense(inputs, 2) });
        };
        check(SearchedSteps::default(), 8, 0);
        check(encode("none"), 8, 0);
        check(encode("{piecewise: {bins: 4}}"), 17, 0);
        check(embedding.clone(), 3 + 2, 10);
        let both = SearchedSteps { numeric_encode: encode("{piecewise: {bins: 4}}").numeric_encode, ..embedding };
        check(both.clone(), 12 + 2, 10);
        check(SearchedSteps { select: Some(5), ..both }, 5 + 2, 10);
        check(select(100), 8, 0);
        let numbers = |encoded, bins, plain| NumberInputs { encoded, bins, plain };
        let table = InputCounts {
            own: InputCount { numbers: numbers(0, 0, 3), ..dense(8) },
            others: vec![(encode("{piecewise: {bins: 4}}"), InputCount { numbers: numbers(3, 4, 0), ..dense(17) })],
            ..shapes.searched.clone().unwrap()
        };
        let own = Shape { form: Form::Table(numbers(0, 0, 3)), ..Shape::dense(8, 2) };
        let shapes_of_table = Shapes::searched(own, table);
        let form = |steps: SearchedSteps| shapes_of_table.with(&steps).form;
        assert_eq!(form(SearchedSteps::default()), Form::Table(numbers(0, 0, 3)));
        assert_eq!(form(encode("{piecewise: {bins: 4}}")), Form::Table(numbers(3, 4, 0)));
        assert_eq!(form(select(2)), Form::Table(numbers(0, 0, 2)));
        assert_eq!(Shapes::from(Shape::dense(8, 2)).with(&select(3)), Shape::dense(8, 2));
    }
}
