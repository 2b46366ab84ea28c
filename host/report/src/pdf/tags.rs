//! The tags of the PDF, for screen readers: headings, tables with row headers, paragraphs, lists,
//! and pictures with their captions.

use std::num::NonZeroU16;

use krilla::tagging::{BBox, Identifier, ListNumbering, Node, TableHeaderScope};
use krilla::tagging::{Tag as Role, TagGroup, TagKind, TagTree};

/// An element of the tag structure.
pub(super) struct Element {
    tag: Tag,
    children: Vec<Child>,
}

pub(super) enum Tag {
    /// The heading of the document.
    Title(String),
    /// The heading of a section.
    Heading(String),
    Paragraph,
    Section,
    List,
    Item,
    ItemBody,
    Table,
    TableRow,
    /// The header cell of a row.
    RowHeader,
    RowValue,
    /// A picture, with its alternative text.
    Figure(String),
}

enum Child {
    Element(Element),
    /// The number of a line or picture in the drawing order.
    Content(usize),
}

/// A line or picture that was drawn.
pub(super) struct DrawnContent {
    pub(super) identifier: Identifier,
    /// The area of a picture.
    pub(super) area: Option<BBox>,
}

impl Element {
    pub(super) fn group(tag: Tag, elements: Vec<Self>) -> Self {
        let children = elements.into_iter().map(Child::Element).collect();
        Self { tag, children }
    }

    pub(super) fn leaf(tag: Tag, contents: Vec<usize>) -> Self {
        let children = contents.into_iter().map(Child::Content).collect();
        Self { tag, children }
    }

    fn node(self, drawn: &[DrawnContent]) -> Node {
        let contents = self.children.iter().filter_map(|child| match child {
            Child::Content(place) => drawn.get(*place),
            Child::Element(_) => None,
        });
        let area = contents.filter_map(|it| it.area).next();
        let children = self.children.into_iter().filter_map(|child| match child {
            Child::Element(element) => Some(element.node(drawn)),
            Child::Content(place) => Some(drawn.get(place)?.identifier.into()),
        });
        TagGroup::with_children(self.tag.role(area), children.collect()).into()
    }
}

impl Tag {
    fn role(self, area: Option<BBox>) -> TagKind {
        match self {
            Self::Title(title) => Role::Hn(NonZeroU16::MIN, Some(title)).into(),
            Self::Heading(title) => Role::Hn(NonZeroU16::MIN.saturating_add(1), Some(title)).into(),
            Self::Paragraph => Role::P.into(),
            Self::Section => Role::Section.into(),
            Self::List => Role::L(ListNumbering::None).into(),
            Self::Item => Role::LI.into(),
            Self::ItemBody => Role::LBody.into(),
            Self::Table => Role::Table.into(),
            Self::TableRow => Role::TR.into(),
            Self::RowHeader => Role::TH(TableHeaderScope::Row).into(),
            Self::RowValue => Role::TD.into(),
            Self::Figure(text) => Role::Figure(Some(text)).with_bbox(area).into(),
        }
    }
}

/// The tag tree of the elements, linked to their drawn contents.
pub(super) fn tree(elements: Vec<Element>, drawn: &[DrawnContent]) -> TagTree {
    let nodes: Vec<_> = elements.into_iter().map(|it| it.node(drawn)).collect();
    TagTree::from(nodes).with_lang(Some("en".to_owned()))
}
