//! Writes the laid-out pages into the PDF.

use krilla::Document;
use krilla::color::rgb;
use krilla::destination::XyzDestination;
use krilla::geom::{PathBuilder, Point, Rect, Size, Transform};
use krilla::image::Image;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::tagging::{Artifact, ArtifactType, BBox, ContentTag, SpanTag};

use chargetap_fleet::incident::PictureType;

use super::ReportError;
use super::face::Faces;
use super::flow::PlacedRow;
use super::row::{Bar, GlyphRun, PictureFrame, RowItem};
use super::style::{
    Colour, DRAFT, HAIRLINE, LINE, MARGIN_BOTTOM, MARGIN_LEFT, MARGIN_TOP, NOTE, PAGE_HEIGHT,
    PAGE_WIDTH, Style, WIDTH,
};
use super::tags::DrawnContent;
use crate::picture::{Orientation, Picture};
use crate::report::Report;
use crate::wording;

/// The distance of the footer's baseline from the lower edge of the page.
const FOOT: f32 = MARGIN_BOTTOM * 0.45;

/// Writes pages, and records their tagged contents and their headings.
pub(super) struct PageWriter<'a> {
    faces: &'a Faces,
    report: &'a Report,
    /// The lines and pictures, in the order in which they were drawn.
    drawn: Vec<DrawnContent>,
    /// The headings with their destinations.
    headings: Vec<(String, XyzDestination)>,
}

impl<'a> PageWriter<'a> {
    pub(super) fn new(faces: &'a Faces, report: &'a Report) -> Self {
        Self {
            faces,
            report,
            drawn: vec![],
            headings: vec![],
        }
    }

    pub(super) fn drawn(&self) -> &[DrawnContent] {
        &self.drawn
    }

    pub(super) fn outline(&self) -> Outline {
        let mut outline = Outline::new();
        for (heading, place) in &self.headings {
            outline.push_child(OutlineNode::new(heading.clone(), place.clone()));
        }
        outline
    }

    pub(super) fn pages(
        &mut self,
        document: &mut Document,
        pages: &[Vec<PlacedRow>],
    ) -> Result<(), ReportError> {
        let no_page = || ReportError::Internal("a page has no size".to_owned());
        for (index, rows) in pages.iter().enumerate() {
            let size = PageSettings::from_wh(PAGE_WIDTH, PAGE_HEIGHT).ok_or_else(no_page)?;
            let mut page = document.start_page_with(size);
            let mut surface = page.surface();
            for placed in rows {
                self.row(&mut surface, index, placed)?;
            }
            let number = format!("{}/{}", index + 1, pages.len());
            self.foot(&mut surface, &number);
        }
        Ok(())
    }

    fn row(
        &mut self,
        surface: &mut Surface,
        page: usize,
        placed: &PlacedRow,
    ) -> Result<(), ReportError> {
        let top = MARGIN_TOP + placed.y;
        if let Some(heading) = &placed.row.heading {
            let place = XyzDestination::new(page, Point::from_xy(MARGIN_LEFT, top));
            self.headings.push((heading.clone(), place));
        }
        for item in &placed.row.items {
            match item {
                RowItem::GlyphRun(run) => {
                    let is_shown = self.faces.shown(&run.line) == run.line;
                    let actual = (!is_shown).then_some(run.line.as_str());
                    let tag = SpanTag::empty().with_actual_text(actual);
                    let identifier = surface.start_tagged(ContentTag::Span(tag));
                    self.glyph_run(surface, run, top);
                    surface.end_tagged();
                    self.drawn.push(DrawnContent {
                        identifier,
                        area: None,
                    });
                }
                RowItem::Picture(frame) => {
                    let identifier = surface.start_tagged(ContentTag::Other);
                    let area = self.picture(surface, frame, top)?;
                    surface.end_tagged();
                    let area = area.map(|area| BBox::new(page, area));
                    self.drawn.push(DrawnContent { identifier, area });
                }
                RowItem::Bar(it) => untagged(surface, ArtifactType::Layout, |surface| {
                    bar(surface, it, top);
                }),
            }
        }
        Ok(())
    }

    fn glyph_run(&self, surface: &mut Surface, run: &GlyphRun, top: f32) {
        let style = run.style;
        let face = self.faces.of(style.weight);
        let line = self.faces.shown(&run.line);
        fill(surface, style.colour);
        surface.draw_glyphs(
            Point::from_xy(MARGIN_LEFT + run.x, top + run.baseline),
            &face.set(&line),
            face.font.clone(),
            &line,
            style.size,
            false,
        );
    }

