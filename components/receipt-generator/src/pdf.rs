//! The sheet as pages of paper: PDF/UA-1, so that a screen reader reads it as the page, with the
//! letters that it uses in the file.

mod draw;
mod face;
mod flow;
mod layout;
mod strip;
mod style;
mod tags;

use krilla::{
    Document, SerializeSettings,
    configure::{Accessibility, ConfigurationBuilder},
    destination::XyzDestination,
    geom::Point,
    metadata::Metadata,
    outline::{Outline, OutlineNode},
};

use self::{
    flow::{Flow, Placed},
    layout::Layout,
    style::{MARGIN_LEFT, MARGIN_TOP},
};
use crate::sheet::Sheet;

/// `link` is the receipt's address, which stands at the end, as a code and as a text.
pub(crate) fn write(sheet: &Sheet, link: Option<&str>) -> Vec<u8> {
    let link = link.filter(|link| !link.is_empty());
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

    let mut document = Document::new_with(settings());
    let drawn = draw::pages(&mut document, &flow.pages, link);
    document.set_tag_tree(tags::tree(elements, &drawn));
    document.set_outline(outline(&flow.pages));
    document.set_metadata(
        Metadata::new()
            .title(sheet.title.to_owned())
            .language(sheet.language.to_owned()),
    );
    #[expect(
        clippy::expect_used,
        reason = "whatever the texts are, each is tagged and each of its characters has a glyph"
    )]
    document.finish().expect("the document is PDF/UA-1")
}

fn settings() -> SerializeSettings {
    let configuration =
        ConfigurationBuilder::new().with_accessibility_validator(Accessibility::UA1);
    SerializeSettings {
        configuration: configuration.finish().unwrap_or_default(),
        ..SerializeSettings::default()
    }
}

/// The headings and where they are.
fn outline(pages: &[Vec<Placed>]) -> Outline {
    let mut outline = Outline::new();
    for (page, strips) in pages.iter().enumerate() {
        for Placed { y, strip } in strips {
            if let Some(heading) = strip.heading {
                let place = Point::from_xy(MARGIN_LEFT, MARGIN_TOP + y);
                let destination = XyzDestination::new(page, place);
                outline.push_child(OutlineNode::new(heading.to_owned(), destination));
            }
        }
    }
    outline
}
