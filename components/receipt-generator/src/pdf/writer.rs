//! Writes the pages of a PDF. Its coordinates count from the lower left corner, upwards.

use pdf_writer::{
    Content as Stream, Finish, Name, Pdf, Rect, Ref, Str, TextStr,
    types::{ActionType, AnnotationFlags, AnnotationType, ArtifactType, TabOrder},
};

use super::{
    compression::compress,
    face::Face,
    fonts::Fonts,
    pagination::PlacedRow,
    row::{GlyphRun, Rectangle, Shape},
    style::{
        CODE, Colour, INK, MARGIN_BOTTOM, MARGIN_LEFT, MARGIN_TOP, NOTE, PAGE_HEIGHT, PAGE_WIDTH,
        WIDTH,
    },
};
use crate::qr::Code;

/// The written content, for the structure tree.
#[derive(Default)]
pub(super) struct WrittenPages {
    pub(super) pages: Vec<Ref>,
    /// The glyph runs and the QR code, in order.
    pub(super) contents: Vec<Content>,
    /// Each page with a link, and the link's annotation.
    pub(super) links: Vec<(Ref, Ref)>,
    /// Where the QR code is on its page.
    pub(super) code: Option<Rect>,
}

/// A glyph run or the QR code.
pub(super) struct Content {
    pub(super) page: Ref,
    /// Its number on its page.
    pub(super) id: i32,
}

pub(super) struct Writer<'a> {
    pub(super) pdf: &'a mut Pdf,
    pub(super) next: &'a mut Ref,
    pub(super) fonts: &'a mut Fonts,
}

impl Writer<'_> {
    /// Writes the pages below a page tree, with a number on each if there are several.
    pub(super) fn pages(
        &mut self,
        tree: Ref,
        pages: &[Vec<PlacedRow>],
        link: &str,
    ) -> WrittenPages {
        let mut written = WrittenPages::default();
        for (index, rows) in (1..).zip(pages) {
            let page = self.next.bump();
            written.pages.push(page);
            let mut content = PageContent {
                stream: Stream::new(),
                fonts: self.fonts,
                page,
                contents: vec![],
                code: None,
            };
            for placed in rows {
                content.row(placed);
            }
            if pages.len() > 1 {
                content.number(&format!("{index}/{}", pages.len()));
            }
            let PageContent {
                stream,
                contents,
                code,
                ..
            } = content;
            written.contents.extend(contents);
            written.code = written.code.or(code);
            let link = self.link(page, rows, link, pages.len() + written.links.len());
            self.page(page, tree, index - 1, &stream.finish(), link);
            written.links.extend(link.map(|it| (page, it)));
        }
        let mut writer = self.pdf.pages(tree);
        writer.count(i32::try_from(pages.len()).unwrap_or(i32::MAX));
        writer.kids(written.pages.iter().copied());
        drop(writer);
        written
    }

    fn page(&mut self, page: Ref, tree: Ref, key: i32, content: &[u8], link: Option<Ref>) {
        let stream = self.next.bump();
        let content = compress(content);
        let mut writer = self.pdf.stream(stream, &content);
        writer.filter(pdf_writer::Filter::FlateDecode);
        writer.finish();
        let mut writer = self.pdf.page(page);
        writer.parent(tree).contents(stream).struct_parents(key);
        writer.media_box(Rect::new(0.0, 0.0, PAGE_WIDTH, PAGE_HEIGHT));
        writer.tab_order(TabOrder::StructureOrder);
        if link.is_some() {
            writer.annotations(link);
        }
        let mut resources = writer.resources();
        let mut fonts = resources.fonts();
        for (name, font) in self.fonts.names() {
            fonts.pair(name, font);
        }
    }

    /// Writes one annotation around the lines of the address, which stand below each other.
    fn link(&mut self, page: Ref, rows: &[PlacedRow], link: &str, key: usize) -> Option<Ref> {
        let mut area: Option<Rect> = None;
        for PlacedRow { y, row } in rows {
            for shape in &row.shapes {
                let Shape::GlyphRun(it) = shape else {
                    continue;
                };
                if it.is_link {
                    let (left, top) = (MARGIN_LEFT + it.x, up(*y));
                    let before = area.unwrap_or(Rect::new(left, top, left, top));
                    area = Some(Rect {
                        x2: before.x2.max(left + it.line.width),
                        y1: top - row.height,
                        ..before
                    });
                }
            }
        }
        let Rect { x1, y1, x2, y2 } = area?;
        let id = self.next.bump();
        let mut writer = self.pdf.annotation(id);
        writer.subtype(AnnotationType::Link).page(page);
        writer.rect(Rect::new(round(x1), round(y1), round(x2), round(y2)));
        writer.border(0.0, 0.0, 0.0, None).contents(TextStr(link));
        writer.flags(AnnotationFlags::PRINT);
        writer.struct_parent(i32::try_from(key).unwrap_or(i32::MAX));
        let mut action = writer.action();
        action.action_type(ActionType::Uri);
        action.uri(Str(link.as_bytes()));
        action.finish();
        Some(id)
    }
}

