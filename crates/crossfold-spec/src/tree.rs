//! Parses YAML into a tree whose nodes have places.
//!
//! A spec is plain data, so only plain YAML is accepted: one document without anchors, aliases and tags, with scalars as keys, and
//! of limited size. Events are read one at a time onto an explicit stack, so a text that is refused costs no more than the part
//! that was read.

mod map;

use std::ops::Range;
use std::sync::Arc;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span};
use serde_yaml::{Mapping, Value};

use super::mistake::{MAX_MISTAKES, Mistake, Place};
use super::path::{Path, Step};
use super::scalar::Scalar;
pub(super) use map::Map;

/// The deepest nesting of lists and maps.
pub(super) const MAX_DEPTH: usize = 64;
/// The most scalars, lists and maps of a spec, including keys.
pub(super) const MAX_NODES: usize = 100_000;

#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) content: Content,
    pub(super) place: Place,
}

#[derive(Clone, Debug)]
pub(super) enum Content {
    Scalar {
        meaning: Scalar,
        /// As written, with quotes.
        written: String,
    },
    List(Vec<Node>),
    Map(Map),
}

#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) key_place: Place,
    pub(super) node: Node,
}

impl Node {
    pub(super) fn child(&self, step: &Step) -> Option<&Node> {
        match (&self.content, step) {
            (Content::List(items), Step::Index(index)) => items.get(*index),
            (Content::Map(_), Step::Key(key)) => self.entry(key).map(|entry| &entry.node),
            (Content::Scalar { .. } | Content::List(_) | Content::Map(_), _) => None,
        }
    }

    pub(super) fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.content {
            Content::Map(map) => map.get(key),
            Content::Scalar { .. } | Content::List(_) => None,
        }
    }

    /// The entries of a map; empty for any other node.
    pub(super) fn entries(&self) -> &[Entry] {
        match &self.content {
            Content::Map(map) => map.entries(),
            Content::Scalar { .. } | Content::List(_) => &[],
        }
    }

    pub(super) fn get(&self, path: &Path) -> Option<&Node> {
        path.steps().iter().try_fold(self, Node::child)
    }

    pub(super) fn get_mut(&mut self, path: &Path) -> Option<&mut Node> {
        path.steps().iter().try_fold(self, |node, step| match (&mut node.content, step) {
            (Content::List(items), Step::Index(index)) => items.get_mut(*index),
            (Content::Map(map), Step::Key(key)) => map.get_mut(key).map(|entry| &mut entry.node),
            (Content::Scalar { .. } | Content::List(_) | Content::Map(_), _) => None,
        })
    }

    /// The place of the value at `path`, or of the key that should have it.
    pub(super) fn place(&self, path: &Path) -> &Place {
        match self.get(path) {
            Some(node) if !node.is_blank() || matches!(node.place, Place::Override { .. }) => &node.place,
            Some(_) => self.key_place(path),
            None => path.split_last().map_or(&self.place, |(parent, _)| self.key_place(&parent)),
        }
    }

    /// The place of the key of the value at `path`; for an item that of its list, and for a missing value that of its nearest
    /// ancestor.
    pub(super) fn key_place(&self, path: &Path) -> &Place {
        let Some((parent, last)) = path.split_last() else { return &self.place };
        let entry = match last {
            Step::Key(key) => self.get(&parent).and_then(|node| node.entry(key)),
            Step::Index(_) => None,
        };
        entry.map_or_else(|| self.key_place(&parent), |entry| &entry.key_place)
    }

    /// Whether it is null.
    pub(super) fn is_nothing(&self) -> bool {
        matches!(&self.content, Content::Scalar { meaning: Scalar::Nothing, .. })
    }

    /// Whether it has no text, as after `epochs:`.
    fn is_blank(&self) -> bool {
        matches!(&self.content, Content::Scalar { meaning: Scalar::Nothing, written } if written.is_empty())
    }

    /// The value that types are read from.
    ///
    /// A value that is left out (`epochs:`) becomes NaN, which no type accepts: null is the hole that a reported
    /// mistake left.
    pub(super) fn to_value(&self) -> Value {
        match &self.content {
            Content::Scalar { meaning: Scalar::Nothing, .. } => Value::from(f64::NAN),
            Content::Scalar { meaning, .. } => meaning.to_value(),
            Content::List(items) => items.iter().map(Node::to_value).collect::<Vec<_>>().into(),
            Content::Map(map) => {
                let pair = |entry: &Entry| (entry.key.clone().into(), entry.node.to_value());
                Value::Mapping(map.entries().iter().map(pair).collect::<Mapping>())
            }
        }
    }

    /// The node as a message names it.
    pub(super) fn describe(&self) -> String {
        match &self.content {
            Content::Scalar { meaning: Scalar::Nothing, .. } => "nothing".to_owned(),
            Content::Scalar { written, .. } => format!("`{}`", shown(written)),
            Content::List(items) => format!("a list of {}", items.len()),
            Content::Map(_) => "a map".to_owned(),
        }
    }
}

