//! Writes the layout as a PDF with A4 pages. It is tagged as PDF/UA-1 (ISO 14289-1) asks for, so that
//! screen readers read it like the HTML page.
//!
//! | step                                           | module                              |
//! |------------------------------------------------|-------------------------------------|
//! | set the texts in rows, with structure elements | `typesetter`, `row`, `structure`    |
//! | divide the rows between pages                  | `pagination`                        |
//! | write the pages, the fonts and the structure   | `writer`, `fonts`, `structure_tree` |

mod compression;
mod face;
mod fonts;
mod pagination;
mod row;
mod structure;
mod structure_tree;
mod style;
mod typesetter;
mod writer;

use pdf_writer::{Finish, Name, Pdf, Ref, TextStr};
use xmp_writer::{LangId, XmpWriter};

use self::{
    fonts::Fonts, pagination::Pagination, structure_tree::StructureTree, typesetter::Typesetter,
    writer::Writer,
};
use crate::layout::Layout;

pub(crate) fn write(layout: &Layout) -> Vec<u8> {
    let link = layout.link.as_deref();
    let mut typesetter = Typesetter::new();
    let mut blocks = vec![typesetter.header(layout)];
    blocks.extend(layout.sections.iter().map(|it| typesetter.section(it)));
    blocks.extend(link.map(|it| typesetter.link(it)));

    let mut pagination = Pagination::new();
    let mut elements = vec![];
    for block in blocks {
        let height = block.height();
        pagination.place(block.rows, height);
        elements.extend(block.elements);
    }

    let (mut pdf, mut next) = (Pdf::new(), Ref::new(1));
    let (catalog, pages) = (next.bump(), next.bump());
    let mut fonts = Fonts::new(&mut next);
    let mut writer = Writer {
        pdf: &mut pdf,
        next: &mut next,
        fonts: &mut fonts,
    };
    let written = writer.pages(pages, &pagination.pages, link.unwrap_or_default());
    fonts.write(&mut pdf, &mut next);
    let tree = StructureTree::write(&mut pdf, &mut next, &written, &elements);
    describe(layout, &mut pdf, &mut next, catalog, pages, tree);
    pdf.finish()
}

/// Writes the metadata and the catalog.
fn describe(layout: &Layout, pdf: &mut Pdf, next: &mut Ref, catalog: Ref, pages: Ref, tree: Ref) {
    let metadata = next.bump();
    pdf.stream(metadata, xmp(layout).as_bytes())
        .pair(Name(b"Type"), Name(b"Metadata"))
        .pair(Name(b"Subtype"), Name(b"XML"));
    pdf.document_info(next.bump()).title(TextStr(layout.title));
    let mut writer = pdf.catalog(catalog);
    writer.pages(pages).metadata(metadata);
    writer.lang(TextStr(layout.language));
    writer.pair(Name(b"StructTreeRoot"), tree);
    writer.mark_info().marked(true).suspects(false);
    writer.viewer_preferences().display_doc_title(true);
    writer.finish();
}

fn xmp(layout: &Layout) -> String {
    let mut xmp = XmpWriter::new();
    xmp.title([(None, layout.title)]);
    xmp.language([LangId(layout.language)]);
    xmp.format("application/pdf");
    xmp.pdfua_part(1);
    xmp.finish(None)
}
