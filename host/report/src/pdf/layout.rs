//! The report in strips, and what each of their texts is.

use super::face::Faces;
use super::strip::{Bar, Block, Frame, Mark, Strip, Text};
use super::style::{
    ACCENT, ALARM, BAR, CAPITALS, CAPTION, DRAFT, EDGE, GAP, HEADING, INSET, KIND, LABEL,
    MARGIN_LEFT, MARGIN_TOP, NOTE, PAGE_WIDTH, PICTURE_HEIGHT, PIXEL, Style, TEXT, TINT, TITLE,
    VALUES, WIDTH,
};
use super::tags::{Element, Tag};
use crate::picture::Picture;
use crate::report::{Exhibit, Report, Row, Section};
use crate::wording;

/// Numbers the texts and the pictures in the order in which they are drawn.
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
        let mut top = Strip::space(0.0);
        top.marks.push(Mark::Bar(Bar {
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
        let mut strips = vec![top];
        strips.extend(kind);
        strips.extend(title);
        strips.push(Strip::space(8.0));
        if report.is_draft() {
            strips.extend(self.draft(&report.missing));
        }
        self.blocks.push(strips.into());
    }

    /// What is missing, on a tint with a bar beside it.
    fn draft(&mut self, missing: &[String]) -> Vec<Strip> {
        let width = WIDTH - 2.0 * INSET;
        let mut strips = vec![Strip::space(7.0)];
        for (text, style) in [(wording::DRAFT, DRAFT), (wording::STILL_TO_DO, TEXT)] {
            let (lines, contents) = self.lines(text, style, INSET, width);
            strips.extend(lines);
            self.elements.push(Element::leaf(Tag::Paragraph, contents));
        }
        let mut items = vec![];
        for it in missing {
            let (lines, contents) = self.lines(&format!("– {it}"), TEXT, INSET, width);
            strips.extend(lines);
            let body = Element::leaf(Tag::ItemBody, contents);
            items.push(Element::group(Tag::Item, vec![body]));
        }
        self.elements.push(Element::group(Tag::List, items));
        strips.push(Strip::space(7.0));
        for strip in &mut strips {
            let height = strip.height;
            let bar = |width, colour| {
                Mark::Bar(Bar {
                    x: 0.0,
                    y: 0.0,
                    width,
                    height,
                    colour,
                })
            };
            strip.marks.insert(0, bar(EDGE, ALARM));
            strip.marks.insert(0, bar(WIDTH, TINT));
        }
        strips.push(Strip::space(10.0));
        strips
    }

    fn section(&mut self, section: &Section) {
        let (mut opening, heading) = self.heading(section.title);
        let mut elements = vec![heading];
        let mut rows = vec![];
        for row in &section.rows {
            let (strips, element) = self.row(row);
            opening.extend(strips);
            rows.push(element);
        }
        if !rows.is_empty() {
            self.blocks.push(std::mem::take(&mut opening).into());
            elements.push(Element::group(Tag::Table, rows));
        }
        for paragraph in &section.text {
            let (strips, element) = self.text(Tag::Paragraph, paragraph, TEXT);
            self.paragraph(std::mem::take(&mut opening), strips);
            elements.push(element);
        }
        self.blocks.push(vec![Strip::space(8.0)].into());
        self.elements.push(Element::group(Tag::Section, elements));
    }

    /// The beginning of a section, which stays with what follows.
    fn heading(&mut self, title: &str) -> (Vec<Strip>, Element) {
        let (mut heading, element) = self.text(Tag::Heading(title.to_owned()), title, HEADING);
        if let Some(first) = heading.first_mut() {
            first.heading = Some(title.to_owned());
        }
        let mut strips = vec![Strip::rule(6.0)];
        strips.append(&mut heading);
        (strips, element)
    }

    /// Of a paragraph, no line stands alone on a page.
    fn paragraph(&mut self, mut opening: Vec<Strip>, mut lines: Vec<Strip>) {
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
        self.blocks.push(vec![Strip::space(4.0)].into());
    }

    /// Label left and value beside it, each in lines.
    fn row(&mut self, row: &Row) -> (Vec<Strip>, Element) {
        let (mut strips, name) = self.lines(row.label, LABEL, 0.0, VALUES - GAP);
        let mut value = vec![];
        let mut at = 0;
        for line in &row.lines {
            let (lines, contents) = self.lines(line, TEXT, VALUES, WIDTH - VALUES);
            value.extend(contents);
            for line in lines {
                match strips.get_mut(at) {
                    Some(strip) => strip.marks.extend(line.marks),
                    None => strips.push(line),
                }
                at += 1;
            }
        }
        strips.push(Strip::space(1.5));
        let cells = vec![
            Element::leaf(Tag::Name, name),
            Element::leaf(Tag::Value, value),
        ];
        (strips, Element::group(Tag::Row, cells))
    }

    fn exhibits(&mut self, exhibits: &[Exhibit]) {
        let (mut opening, heading) = self.heading(wording::PHOTOGRAPHS);
        let mut elements = vec![heading];
        if exhibits.is_empty() {
            let (strips, element) = self.text(Tag::Paragraph, wording::NO_PHOTOGRAPHS, TEXT);
            opening.extend(strips);
            self.blocks.push(std::mem::take(&mut opening).into());
            elements.push(element);
        }
        for (index, exhibit) in exhibits.iter().enumerate() {
            opening.push(Strip::space(4.0));
            match &exhibit.picture {
                Ok(picture) => {
                    let tag = Tag::Figure(exhibit.caption.clone());
                    opening.push(frame(index, picture));
                    elements.push(Element::leaf(tag, vec![self.next()]));
                }
                Err(why) => {
                    let text = format!("{}{why}.", wording::UNSHOWN);
                    let (strips, element) = self.unshown(&text);
                    opening.extend(strips);
                    elements.push(element);
                }
            }
            opening.push(Strip::space(4.0));
            let facts = exhibit.facts.iter().map(|it| (it, NOTE));
            for (text, style) in [(&exhibit.caption, CAPTION)].into_iter().chain(facts) {
                let (strips, element) = self.text(Tag::Paragraph, text, style);
                opening.extend(strips);
                elements.push(element);
            }
            opening.push(Strip::space(10.0));
            self.blocks.push(std::mem::take(&mut opening).into());
        }
        self.elements.push(Element::group(Tag::Section, elements));
    }

    /// In the place of a picture.
    fn unshown(&mut self, text: &str) -> (Vec<Strip>, Element) {
        let (lines, contents) = self.lines(text, TEXT, INSET, WIDTH - 2.0 * INSET);
        let mut strips = vec![Strip::space(16.0)];
        strips.extend(lines);
        strips.push(Strip::space(16.0));
        for strip in &mut strips {
            let tint = Bar {
                x: 0.0,
                y: 0.0,
                width: WIDTH,
                height: strip.height,
                colour: TINT,
            };
            strip.marks.insert(0, Mark::Bar(tint));
        }
        (strips, Element::leaf(Tag::Paragraph, contents))
    }

    /// When the document was made, and what of it the fonts cannot show.
    fn end(&mut self, report: &Report) {
        let mut texts = vec![format!("{} {}", wording::MADE, report.footer.join(", "))];
        if report.texts().any(|text| self.faces.shown(text) != text) {
            texts.push(wording::NOT_IN_FONT.to_owned());
        }
        let mut strips = vec![Strip::rule(6.0)];
        for text in texts {
            let (lines, element) = self.text(Tag::Paragraph, &text, NOTE);
            strips.extend(lines);
            self.elements.push(element);
        }
        self.blocks.push(strips.into());
    }

    /// A text over the whole width.
    fn text(&mut self, tag: Tag, text: &str, style: Style) -> (Vec<Strip>, Element) {
        let (strips, contents) = self.lines(text, style, 0.0, WIDTH);
        (strips, Element::leaf(tag, contents))
    }

    /// A text, one line in a strip.
    fn lines(&mut self, text: &str, style: Style, x: f32, width: f32) -> (Vec<Strip>, Vec<usize>) {
        let lines = self.faces.wrap(text, style, width);
        let set = |line: String| {
            let mut strip = Strip::space(style.leading);
            strip.marks.push(Mark::Text(Text {
                x,
                baseline: (style.leading + style.size * CAPITALS) / 2.0,
                style,
                line,
            }));
            (strip, self.next())
        };
        lines.into_iter().map(set).unzip()
    }

    fn next(&mut self) -> usize {
        let next = self.contents;
        self.contents += 1;
        next
    }
}

/// As large as it may be, with its sides as they are to each other.
fn frame(exhibit: usize, picture: &Picture) -> Strip {
    let (width, height) = picture.shown_size();
    let (width, height) = (width as f32, height as f32);
    let scale = PIXEL.min(WIDTH / width).min(PICTURE_HEIGHT / height);
    let (width, height) = (width * scale, height * scale);
    let mut strip = Strip::space(height);
    strip.marks.push(Mark::Picture(Frame {
        exhibit,
        width,
        height,
    }));
    strip
}
