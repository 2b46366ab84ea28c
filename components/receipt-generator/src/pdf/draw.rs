//! Pages of a file. A PDF counts from the lower left corner, upwards.

use pdf_writer::{
    Content as Stream, Finish, Name, Pdf, Rect, Ref, Str, TextStr,
    types::{ActionType, AnnotationFlags, AnnotationType, ArtifactType, TabOrder},
};

use super::{
    compress,
    embed::Fonts,
    face::Face,
    flow::Placed,
    strip::{Bar, Mark, Text},
    style::{
        CODE, Colour, INK, MARGIN_BOTTOM, MARGIN_LEFT, MARGIN_TOP, NOTE, PAGE_HEIGHT, PAGE_WIDTH,
        WIDTH,
    },
};
use crate::qr::Code;

/// What was drawn, for the tags.
#[derive(Default)]
pub(super) struct Drawn {
    pub(super) pages: Vec<Ref>,
    /// The lines and the code, in order.
    pub(super) contents: Vec<Content>,
    /// What can be clicked, one on a page: the page and itself.
    pub(super) links: Vec<(Ref, Ref)>,
    /// Where the code is on its page.
    pub(super) code: Option<Rect>,
}

/// A line or the code.
pub(super) struct Content {
    pub(super) page: Ref,
    /// Its number on its page.
    pub(super) id: i32,
}

/// Where everything of a file is written to.
pub(super) struct Press<'a> {
    pub(super) pdf: &'a mut Pdf,
    pub(super) next: &'a mut Ref,
    pub(super) fonts: &'a mut Fonts,
}

impl Press<'_> {
    /// Draws the pages below a page tree, with a number on each if there are several.
    pub(super) fn pages(&mut self, tree: Ref, pages: &[Vec<Placed>], link: &str) -> Drawn {
        let mut drawn = Drawn::default();
        for (index, strips) in (1..).zip(pages) {
            let page = self.next.bump();
            drawn.pages.push(page);
            let mut sheet = Paper {
                stream: Stream::new(),
                fonts: self.fonts,
                page,
                contents: vec![],
                code: None,
            };
            for placed in strips {
                sheet.strip(placed);
            }
            if pages.len() > 1 {
                sheet.number(&format!("{index}/{}", pages.len()));
            }
            let Paper {
                stream,
                contents,
                code,
                ..
            } = sheet;
            drawn.contents.extend(contents);
            drawn.code = drawn.code.or(code);
            let link = self.link(page, strips, link, pages.len() + drawn.links.len());
            self.page(page, tree, index - 1, &stream.finish(), link);
            drawn.links.extend(link.map(|it| (page, it)));
        }
        let mut writer = self.pdf.pages(tree);
        writer.count(i32::try_from(pages.len()).unwrap_or(i32::MAX));
        writer.kids(drawn.pages.iter().copied());
        drop(writer);
        drawn
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

    /// Makes the lines of the address, which are below each other, lead to it.
    fn link(&mut self, page: Ref, strips: &[Placed], link: &str, key: usize) -> Option<Ref> {
        let mut area: Option<Rect> = None;
        for Placed { y, strip } in strips {
            for mark in &strip.marks {
                let Mark::Text(it) = mark else { continue };
                if it.is_link {
                    let (left, top) = (MARGIN_LEFT + it.x, up(*y));
                    let before = area.unwrap_or(Rect::new(left, top, left, top));
                    area = Some(Rect {
                        x2: before.x2.max(left + it.line.width),
                        y1: top - strip.height,
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

/// A page while it is drawn.
struct Paper<'a> {
    stream: Stream,
    fonts: &'a mut Fonts,
    page: Ref,
    contents: Vec<Content>,
    code: Option<Rect>,
}

impl Paper<'_> {
    fn strip(&mut self, Placed { y, strip }: &Placed) {
        for mark in &strip.marks {
            match mark {
                Mark::Text(it) => self.tagged(b"Span", |paper| paper.text(it, up(*y))),
                Mark::Code(it) => self.tagged(b"Figure", |paper| paper.code(it, up(*y))),
                Mark::Bar(it) => {
                    self.untagged(ArtifactType::Layout, |paper| paper.bar(it, up(*y)));
                }
            }
        }
    }

    fn number(&mut self, number: &str) {
        for line in Face::of(NOTE.weight).wrap(number, NOTE.size, WIDTH) {
            let place = Text {
                x: WIDTH - line.width,
                baseline: 0.0,
                style: NOTE,
                line,
                is_link: false,
            };
            self.untagged(ArtifactType::Pagination, |paper| {
                paper.text(&place, MARGIN_BOTTOM / 2.0);
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

    /// What is left out where the page is read aloud.
    fn untagged(&mut self, kind: ArtifactType, draw: impl FnOnce(&mut Self)) {
        let tag = Name(b"Artifact");
        let mut content = self.stream.begin_marked_content_with_properties(tag);
        content.properties().artifact().kind(kind);
        content.finish();
        draw(self);
        self.stream.end_marked_content();
    }

    fn text(&mut self, text: &Text, top: f32) {
        let style = text.style;
        let font = self.fonts.font(style.weight);
        let codes = font.encode(&text.line.text);
        self.fill(style.colour);
        self.stream
            .begin_text()
            .set_font(self.fonts.name(style.weight), style.size)
            .next_line(round(MARGIN_LEFT + text.x), round(top - text.baseline))
            .show(Str(&codes))
            .end_text();
    }

    fn bar(&mut self, bar: &Bar, top: f32) {
        self.fill(bar.colour);
        let (x, y) = (MARGIN_LEFT + bar.x, top - bar.y - bar.height);
        self.stream
            .rect(round(x), round(y), round(bar.width), round(bar.height))
            .fill_nonzero();
    }

    /// The page's white is its quiet zone.
    fn code(&mut self, code: &Code, top: f32) {
        let module = CODE / code.size() as f32;
        self.stream.save_state();
        self.fill(INK);
        // From here on, a module is the unit, and the code's upper left corner the origin.
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

/// From the upper margin down, as from the lower edge up.
fn up(y: f32) -> f32 {
    PAGE_HEIGHT - MARGIN_TOP - y
}

/// To a hundredth of a point, which nobody sees, so that the file is short.
fn round(length: f32) -> f32 {
    (length * 100.0).round() / 100.0
}

fn thousandths(part: f32) -> f32 {
    (part * 1000.0).round() / 1000.0
}
