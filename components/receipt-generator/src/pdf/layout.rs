//! The sheet in strips, and what each of their texts is.

use super::{
    face::{Face, Line},
    strip::{Bar, Block, Mark, Strip, Text},
    style::{
        ACCENT, ADDRESS, AMOUNT, BAR, CAPITALS, CODE, GAP, HEADING, HEADLINE, KIND, LABEL,
        MARGIN_LEFT, MARGIN_TOP, NOTE, PAGE_WIDTH, SUM, Style, TEXT, WIDTH,
    },
    tags::{Child, Element, Tag},
};
use crate::{
    qr::{Code, QUIET_ZONE},
    sheet::{Row, Section, Sheet},
};

#[derive(Clone, Copy)]
enum Side {
    /// On so much of the width.
    Left(f32),
    Right,
}

/// Numbers the texts and the code in the order in which they are drawn.
pub(super) struct Layout {
    contents: usize,
}

impl Layout {
    pub(super) fn new() -> Self {
        Self { contents: 0 }
    }

    pub(super) fn header(&mut self, sheet: &Sheet) -> Block {
        let mut top = Strip::space(0.0);
        top.marks.push(Mark::Bar(Bar {
            x: -MARGIN_LEFT,
            y: -MARGIN_TOP,
            width: PAGE_WIDTH,
            height: BAR,
            colour: ACCENT,
        }));
        let link = sheet.link.as_ref();
        let code = link.and_then(|link| Some((Code::of(link)?, link)));
        let side = code.as_ref().map_or(0.0, |(code, _)| with_quiet_zone(code));
        let code = code.map(|(code, link)| self.code(code, link, &mut top));
        let mut block = Block::new(top);
        let first = [
            (Tag::Title, sheet.title, KIND),
            (Tag::Paragraph, sheet.headline, HEADLINE),
            (Tag::Paragraph, &sheet.total, AMOUNT),
        ];
        let sentences = sheet.explanation.iter();
        let sentences = sentences.map(|it| (Tag::Paragraph, it.as_str(), TEXT));
        for (tag, text, style) in first.into_iter().chain(sentences) {
            // What begins beside the code stays beside it.
            let width = if block.height() < side {
                WIDTH - side
            } else {
                WIDTH
            };
            self.text(&mut block, tag, text, style, width);
        }
        block.strips.push(Strip::space(14.0));
        block.elements.extend(code);
        block
    }

    /// The receipt's address as a code beside what stands first. It is read last.
    fn code(&mut self, code: Code, link: &str, strip: &mut Strip) -> Element {
        strip.marks.push(Mark::Code(code));
        Element {
            tag: Tag::Figure(link.to_owned()),
            children: vec![Child::Content(self.next())],
        }
    }

    pub(super) fn section(&mut self, section: &Section) -> Block {
        let mut block = Block::new(Strip::rule(6.0));
        self.text(&mut block, Tag::Heading, section.title, HEADING, WIDTH);
        let rows = section.rows.iter().map(|row| self.row(&mut block, row));
        let table: Vec<_> = rows.collect();
        if !table.is_empty() {
            block.elements.push(Element::group(Tag::Table, table));
        }
        if !section.notes.is_empty() {
            block.strips.push(Strip::space(3.0));
        }
        for note in &section.notes {
            self.text(&mut block, Tag::Paragraph, note, NOTE, WIDTH);
        }
        block.strips.push(Strip::space(7.0));
        block.elements = vec![Element::group(Tag::Section, block.elements)];
        block
    }

    /// The address as a text.
    pub(super) fn link(&mut self, link: &str) -> Block {
        let mut block = Block::new(Strip::rule(6.0));
        let (strips, mut children) = self.lines(link, ADDRESS, Side::Left(WIDTH), true);
        block.strips.extend(strips);
        children.push(Child::Links);
        let tag = Tag::Link;
        let paragraph = Element::group(Tag::Paragraph, vec![Element { tag, children }]);
        block.elements.push(paragraph);
        block
    }

    fn text(&mut self, block: &mut Block, tag: Tag, text: &str, style: Style, width: f32) {
        let (strips, children) = self.lines(text, style, Side::Left(width), false);
        block.strips.extend(strips);
        block.elements.push(Element { tag, children });
    }

    /// Label left and value right if one line is enough, and otherwise the value below the label.
    fn row(&mut self, block: &mut Block, row: &Row) -> Element {
        let (label, value) = match row.is_sum {
            true => (SUM, SUM),
            false => (LABEL, TEXT),
        };
        if row.is_sum {
            block.strips.extend([Strip::space(3.0), Strip::rule(3.0)]);
        }
        let (mut left, names) = self.lines(&row.label, label, Side::Left(WIDTH), false);
        let (mut right, values) = self.lines(&row.value, value, Side::Right, false);
        if let ([label], [value]) = (left.as_mut_slice(), right.as_mut_slice())
            && label.text_width() + GAP + value.text_width() <= WIDTH
        {
            label.marks.append(&mut value.marks);
        } else {
            left.append(&mut right);
        }
        block.strips.extend(left);
        let cells = [(Tag::Name, names), (Tag::Value, values)];
        let cells = cells.map(|(tag, children)| Element { tag, children });
        Element::group(Tag::Row, cells.into())
    }

    /// A text, one line in a strip.
    fn lines(
        &mut self,
        text: &str,
        style: Style,
        side: Side,
        is_link: bool,
    ) -> (Vec<Strip>, Vec<Child>) {
        let width = match side {
            Side::Left(width) => width,
            Side::Right => WIDTH,
        };
        let lines = Face::of(style.weight).wrap(text, style.size, width);
        let set = |line: Line| {
            let mut strip = Strip::space(style.leading);
            strip.marks.push(Mark::Text(Text {
                x: match side {
                    Side::Left(_) => 0.0,
                    Side::Right => WIDTH - line.width,
                },
                baseline: (style.leading + style.size * CAPITALS) / 2.0,
                style,
                line,
                is_link,
            }));
            (strip, Child::Content(self.next()))
        };
        lines.into_iter().map(set).unzip()
    }

    fn next(&mut self) -> usize {
        let next = self.contents;
        self.contents += 1;
        next
    }
}

/// How wide and high the code is with the quiet zone between it and a text.
fn with_quiet_zone(code: &Code) -> f32 {
    CODE + QUIET_ZONE as f32 * CODE / code.size() as f32
}
