//! Sets the layout in rows, and builds the structure elements of its texts.

use super::{
    face::{Face, Line},
    row::{Block, GlyphRun, Rectangle, Row, Shape},
    structure::{Child, Element, Tag},
    style::{
        ACCENT, ADDRESS, AMOUNT, BAR, CAPITALS, CODE, GAP, HEADING, HEADLINE, KIND, LABEL,
        MARGIN_LEFT, MARGIN_TOP, NOTE, PAGE_WIDTH, SUM, Style, TEXT, WIDTH,
    },
};
use crate::{
    layout::{Entry, Layout, Section},
    qr::{Code, QUIET_ZONE},
};

#[derive(Clone, Copy)]
enum Side {
    /// Within this width.
    Left(f32),
    Right,
}

/// Numbers the glyph runs and the QR code in the order in which they are drawn.
pub(super) struct Typesetter {
    contents: usize,
}

impl Typesetter {
    pub(super) fn new() -> Self {
        Self { contents: 0 }
    }

    pub(super) fn header(&mut self, layout: &Layout) -> Block {
        let mut top = Row::space(0.0);
        top.shapes.push(Shape::Rectangle(Rectangle {
            x: -MARGIN_LEFT,
            y: -MARGIN_TOP,
            width: PAGE_WIDTH,
            height: BAR,
            colour: ACCENT,
        }));
        let link = layout.link.as_ref();
        let code = link.and_then(|link| Some((Code::of(link)?, link)));
        let side = code.as_ref().map_or(0.0, |(code, _)| with_quiet_zone(code));
        let code = code.map(|(code, link)| self.code(code, link, &mut top));
        let mut block = Block::new(top);
        let first = [
            (Tag::Title, layout.title, KIND),
            (Tag::Paragraph, layout.headline, HEADLINE),
            (Tag::Paragraph, &layout.total, AMOUNT),
        ];
        let sentences = layout.explanation.iter();
        let sentences = sentences.map(|it| (Tag::Paragraph, it.as_str(), TEXT));
        for (tag, text, style) in first.into_iter().chain(sentences) {
            // A text that begins beside the QR code ends beside it too.
            let width = if block.height() < side {
                WIDTH - side
            } else {
                WIDTH
            };
            self.text(&mut block, tag, text, style, width);
        }
        block.rows.push(Row::space(14.0));
        block.elements.extend(code);
        block
    }

    /// The QR code of the receipt's address beside the header. Screen readers read it after the
    /// header.
    fn code(&mut self, code: Code, link: &str, row: &mut Row) -> Element {
        row.shapes.push(Shape::QrCode(code));
        Element {
            tag: Tag::Figure(link.to_owned()),
            children: vec![Child::Content(self.next())],
        }
    }

    pub(super) fn section(&mut self, section: &Section) -> Block {
        let mut block = Block::new(Row::rule(6.0));
        self.text(&mut block, Tag::Heading, section.title, HEADING, WIDTH);
        let entries = section.entries.iter();
        let table: Vec<_> = entries.map(|it| self.entry(&mut block, it)).collect();
        if !table.is_empty() {
            block.elements.push(Element::group(Tag::Table, table));
        }
        if !section.notes.is_empty() {
            block.rows.push(Row::space(3.0));
        }
        for note in &section.notes {
            self.text(&mut block, Tag::Paragraph, note, NOTE, WIDTH);
        }
        block.rows.push(Row::space(7.0));
        block.elements = vec![Element::group(Tag::Section, block.elements)];
        block
    }

    /// The address as a text.
    pub(super) fn link(&mut self, link: &str) -> Block {
        let mut block = Block::new(Row::rule(6.0));
        let (rows, mut children) = self.lines(link, ADDRESS, Side::Left(WIDTH), true);
        block.rows.extend(rows);
        children.push(Child::Links);
        let tag = Tag::Link;
        let paragraph = Element::group(Tag::Paragraph, vec![Element { tag, children }]);
        block.elements.push(paragraph);
        block
    }

    fn text(&mut self, block: &mut Block, tag: Tag, text: &str, style: Style, width: f32) {
        let (rows, children) = self.lines(text, style, Side::Left(width), false);
        block.rows.extend(rows);
        block.elements.push(Element { tag, children });
    }

    /// Label left and value right if both fit one line, otherwise the value below the label.
    fn entry(&mut self, block: &mut Block, entry: &Entry) -> Element {
        let (label, value) = match entry.is_sum {
            true => (SUM, SUM),
            false => (LABEL, TEXT),
        };
        if entry.is_sum {
            block.rows.extend([Row::space(3.0), Row::rule(3.0)]);
        }
        let (mut left, names) = self.lines(&entry.label, label, Side::Left(WIDTH), false);
        let (mut right, values) = self.lines(&entry.value, value, Side::Right, false);
        if let ([label], [value]) = (left.as_mut_slice(), right.as_mut_slice())
            && label.text_width() + GAP + value.text_width() <= WIDTH
        {
            label.shapes.append(&mut value.shapes);
        } else {
            left.append(&mut right);
        }
        block.rows.extend(left);
        let cells = [(Tag::Name, names), (Tag::Value, values)];
        let cells = cells.map(|(tag, children)| Element { tag, children });
        Element::group(Tag::Row, cells.into())
    }

    /// A text, with a row for each line.
    fn lines(
        &mut self,
        text: &str,
        style: Style,
        side: Side,
        is_link: bool,
    ) -> (Vec<Row>, Vec<Child>) {
        let width = match side {
            Side::Left(width) => width,
            Side::Right => WIDTH,
        };
        let lines = Face::of(style.weight).wrap(text, style.size, width);
        let set = |line: Line| {
            let mut row = Row::space(style.leading);
            row.shapes.push(Shape::GlyphRun(GlyphRun {
                x: match side {
                    Side::Left(_) => 0.0,
                    Side::Right => WIDTH - line.width,
                },
                baseline: (style.leading + style.size * CAPITALS) / 2.0,
                style,
                line,
                is_link,
            }));
            (row, Child::Content(self.next()))
        };
        lines.into_iter().map(set).unzip()
    }

    fn next(&mut self) -> usize {
        let next = self.contents;
        self.contents += 1;
        next
    }
}

/// The width and height of the QR code, with the quiet zone between it and a text.
fn with_quiet_zone(code: &Code) -> f32 {
    CODE + QUIET_ZONE as f32 * CODE / code.size() as f32
}
