//! Lays the report out in rows, and builds the tag structure.

use super::face::Faces;
use super::row::{Bar, Block, GlyphRun, PictureFrame, Row, RowItem};
use super::style::{
    ACCENT, ALARM, BAR, CAPITALS, CAPTION, DRAFT, EDGE, GAP, HEADING, INSET, KIND, LABEL,
    MARGIN_LEFT, MARGIN_TOP, NOTE, PAGE_WIDTH, PICTURE_HEIGHT, PIXEL, Style, TEXT, TINT, TITLE,
    VALUES, WIDTH,
};
use super::tags::{Element, Tag};
use crate::picture::Picture;
use crate::report::{Exhibit, Fact, Report, Section};
use crate::wording;

/// The layout of a report. Lines and pictures are numbered in the order in which they are drawn.
pub(super) struct Layout<'a> {
    faces: &'a Faces,
    contents: usize,
    pub(super) blocks: Vec<Block>,
    pub(super) elements: Vec<Element>,
}

impl<'a> Layout<'a> {
    pub(super) fn of(report: &Report, faces: &'a Faces) -> Self {
        let mut layout = Self {
            faces,
            contents: 0,
            blocks: vec![],
            elements: vec![],
        };
        layout.header(report);
        for section in &report.sections {
            layout.section(section);
        }
        layout.exhibits(&report.exhibits);
        layout.end(report);
        layout
    }

    fn header(&mut self, report: &Report) {
        let mut top = Row::space(0.0);
        top.items.push(RowItem::Bar(Bar {
            x: -MARGIN_LEFT,
            y: -MARGIN_TOP,
            width: PAGE_WIDTH,
            height: BAR,
            colour: ACCENT,
        }));
        let (kind, element) = self.text(Tag::Paragraph, &report.title, KIND);
        self.elements.push(element);
        let tag = Tag::Title(report.headline.clone());
        let (title, element) = self.text(tag, &report.headline, TITLE);
        self.elements.push(element);
        let mut rows = vec![top];
        rows.extend(kind);
        rows.extend(title);
        rows.push(Row::space(8.0));
        if report.is_draft() {
            rows.extend(self.draft(&report.missing));
        }
        self.blocks.push(rows.into());
    }

    /// What is missing, on a tinted background with a bar beside it.
    fn draft(&mut self, missing: &[String]) -> Vec<Row> {
        let width = WIDTH - 2.0 * INSET;
        let mut rows = vec![Row::space(7.0)];
        for (text, style) in [(wording::DRAFT, DRAFT), (wording::STILL_TO_DO, TEXT)] {
            let (lines, contents) = self.lines(text, style, INSET, width);
            rows.extend(lines);
            self.elements.push(Element::leaf(Tag::Paragraph, contents));
        }
        let mut items = vec![];
        for it in missing {
            let (lines, contents) = self.lines(&format!("– {it}"), TEXT, INSET, width);
            rows.extend(lines);
            let body = Element::leaf(Tag::ItemBody, contents);
            items.push(Element::group(Tag::Item, vec![body]));
        }
        self.elements.push(Element::group(Tag::List, items));
        rows.push(Row::space(7.0));
        for row in &mut rows {
            let height = row.height;
            let bar = |width, colour| {
                RowItem::Bar(Bar {
                    x: 0.0,
                    y: 0.0,
                    width,
                    height,
                    colour,
                })
            };
            row.items.insert(0, bar(EDGE, ALARM));
            row.items.insert(0, bar(WIDTH, TINT));
        }
        rows.push(Row::space(10.0));
        rows
    }

    fn section(&mut self, section: &Section) {
        let (mut opening, heading) = self.heading(section.title);
        let mut elements = vec![heading];
        let mut facts = vec![];
        for fact in &section.facts {
            let (rows, element) = self.fact(fact);
            opening.extend(rows);
            facts.push(element);
        }
        if !facts.is_empty() {
            self.blocks.push(std::mem::take(&mut opening).into());
            elements.push(Element::group(Tag::Table, facts));
        }
        for paragraph in &section.text {
            let (rows, element) = self.text(Tag::Paragraph, paragraph, TEXT);
            self.paragraph(std::mem::take(&mut opening), rows);
            elements.push(element);
        }
        self.blocks.push(vec![Row::space(8.0)].into());
        self.elements.push(Element::group(Tag::Section, elements));
    }

    /// The heading of a section. It stays on one page with what follows.
    fn heading(&mut self, title: &str) -> (Vec<Row>, Element) {
        let (mut heading, element) = self.text(Tag::Heading(title.to_owned()), title, HEADING);
        if let Some(first) = heading.first_mut() {
            first.heading = Some(title.to_owned());
        }
        let mut rows = vec![Row::rule(6.0)];
        rows.append(&mut heading);
        (rows, element)
    }

    /// Splits a paragraph so that no line stands alone on a page.
    fn paragraph(&mut self, mut opening: Vec<Row>, mut lines: Vec<Row>) {
        let end = lines.split_off(lines.len().saturating_sub(2));
        let middle = lines.split_off(lines.len().min(2));
        opening.append(&mut lines);
        if middle.is_empty() && opening.is_empty() {
            self.blocks.push(end.into());
        } else {
            self.blocks.push(opening.into());
            self.blocks
                .extend(middle.into_iter().map(|it| vec![it].into()));
            self.blocks.push(end.into());
        }
        self.blocks.push(vec![Row::space(4.0)].into());
    }

