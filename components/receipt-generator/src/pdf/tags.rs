//! What people are told who do not see the page: headings, tables with a name for each row,
//! paragraphs, and the code as what it says.

use std::num::NonZeroU16;

use krilla::tagging::{Identifier, Tag, TagGroup, TagKind, TagTree, kind};

/// A part of the document.
pub(super) struct Element {
    tag: TagKind,
    children: Vec<Child>,
}

pub(super) enum Child {
    Element(Element),
    /// A line or the code, by its place among all that are drawn.
    Content(usize),
    /// All that can be clicked.
    Links,
}

/// What was drawn.
pub(super) struct Drawn {
    /// The lines and the code, in order.
    pub(super) contents: Vec<Identifier>,
    pub(super) links: Vec<Identifier>,
}

impl Element {
    pub(super) fn new(tag: impl Into<TagKind>, children: Vec<Child>) -> Self {
        Self {
            tag: tag.into(),
            children,
        }
    }

    pub(super) fn group(tag: impl Into<TagKind>, elements: Vec<Self>) -> Self {
        let children = elements.into_iter().map(Child::Element).collect();
        Self::new(tag, children)
    }

    fn tag(self, drawn: &Drawn) -> TagGroup {
        let mut group = TagGroup::new(self.tag);
        for child in self.children {
            match child {
                Child::Element(element) => group.push(element.tag(drawn)),
                Child::Content(place) => {
                    let content = drawn.contents.get(place);
                    group.children.extend(content.map(|it| (*it).into()));
                }
                Child::Links => {
                    let links = drawn.links.iter();
                    group.children.extend(links.map(|it| (*it).into()));
                }
            }
        }
        group
    }
}

pub(super) fn heading(level: u16, text: &str) -> Tag<kind::Hn> {
    let level = NonZeroU16::new(level).unwrap_or(NonZeroU16::MIN);
    Tag::Hn(level, Some(text.to_owned()))
}

pub(super) fn tree(elements: Vec<Element>, drawn: &Drawn) -> TagTree {
    let groups = elements.into_iter().map(|it| it.tag(drawn).into());
    groups.collect::<Vec<_>>().into()
}