/// The first line of a scalar, shortened for a message.
pub(super) fn shown(written: &str) -> String {
    const LONGEST: usize = 40;
    let line = written.lines().next().unwrap_or_default();
    let shown: String = line.chars().take(LONGEST).collect();
    if shown.len() < written.len() { shown + "…" } else { shown }
}

/// A text to parse, and the place that it comes from.
pub(super) struct Source<'a> {
    text: &'a str,
    /// The byte offset of each character and of the end, because the parser counts characters.
    offsets: Vec<usize>,
    origin: Origin,
}

pub(super) enum Origin {
    /// The text begins at this byte of the file, after a byte order mark.
    File(usize),
    /// The text begins at byte `start` of the override `text`.
    Override { number: usize, text: Arc<str>, start: usize },
}

impl<'a> Source<'a> {
    pub(super) fn new(text: &'a str, origin: Origin) -> Source<'a> {
        let offsets = text.char_indices().map(|(offset, _)| offset).chain([text.len()]).collect();
        Source { text, offsets, origin }
    }

    fn place(&self, range: Range<usize>) -> Place {
        match &self.origin {
            Origin::File(start) => Place::File(range.start + start..range.end + start),
            Origin::Override { number, text, start } => {
                Place::Override { number: *number, text: text.clone(), range: range.start + start..range.end + start }
            }
        }
    }

    fn bytes(&self, span: Span) -> Range<usize> {
        let byte = |index: usize| self.offsets.get(index).copied().unwrap_or(self.text.len());
        byte(span.start.index())..byte(span.end.index()).max(byte(span.start.index()))
    }

    /// The rest of the line from `start`, so that the carets of a list or map are on one line.
    fn rest_of_line(&self, start: usize, end: usize) -> Range<usize> {
        let first = self.text[start..end].lines().next().unwrap_or_default().trim_end();
        start..start + first.len()
    }

    fn written(&self, span: Span) -> &str {
        &self.text[self.bytes(span)]
    }

    /// Parses the text. Duplicate keys are added to `mistakes`, and the later ones dropped.
    ///
    /// # Errors
    /// The first mistake that prevents a tree, or the first construct that a spec may not have.
    pub(super) fn parse(&self, mistakes: &mut Vec<Mistake>) -> Result<Node, Mistake> {
        let mut parser = Parser::new_from_str(self.text);
        let mut builder = Builder { source: self, stack: Vec::new(), root: None, nodes: 0, mistakes };
        while let Some(event) = parser.next_event() {
            let (event, span) = event.map_err(|error| builder.not_yaml(&error))?;
            builder.take(event, span)?;
        }
        builder.root.ok_or_else(|| self.empty())
    }

    fn empty(&self) -> Mistake {
        Mistake::new("", self.place(0..0), "the spec is empty").hint("`version: 1` is a start")
    }
}

/// A list or map whose end hasn't been read yet.
enum OpenCollection {
    List { start: usize, items: Vec<Node> },
    Map { start: usize, map: Map, key: Option<(String, Place)> },
}

struct Builder<'a> {
    source: &'a Source<'a>,
    stack: Vec<OpenCollection>,
    root: Option<Node>,
    nodes: usize,
    mistakes: &'a mut Vec<Mistake>,
}