    /// The label on the left and the value beside it.
    fn fact(&mut self, fact: &Fact) -> (Vec<Row>, Element) {
        let (mut rows, name) = self.lines(fact.label, LABEL, 0.0, VALUES - GAP);
        let mut value = vec![];
        let mut at = 0;
        for line in &fact.lines {
            let (lines, contents) = self.lines(line, TEXT, VALUES, WIDTH - VALUES);
            value.extend(contents);
            for line in lines {
                match rows.get_mut(at) {
                    Some(row) => row.items.extend(line.items),
                    None => rows.push(line),
                }
                at += 1;
            }
        }
        rows.push(Row::space(1.5));
        let cells = vec![
            Element::leaf(Tag::RowHeader, name),
            Element::leaf(Tag::RowValue, value),
        ];
        (rows, Element::group(Tag::TableRow, cells))
    }

    fn exhibits(&mut self, exhibits: &[Exhibit]) {
        let (mut opening, heading) = self.heading(wording::PHOTOGRAPHS);
        let mut elements = vec![heading];
        if exhibits.is_empty() {
            let (rows, element) = self.text(Tag::Paragraph, wording::NO_PHOTOGRAPHS, TEXT);
            opening.extend(rows);
            self.blocks.push(std::mem::take(&mut opening).into());
            elements.push(element);
        }
        for (index, exhibit) in exhibits.iter().enumerate() {
            opening.push(Row::space(4.0));
            match &exhibit.picture {
                Ok(picture) => {
                    let tag = Tag::Figure(exhibit.caption.clone());
                    opening.push(frame(index, picture));
                    elements.push(Element::leaf(tag, vec![self.next()]));
                }
                Err(why) => {
                    let text = format!("{}{why}.", wording::NOT_SHOWN);
                    let (rows, element) = self.placeholder(&text);
                    opening.extend(rows);
                    elements.push(element);
                }
            }
            opening.push(Row::space(4.0));
            let facts = exhibit.facts.iter().map(|it| (it, NOTE));
            for (text, style) in [(&exhibit.caption, CAPTION)].into_iter().chain(facts) {
                let (rows, element) = self.text(Tag::Paragraph, text, style);
                opening.extend(rows);
                elements.push(element);
            }
            opening.push(Row::space(10.0));
            self.blocks.push(std::mem::take(&mut opening).into());
        }
        self.elements.push(Element::group(Tag::Section, elements));
    }

    /// The text in place of a picture that cannot be shown.
    fn placeholder(&mut self, text: &str) -> (Vec<Row>, Element) {
        let (lines, contents) = self.lines(text, TEXT, INSET, WIDTH - 2.0 * INSET);
        let mut rows = vec![Row::space(16.0)];
        rows.extend(lines);
        rows.push(Row::space(16.0));
        for row in &mut rows {
            let tint = Bar {
                x: 0.0,
                y: 0.0,
                width: WIDTH,
                height: row.height,
                colour: TINT,
            };
            row.items.insert(0, RowItem::Bar(tint));
        }
        (rows, Element::leaf(Tag::Paragraph, contents))
    }

    /// When the document was made, and a remark if the fonts lack characters.
    fn end(&mut self, report: &Report) {
        let mut texts = vec![format!("{} {}", wording::MADE, report.footer.join(", "))];
        if report.texts().any(|text| self.faces.shown(text) != text) {
            texts.push(wording::NOT_IN_FONT.to_owned());
        }
        let mut rows = vec![Row::rule(6.0)];
        for text in texts {
            let (lines, element) = self.text(Tag::Paragraph, &text, NOTE);
            rows.extend(lines);
            self.elements.push(element);
        }
        self.blocks.push(rows.into());
    }

    /// A text over the whole width.
    fn text(&mut self, tag: Tag, text: &str, style: Style) -> (Vec<Row>, Element) {
        let (rows, contents) = self.lines(text, style, 0.0, WIDTH);
        (rows, Element::leaf(tag, contents))
    }

    /// The lines of a text, one in each row.
    fn lines(&mut self, text: &str, style: Style, x: f32, width: f32) -> (Vec<Row>, Vec<usize>) {
        let lines = self.faces.wrap(text, style, width);
        let set = |line: String| {
            let mut row = Row::space(style.leading);
            row.items.push(RowItem::GlyphRun(GlyphRun {
                x,
                baseline: (style.leading + style.size * CAPITALS) / 2.0,
                style,
                line,
            }));
            (row, self.next())
        };
        lines.into_iter().map(set).unzip()
    }

    fn next(&mut self) -> usize {
        let next = self.contents;
        self.contents += 1;
        next
    }
}

/// The row of a picture: as large as allowed, with its aspect ratio.
fn frame(exhibit: usize, picture: &Picture) -> Row {
    let (width, height) = picture.shown_size();
    let (width, height) = (width as f32, height as f32);
    let scale = PIXEL.min(WIDTH / width).min(PICTURE_HEIGHT / height);
    let (width, height) = (width * scale, height * scale);
    let mut row = Row::space(height);
    row.items.push(RowItem::Picture(PictureFrame {
        exhibit,
        width,
        height,
    }));
    row
}