    fn picture(
        &self,
        surface: &mut Surface,
        frame: &PictureFrame,
        top: f32,
    ) -> Result<Option<Rect>, ReportError> {
        let exhibit = self.report.exhibits.get(frame.exhibit);
        let Some(Ok(picture)) = exhibit.map(|it| &it.picture) else {
            return Ok(None);
        };
        let image = image(picture)?;
        let turn = turn(picture.orientation, frame);
        let (width, height) = match picture.orientation.quarters % 2 {
            0 => (frame.width, frame.height),
            _ => (frame.height, frame.width),
        };
        if let Some(size) = Size::from_wh(width, height) {
            surface.push_transform(&Transform::from_translate(MARGIN_LEFT, top));
            surface.push_transform(&turn);
            surface.draw_image(image, size);
            surface.pop();
            surface.pop();
        }
        Ok(Rect::from_xywh(MARGIN_LEFT, top, frame.width, frame.height))
    }

    /// The footer of every page: the title, the draft mark and the page number.
    fn foot(&self, surface: &mut Surface, number: &str) {
        let rule = Bar {
            x: 0.0,
            y: -16.0,
            width: WIDTH,
            height: HAIRLINE,
            colour: LINE,
        };
        untagged(surface, ArtifactType::Layout, |surface| {
            bar(surface, &rule, PAGE_HEIGHT - FOOT);
        });
        let title = &self.report.title;
        self.foot_line(surface, title, 0.0, NOTE);
        let end =
            |text: &str, style: Style| WIDTH - self.faces.of(style.weight).width(text) * style.size;
        if self.report.is_draft() {
            let style = Style {
                size: NOTE.size,
                ..DRAFT
            };
            let middle = end(wording::DRAFT, style) / 2.0;
            self.foot_line(surface, wording::DRAFT, middle, style);
        }
        self.foot_line(surface, number, end(number, NOTE), NOTE);
    }

    fn foot_line(&self, surface: &mut Surface, line: &str, x: f32, style: Style) {
        let run = GlyphRun {
            x,
            baseline: 0.0,
            style,
            line: line.to_owned(),
        };
        untagged(surface, ArtifactType::Footer, |surface| {
            self.glyph_run(surface, &run, PAGE_HEIGHT - FOOT);
        });
    }
}

/// Draws something that screen readers skip.
fn untagged(surface: &mut Surface, kind: ArtifactType, draw: impl FnOnce(&mut Surface)) {
    surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(kind)));
    draw(surface);
    surface.end_tagged();
}

fn bar(surface: &mut Surface, bar: &Bar, top: f32) {
    let (x, y) = (MARGIN_LEFT + bar.x, top + bar.y);
    let mut path = PathBuilder::new();
    if let Some(area) = Rect::from_xywh(x, y, bar.width, bar.height) {
        path.push_rect(area);
    }
    if let Some(path) = path.finish() {
        fill(surface, bar.colour);
        surface.draw_path(&path);
    }
}

fn fill(surface: &mut Surface, [red, green, blue]: Colour) {
    surface.set_fill(Some(Fill {
        paint: rgb::Color::new(red, green, blue).into(),
        ..Fill::default()
    }));
}

/// A JPEG is embedded as it is, so that it can be extracted unchanged.
fn image(picture: &Picture) -> Result<Image, ReportError> {
    let bytes = picture.bytes.clone().into();
    let image = match picture.media_type {
        PictureType::Jpeg => Image::from_jpeg(bytes, false),
        PictureType::Png => Image::from_png(bytes, false),
    };
    image.map_err(ReportError::Internal)
}

/// The transformation from a stored picture, at the upper left corner of its frame, to its upright
/// orientation.
fn turn(orientation: Orientation, frame: &PictureFrame) -> Transform {
    let PictureFrame { width, height, .. } = *frame;
    let stored_width = match orientation.quarters % 2 {
        0 => width,
        _ => height,
    };
    let turned = match orientation.quarters % 4 {
        0 => Transform::identity(),
        1 => Transform::from_row(0.0, 1.0, -1.0, 0.0, width, 0.0),
        2 => Transform::from_row(-1.0, 0.0, 0.0, -1.0, width, height),
        _ => Transform::from_row(0.0, -1.0, 1.0, 0.0, 0.0, height),
    };
    if !orientation.is_mirrored {
        return turned;
    }
    let (sx, ky) = (turned.sx(), turned.ky());
    Transform::from_row(
        -sx,
        -ky,
        turned.kx(),
        turned.sy(),
        turned.tx() + sx * stored_width,
        turned.ty() + ky * stored_width,
    )
}
