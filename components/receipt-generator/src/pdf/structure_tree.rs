//! Writes the structure tree of a PDF.

use pdf_writer::{
    Finish, Pdf, Ref, TextStr,
    types::{StructRole, TableHeaderScope},
};

use super::{
    structure::{Child, Element, Tag},
    writer::{Content, WrittenPages},
};

/// Writes the elements, and finds for everything that was drawn the element that holds it.
pub(super) struct StructureTree<'a> {
    pdf: &'a mut Pdf,
    next: &'a mut Ref,
    written: &'a WrittenPages,
    /// For each content the element that holds it.
    contents: Vec<Option<Ref>>,
    /// The element that holds the link annotations.
    link: Option<Ref>,
}

impl<'a> StructureTree<'a> {
    /// Returns the root of the tree.
    pub(super) fn write(
        pdf: &'a mut Pdf,
        next: &'a mut Ref,
        written: &'a WrittenPages,
        elements: &[Element],
    ) -> Ref {
        let mut tree = Self {
            contents: vec![None; written.contents.len()],
            link: None,
            pdf,
            next,
            written,
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
        writer.kind(role(&element.tag)).parent(parent);
        match &element.tag {
            Tag::Figure(text) => {
                writer.alt(TextStr(text));
                if let Some(area) = self.written.code {
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
                    if let Some(Content { page, id }) = self.written.contents.get(*place) {
                        kids.marked_content_ref().page(*page).marked_content_id(*id);
                    }
                }
                Child::Links => {
                    for (page, annotation) in &self.written.links {
                        kids.object_ref().page(*page).object(*annotation);
                    }
                }
            }
        }
        id
    }

    /// Writes a child that is an element. For any other, notes the element that holds it.
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

    /// Writes the root. In its parent tree, a page's key leads to the elements of the page's
    /// contents, and a link's key to its element.
    fn root(&mut self, root: Ref, document: Ref) {
        let mut contents = self.contents.iter().zip(&self.written.contents).peekable();
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
        let links = self.written.links.iter().filter_map(|_| self.link);
        for (key, parent) in (0..).zip(pages.into_iter().chain(links)) {
            entries.insert(key, parent);
        }
        entries.finish();
        parents.finish();
    }
}

fn role(tag: &Tag) -> StructRole {
    match tag {
        Tag::Title => StructRole::H1,
        Tag::Heading => StructRole::H2,
        Tag::Paragraph => StructRole::P,
        Tag::Section => StructRole::Sect,
        Tag::Table => StructRole::Table,
        Tag::Row => StructRole::TR,
        Tag::Name => StructRole::TH,
        Tag::Value => StructRole::TD,
        Tag::Figure(_) => StructRole::Figure,
        Tag::Link => StructRole::Link,
    }
}
