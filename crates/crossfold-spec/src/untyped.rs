//! Maps whose types depend on other parts of a spec, so that they are read from its tree later.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

/// A map of anything.
#[derive(Debug)]
pub(super) struct Untyped<D>(PhantomData<D>);

/// The purpose of a map of anything.
pub(super) trait Purpose {
    const NAME: &'static str;
    /// An example, for messages.
    const EXAMPLE: &'static str;

    fn schema() -> Schema;
}

impl<'de, D: Purpose> Deserialize<'de> for Untyped<D> {
    fn deserialize<R: Deserializer<'de>>(deserializer: R) -> Result<Self, R::Error> {
        struct UntypedVisitor<D>(PhantomData<D>);

        impl<'de, D: Purpose> Visitor<'de> for UntypedVisitor<D> {
            type Value = Untyped<D>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a map such as `{}`", D::EXAMPLE)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Untyped(PhantomData))
            }
        }

        deserializer.deserialize_any(UntypedVisitor(PhantomData))
    }
}

impl<D: Purpose> JsonSchema for Untyped<D> {
    fn schema_name() -> Cow<'static, str> {
        D::NAME.into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        D::schema()
    }
}
