//! The parts of a definition, and the types that are made from all definitions.

use crate::configuration::OptimizerName;
use crate::task::Task;

/// The value of a hyperparameter that a spec doesn't give.
pub(super) enum Default<T> {
    /// There is none. The text says for the documentation where a value is required, and is empty if it may be missing.
    None(&'static str),
    Always(T),
    ForTask(fn(Task) -> T),
    ForOptimizer(fn(OptimizerName) -> T),
}

impl<T> Default<T> {
    pub(super) fn value(self, task: Task, optimizer: Option<OptimizerName>) -> Option<T> {
        match self {
            Default::None(_) => None,
            Default::Always(value) => Some(value),
            Default::ForTask(value) => Some(value(task)),
            Default::ForOptimizer(value) => optimizer.map(value),
        }
    }

    pub(super) fn requirement(&self) -> Option<&'static str> {
        match self {
            Default::None(requirement) => Some(requirement),
            Default::Always(_) | Default::ForTask(_) | Default::ForOptimizer(_) => None,
        }
    }
}

/// Makes [`Param`](super::Param) and [`Setting`](super::Setting) of the definitions, with all that is read from them.
macro_rules! hyperparameters {
    ($(
        #[doc = $about:literal]
        $name:ident: $type:ty = $path:literal {
            description: $description:expr,
            $(detail: $detail:literal,)?
            values: $values:expr,
            $(place: $place:ident,)?
            default: $default:expr,
            $(needs: { $($on:ident: $first:literal $(| $word:literal)*),+ },)?
            effective: $effective:expr,
        }
    )*) => {
        /// A hyperparameter. The order is that of columns and of a search space's dimensions.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Param {
            $(#[doc = $about] $name),*
        }

        /// A hyperparameter with a value.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Setting {
            $(#[doc = $about] $name($type)),*
        }

        impl Param {
            pub const ALL: &'static [Param] = &[$(Param::$name),*];

            /// The path of a fixed value in a spec, which is also its long name in `search.space`.
            pub fn path(self) -> &'static str {
                match self {
                    $(Param::$name => $path),*
                }
            }

            /// Its description in the dictionary of result files.
            pub fn about(self) -> &'static str {
                match self {
                    $(Param::$name => $about.trim_ascii()),*
                }
            }

            /// Its description in the schema of specs; may be empty.
            pub fn description(self) -> &'static str {
                match self {
                    $(Param::$name => $description),*
                }
            }

            /// What the documentation adds to [`Param::description`]; may be empty.
            pub fn detail(self) -> &'static str {
                match self {
                    $(Param::$name => concat!("", $($detail)?)),*
                }
            }

            /// The type and range of a single value.
            pub fn values(self) -> Values {
                match self {
                    $(Param::$name => $values),*
                }
            }

            /// Whether a fixed value is one, a list, or either.
            pub fn form(self) -> ValueForm {
                match self {
                    $(Param::$name => <$type as Value>::FORM),*
                }
            }

            /// The part of a network that may have values of its own; `None` if a network has one value.
            pub fn place(self) -> Option<Place> {
                match self {
                    $(Param::$name => None$(.or(Some(Place::$place)))?),*
                }
            }

            /// The default; `None` if a value is required, or if the default depends on an optimizer that isn't given.
            pub fn default_for(self, task: Task, optimizer: Option<OptimizerName>) -> Option<Setting> {
                match self {
                    $(Param::$name => {
                        let default: Default<$type> = $default;
                        default.value(task, optimizer).map(Setting::$name)
                    }),*
                }
            }

            /// Where a value is required, in words; empty if it may be missing, `None` if there is a default.
            pub fn requirement(self) -> Option<&'static str> {
                match self {
                    $(Param::$name => {
                        let default: Default<$type> = $default;
                        default.requirement()
                    }),*
                }
            }

            /// The values of other hyperparameters without which it has no effect.
            pub fn needs(self) -> &'static [Need] {
                match self {
                    $(Param::$name => &[$($(Need { param: Param::$on, words: &[$first $(, $word)*] }),+)?]),*
                }
            }

            /// The setting with this value; `None` if `value` is of another type. Its range isn't checked.
            pub fn setting(self, value: Plain) -> Option<Setting> {
                match self {
                    $(Param::$name => <$type as Value>::from_plain(value).map(Setting::$name)),*
                }
            }
        }

        impl Setting {
            pub fn param(&self) -> Param {
                match self {
                    $(Setting::$name(_) => Param::$name),*
                }
            }

            /// The value without its type.
            pub fn plain(&self) -> Plain {
                match self {
                    $(Setting::$name(value) => value.plain()),*
                }
            }
        }

        impl Configuration {
            /// The value of `param` in this configuration with `epochs`; `None` if it has no effect, or if no single value
            /// describes it, such as the `nodes` of layers with different widths.
            pub fn setting(&self, param: Param, epochs: u32) -> Option<Setting> {
                match param {
                    $(Param::$name => {
                        let effective: fn(&Configuration, u32) -> Option<$type> = $effective;
                        effective(self, epochs).map(Setting::$name)
                    }),*
                }
            }
        }
    };
}