/// The content of one page.
struct PageContent<'a> {
    stream: Stream,
    fonts: &'a mut Fonts,
    page: Ref,
    contents: Vec<Content>,
    code: Option<Rect>,
}

impl PageContent<'_> {
    fn row(&mut self, PlacedRow { y, row }: &PlacedRow) {
        for shape in &row.shapes {
            match shape {
                Shape::GlyphRun(it) => self.tagged(b"Span", |page| page.glyph_run(it, up(*y))),
                Shape::QrCode(it) => self.tagged(b"Figure", |page| page.code(it, up(*y))),
                Shape::Rectangle(it) => {
                    self.untagged(ArtifactType::Layout, |page| page.rectangle(it, up(*y)));
                }
            }
        }
    }

    fn number(&mut self, number: &str) {
        for line in Face::of(NOTE.weight).wrap(number, NOTE.size, WIDTH) {
            let run = GlyphRun {
                x: WIDTH - line.width,
                baseline: 0.0,
                style: NOTE,
                line,
                is_link: false,
            };
            self.untagged(ArtifactType::Pagination, |page| {
                page.glyph_run(&run, MARGIN_BOTTOM / 2.0);
            });
        }
    }

    fn tagged(&mut self, tag: &[u8], draw: impl FnOnce(&mut Self)) {
        let id = i32::try_from(self.contents.len()).unwrap_or(i32::MAX);
        let page = self.page;
        self.contents.push(Content { page, id });
        let mut content = self.stream.begin_marked_content_with_properties(Name(tag));
        content.properties().identify(id);
        content.finish();
        draw(self);
        self.stream.end_marked_content();
    }

    /// Draws something that screen readers skip.
    fn untagged(&mut self, kind: ArtifactType, draw: impl FnOnce(&mut Self)) {
        let tag = Name(b"Artifact");
        let mut content = self.stream.begin_marked_content_with_properties(tag);
        content.properties().artifact().kind(kind);
        content.finish();
        draw(self);
        self.stream.end_marked_content();
    }

    fn glyph_run(&mut self, run: &GlyphRun, top: f32) {
        let style = run.style;
        let font = self.fonts.font(style.weight);
        let codes = font.encode(&run.line.text);
        self.fill(style.colour);
        self.stream
            .begin_text()
            .set_font(self.fonts.name(style.weight), style.size)
            .next_line(round(MARGIN_LEFT + run.x), round(top - run.baseline))
            .show(Str(&codes))
            .end_text();
    }

    fn rectangle(&mut self, it: &Rectangle, top: f32) {
        self.fill(it.colour);
        let (x, y) = (MARGIN_LEFT + it.x, top - it.y - it.height);
        self.stream
            .rect(round(x), round(y), round(it.width), round(it.height))
            .fill_nonzero();
    }

    /// The white of the page is the quiet zone.
    fn code(&mut self, code: &Code, top: f32) {
        let module = CODE / code.size() as f32;
        self.stream.save_state();
        self.fill(INK);
        // From here on, a module is the unit, and the upper left corner of the QR code the origin.
        let (x, y) = (round(MARGIN_LEFT + WIDTH - CODE), round(top));
        self.code = Some(Rect::new(x, round(top - CODE), round(x + CODE), y));
        self.stream.transform([module, 0.0, 0.0, -module, x, y]);
        for run in code.runs() {
            self.stream
                .rect(run.x as f32, run.y as f32, run.length as f32, 1.0);
        }
        self.stream.fill_nonzero().restore_state();
    }

    fn fill(&mut self, colour: Colour) {
        let [red, green, blue] = colour.map(|it| f32::from(it) / 255.0);
        self.stream
            .set_fill_rgb(thousandths(red), thousandths(green), thousandths(blue));
    }
}

/// Turns a distance down from the upper margin into one up from the lower edge.
fn up(y: f32) -> f32 {
    PAGE_HEIGHT - MARGIN_TOP - y
}

/// To a hundredth of a point, so that the file is short. Nobody sees the difference.
fn round(length: f32) -> f32 {
    (length * 100.0).round() / 100.0
}

fn thousandths(part: f32) -> f32 {
    (part * 1000.0).round() / 1000.0
}
