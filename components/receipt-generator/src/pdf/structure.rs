//! The structure of a document, for screen readers: headings, tables with a name for each row,
//! paragraphs, and the QR code as the text that it holds.

/// A structure element.
pub(super) struct Element {
    pub(super) tag: Tag,
    pub(super) children: Vec<Child>,
}

pub(super) enum Tag {
    /// The heading of the document.
    Title,
    /// The heading of a section.
    Heading,
    Paragraph,
    Section,
    Table,
    Row,
    /// The label in a row of a table.
    Name,
    /// The value in a row of a table.
    Value,
    /// A picture, with the text that stands for it.
    Figure(String),
    Link,
}

pub(super) enum Child {
    Element(Element),
    /// A glyph run or the QR code, by its place among all that are drawn.
    Content(usize),
    /// All link annotations.
    Links,
}

impl Element {
    pub(super) fn group(tag: Tag, elements: Vec<Self>) -> Self {
        let children = elements.into_iter().map(Child::Element).collect();
        Self { tag, children }
    }
}
