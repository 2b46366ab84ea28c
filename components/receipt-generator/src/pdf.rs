//! The sheet as pages of paper, and tagged as PDF/UA-1 (ISO 14289-1) wants it, so that a screen
//! reader reads it like the page.

mod draw;
mod embed;
mod face;
mod flow;
mod layout;
mod strip;
mod style;
mod tags;

use miniz_oxide::deflate;
use pdf_writer::{Finish, Name, Pdf, Ref, TextStr};
use xmp_writer::{LangId, XmpWriter};

use self::{draw::Press, embed::Fonts, flow::Flow, layout::Layout, tags::Tree};
use crate::sheet::Sheet;

/// From 1, quick, to 9, small.
const COMPRESSION: u8 = 3;

/// Where the receipt can be read stands at the end, as a code and as a text.
pub(crate) fn write(sheet: &Sheet) -> Vec<u8> {
    let link = sheet.link.as_deref();
    let mut layout = Layout::new();
    let mut blocks = vec![layout.header(sheet)];
    blocks.extend(sheet.sections.iter().map(|it| layout.section(it)));
    blocks.extend(link.map(|it| layout.link(it)));

    let mut flow = Flow::new();
    let mut elements = vec![];
    for block in blocks {
        let height = block.height();
        flow.place(block.strips, height);
        elements.extend(block.elements);
    }

    let (mut pdf, mut next) = (Pdf::new(), Ref::new(1));
    let (catalog, pages) = (next.bump(), next.bump());
    let mut fonts = Fonts::new(&mut next);
    let mut press = Press {
        pdf: &mut pdf,
        next: &mut next,
        fonts: &mut fonts,
    };
    let drawn = press.pages(pages, &flow.pages, link.unwrap_or_default());
    fonts.write(&mut pdf, &mut next);
    let tree = Tree::write(&mut pdf, &mut next, &drawn, &elements);
    describe(sheet, &mut pdf, &mut next, catalog, pages, tree);
    pdf.finish()
}

/// What the document is, as a whole.
fn describe(sheet: &Sheet, pdf: &mut Pdf, next: &mut Ref, catalog: Ref, pages: Ref, tree: Ref) {
    let metadata = next.bump();
    pdf.stream(metadata, xmp(sheet).as_bytes())
        .pair(Name(b"Type"), Name(b"Metadata"))
        .pair(Name(b"Subtype"), Name(b"XML"));
    pdf.document_info(next.bump()).title(TextStr(sheet.title));
    let mut writer = pdf.catalog(catalog);
    writer.pages(pages).metadata(metadata);
    writer.lang(TextStr(sheet.language));
    writer.pair(Name(b"StructTreeRoot"), tree);
    writer.mark_info().marked(true).suspects(false);
    writer.viewer_preferences().display_doc_title(true);
    writer.finish();
}

fn xmp(sheet: &Sheet) -> String {
    let mut xmp = XmpWriter::new();
    xmp.title([(None, sheet.title)]);
    xmp.language([LangId(sheet.language)]);
    xmp.format("application/pdf");
    xmp.pdfua_part(1);
    xmp.finish(None)
}

fn compress(bytes: &[u8]) -> Vec<u8> {
    deflate::compress_to_vec_zlib(bytes, COMPRESSION)
}