impl Builder<'_> {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Mistake> {
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
            Event::DocumentStart(_) if self.root.is_some() => {
                Err(self.refuse(span, "a second document begins here; a spec is one document"))
            }
            Event::DocumentStart(_) => Ok(()),
            Event::Alias(_) => Err(self.refuse(span, NO_ALIASES)),
            Event::Scalar(text, style, anchor, tag) => {
                self.enter(span, anchor, tag.is_some())?;
                let meaning = match style {
                    ScalarStyle::Plain => Scalar::plain(&text),
                    ScalarStyle::SingleQuoted
                    | ScalarStyle::DoubleQuoted
                    | ScalarStyle::Literal
                    | ScalarStyle::Folded => Scalar::Text(text.clone().into_owned()),
                };
                let bytes = self.source.bytes(span);
                let place = self.source.place(self.source.rest_of_line(bytes.start, bytes.end));
                if let Some(OpenCollection::Map { key: key @ None, .. }) = self.stack.last_mut() {
                    *key = Some((text.into_owned(), place));
                } else {
                    let written = self.source.written(span).trim_end().to_owned();
                    self.add(Node { content: Content::Scalar { meaning, written }, place });
                }
                Ok(())
            }
            Event::SequenceStart(anchor, tag) => {
                self.enter_collection(span, anchor, tag.is_some())?;
                self.stack.push(OpenCollection::List { start: self.source.bytes(span).start, items: Vec::new() });
                Ok(())
            }
            Event::MappingStart(anchor, tag) => {
                self.enter_collection(span, anchor, tag.is_some())?;
                let start = self.source.bytes(span).start;
                self.stack.push(OpenCollection::Map { start, map: Map::default(), key: None });
                Ok(())
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let (start, content) = match self.stack.pop().expect("the parser ends only what it began") {
                    OpenCollection::List { start, items } => (start, Content::List(items)),
                    OpenCollection::Map { start, map, .. } => (start, Content::Map(map)),
                };
                let end = self.source.bytes(span).end.max(start);
                let place = self.source.place(self.source.rest_of_line(start, end));
                self.add(Node { content, place });
                Ok(())
            }
        }
    }

    /// Counts a node, and refuses anchors and tags.
    fn enter(&mut self, span: Span, anchor: usize, tagged: bool) -> Result<(), Mistake> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(self.refuse(span, format!("the spec holds more than {MAX_NODES} values")));
        }
        if anchor > 0 {
            return Err(self.refuse(span, "anchors (`&name`) are not allowed in a spec"));
        }
        if tagged {
            return Err(self.refuse(span, "tags (`!name`) are not allowed in a spec"));
        }
        Ok(())
    }

    fn enter_collection(&mut self, span: Span, anchor: usize, tagged: bool) -> Result<(), Mistake> {
        self.enter(span, anchor, tagged)?;
        if matches!(self.stack.last(), Some(OpenCollection::Map { key: None, .. })) {
            return Err(self.refuse(span, "a key is a name, not a list or a map"));
        }
        if self.stack.len() == MAX_DEPTH {
            return Err(Mistake { path: String::new(), ..self.refuse(span, too_deep()) });
        }
        Ok(())
    }

    fn add(&mut self, node: Node) {
        match self.stack.last_mut() {
            None => self.root = Some(node),
            Some(OpenCollection::List { items, .. }) => items.push(node),
            Some(OpenCollection::Map { map, key, .. }) => {
                let (key, key_place) = key.take().expect("a map's keys and values take turns");
                match map.get(&key) {
                    None => map.push(Entry { key, key_place, node }),
                    Some(first) => {
                        let first = first.key_place.clone();
                        self.report_duplicate(&key, key_place, first);
                    }
                }
            }
        }
    }

    fn report_duplicate(&mut self, key: &str, key_place: Place, first: Place) {
        // Paths are made only for mistakes that are kept, since they may be long and duplicates many.
        if self.mistakes.len() <= MAX_MISTAKES {
            let mistake = Mistake::new(self.path().key(key), key_place, "duplicate key");
            self.mistakes.push(mistake.other(first, "first here"));
        }
    }

    /// The path of the next value. It is made only for mistakes, because it is too costly for every node.
    fn path(&self) -> Path {
        let step = |open: &OpenCollection| match open {
            OpenCollection::List { items, .. } => Some(Step::Index(items.len())),
            OpenCollection::Map { key, .. } => key.as_ref().map(|(key, _)| Step::Key(key.clone())),
        };
        self.stack.iter().filter_map(step).collect()
    }

    fn refuse(&self, span: Span, message: impl Into<String>) -> Mistake {
        let bytes = self.source.bytes(span);
        let place = self.source.place(self.source.rest_of_line(bytes.start, bytes.end));
        Mistake::new(self.path(), place, message)
    }

    fn not_yaml(&self, error: &ScanError) -> Mistake {
        let at = self.source.bytes(Span::empty(*error.marker())).start;
        let (message, hint) = explain(error.info());
        let mistake = Mistake { hint: hint.map(str::to_owned), ..Mistake::new("", self.source.place(at..at), message) };
        let flow = |start: usize| self.source.text[start..].starts_with(['[', '{']);
        match self.stack.last() {
            Some(OpenCollection::List { start, .. } | OpenCollection::Map { start, .. }) if flow(*start) => {
                mistake.other(self.source.place(*start..start + 1), "opened here")
            }
            Some(OpenCollection::List { .. } | OpenCollection::Map { .. }) | None => mistake,
        }
    }
}

/// A plainer message, and a hint, for the parser's message about a common mistake.
fn explain(info: &str) -> (String, Option<&'static str>) {
    let says = |words| info.contains(words);
    let hint = if says("unknown anchor") {
        return (NO_ALIASES.to_owned(), None);
    } else if says("recursion limit") {
        return (too_deep(), None);
    } else if says("tab") {
        Some("indent with spaces")
    } else if says("mapping values are not allowed") {
        Some("is this line indented as the one above it?")
    } else if says("simple key expect") {
        Some("a key is followed by `:` and a space")
    } else if says("quoted scalar") {
        Some("is a quote left open?")
    } else if says("illegal placement") {
        Some("is a bracket left open?")
    } else {
        None
    };
    (format!("not YAML: {info}"), hint)
}

const NO_ALIASES: &str = "aliases (`*name`) are not allowed in a spec";

fn too_deep() -> String {
    format!("lists and maps are nested more than {MAX_DEPTH} deep")
}
