//! A macro for enums whose values have names.

/// Defines an enum whose values have names, for specs, CSV cells and the text that seeds are derived from.
macro_rules! words {
    ($(#[$meta:meta])* $type:ident { $($(#[$doc:meta])* $value:ident = $name:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        pub enum $type {
            $($(#[$doc])* #[serde(rename = $name)] $value),*
        }

        impl $type {
            pub const ALL: &'static [$type] = &[$($type::$value),*];
            pub const NAMES: &'static [&'static str] = &[$($name),*];

            /// The name used in specs and in CSV cells.
            pub fn name(self) -> &'static str {
                match self {
                    $($type::$value => $name),*
                }
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}
