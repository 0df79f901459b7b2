//! Specs: YAML text to a checked study, or every mistake in it.
