//! Methods that networks are compared with.

use crossfold_network::Task;

/// A method that networks on a table are compared with. It is fitted to the same folds, and never wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BaselineMethod {
    LeastSquares,
    Ridge,
    LogisticRegression,
    BoostedTrees,
}

impl BaselineMethod {
    pub const ALL: [BaselineMethod; 4] = [
        BaselineMethod::LeastSquares,
        BaselineMethod::Ridge,
        BaselineMethod::LogisticRegression,
        BaselineMethod::BoostedTrees,
    ];

    /// The name in specs and files.
    pub fn name(self) -> &'static str {
        match self {
            BaselineMethod::LeastSquares => "least_squares",
            BaselineMethod::Ridge => "ridge",
            BaselineMethod::LogisticRegression => "logistic_regression",
            BaselineMethod::BoostedTrees => "boosted_trees",
        }
    }

    /// What people call it.
    pub fn in_words(self) -> &'static str {
        match self {
            BaselineMethod::LeastSquares => "least squares",
            BaselineMethod::Ridge => "ridge regression",
            BaselineMethod::LogisticRegression => "logistic regression",
            BaselineMethod::BoostedTrees => "boosted trees",
        }
    }

    /// Whether it predicts what a task asks for.
    pub fn is_for(self, task: Task) -> bool {
        match self {
            BaselineMethod::LeastSquares | BaselineMethod::Ridge => task == Task::Regression,
            BaselineMethod::LogisticRegression => task == Task::Classification,
            BaselineMethod::BoostedTrees => true,
        }
    }

    /// The methods for a task.
    pub fn all_for(task: Task) -> Vec<BaselineMethod> {
        BaselineMethod::ALL.into_iter().filter(|method| method.is_for(task)).collect()
    }

    /// What identifies its fits, as [`Configuration::canonical`](crossfold_network::Configuration::canonical) does those of
    /// networks, which never begin in this way.
    pub fn canonical(self) -> String {
        format!("baseline {}", self.name())
    }
}
