//! What people are told who do not see the page: headings, tables with a name for each row,
//! paragraphs, and the code as what it says.

use pdf_writer::{
    Finish, Pdf, Ref, TextStr,
    types::{StructRole, TableHeaderScope},
};

use super::draw::{Content, Drawn};

/// A part of the document.
pub(super) struct Element {
    pub(super) tag: Tag,
    pub(super) children: Vec<Child>,
}

pub(super) enum Tag {
    /// The heading of all.
    Title,
    /// The heading of a section.
    Heading,
    Paragraph,
    Section,
    Table,
    Row,
    /// What the row's other cell is.
    Name,
    Value,
    /// With the text that says what it shows.
    Figure(String),
    Link,
}

pub(super) enum Child {
    Element(Element),
    /// A line or the code, by its place among all that are drawn.
    Content(usize),
    /// All that can be clicked.
    Links,
}

impl Element {
    pub(super) fn group(tag: Tag, elements: Vec<Self>) -> Self {
        let children = elements.into_iter().map(Child::Element).collect();
        Self { tag, children }
    }
}

impl Tag {
    fn role(&self) -> StructRole {
        match self {
            Self::Title => StructRole::H1,
            Self::Heading => StructRole::H2,
            Self::Paragraph => StructRole::P,
            Self::Section => StructRole::Sect,
            Self::Table => StructRole::Table,
            Self::Row => StructRole::TR,
            Self::Name => StructRole::TH,
            Self::Value => StructRole::TD,
            Self::Figure(_) => StructRole::Figure,
            Self::Link => StructRole::Link,
        }
    }
}

/// Writes the elements, and finds the element of everything that was drawn.
pub(super) struct Tree<'a> {
    pdf: &'a mut Pdf,
    next: &'a mut Ref,
    drawn: &'a Drawn,
    /// The elements of the contents, in the contents' order.
    contents: Vec<Option<Ref>>,
    /// The element of all that can be clicked.
    link: Option<Ref>,
}

impl<'a> Tree<'a> {
    /// Returns the root.
    pub(super) fn write(
        pdf: &'a mut Pdf,
        next: &'a mut Ref,
        drawn: &'a Drawn,
        elements: &[Element],
    ) -> Ref {
        let mut tree = Self {
            contents: vec![None; drawn.contents.len()],
            link: None,
            pdf,
            next,
            drawn,
        };
        let (root, document) = (tree.next.bump(), tree.next.bump());
        let children: Vec<Ref> = elements
            .iter()
            .map(|it| tree.element(it, document))
            .collect();
        let mut element = tree.pdf.struct_element(document);
        element.kind(StructRole::Document).parent(root);
        let mut kids = element.children();
        for child in children {
            kids.struct_element(child);
        }
        kids.finish();
        element.finish();
        tree.root(root, document);
        root
    }

    fn element(&mut self, element: &Element, parent: Ref) -> Ref {
        let id = self.next.bump();
        let elements: Vec<Option<Ref>> = element
            .children
            .iter()
            .map(|child| self.child(child, id))
            .collect();
        let mut writer = self.pdf.struct_element(id);
        writer.kind(element.tag.role()).parent(parent);
        match &element.tag {
            Tag::Figure(text) => {
                writer.alt(TextStr(text));
                if let Some(area) = self.drawn.code {
                    let mut attributes = writer.attributes();
                    attributes.push().layout().bbox(area);
                }
            }
            Tag::Name => {
                let mut attributes = writer.attributes();
                attributes.push().table().scope(TableHeaderScope::Row);
            }
            _ => {}
        }
        let mut kids = writer.children();
        for (child, element) in element.children.iter().zip(elements) {
            match child {
                Child::Element(_) => {
                    if let Some(element) = element {
                        kids.struct_element(element);
                    }
                }
                Child::Content(place) => {
                    if let Some(Content { page, id }) = self.drawn.contents.get(*place) {
                        kids.marked_content_ref().page(*page).marked_content_id(*id);
                    }
                }
                Child::Links => {
                    for (page, annotation) in &self.drawn.links {
                        kids.object_ref().page(*page).object(*annotation);
                    }
                }
            }
        }
        id
    }

    /// Writes what is an element, and notes of which element the others are.
    fn child(&mut self, child: &Child, parent: Ref) -> Option<Ref> {
        match child {
            Child::Element(element) => return Some(self.element(element, parent)),
            Child::Content(place) => {
                if let Some(content) = self.contents.get_mut(*place) {
                    *content = Some(parent);
                }
            }
            Child::Links => self.link = Some(parent),
        }
        None
    }

    /// A page's key leads to the elements of what is on it, and a link's key to its element.
    fn root(&mut self, root: Ref, document: Ref) {
        let mut contents = self.contents.iter().zip(&self.drawn.contents).peekable();
        let mut pages = vec![];
        while let Some((_, Content { page, .. })) = contents.peek().copied() {
            let id = self.next.bump();
            let mut parents = self.pdf.indirect(id).array();
            while let Some((parent, _)) = contents.next_if(|(_, it)| it.page == *page) {
                parents.items(*parent);
            }
            pages.push(id);
        }
        let mut writer = self
            .pdf
            .indirect(root)
            .start::<pdf_writer::writers::StructTreeRoot>();
        writer.child(document);
        let mut parents = writer.parent_tree();
        let mut entries = parents.nums();
        let links = self.drawn.links.iter().filter_map(|_| self.link);
        for (key, parent) in (0..).zip(pages.into_iter().chain(links)) {
            entries.insert(key, parent);
        }
        entries.finish();
        parents.finish();
    }
}
