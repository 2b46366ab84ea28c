//! Pages as krilla takes them.

use krilla::{
    Document,
    action::{Action, LinkAction},
    annotation::{Annotation, LinkAnnotation, Target},
    color::rgb,
    geom::{Path, PathBuilder, Point, Rect, Transform},
    page::{Page, PageSettings},
    paint::Fill,
    surface::Surface,
    tagging::{Artifact, ArtifactType, ContentTag, SpanTag},
};

use super::{
    face::Face,
    flow::Placed,
    strip::{Bar, Mark, Text},
    style::{
        CODE, Colour, INK, MARGIN_BOTTOM, MARGIN_LEFT, MARGIN_TOP, NOTE, PAGE_HEIGHT, PAGE_WIDTH,
        WIDTH,
    },
    tags::Drawn,
};
use crate::qr::Code;

/// Draws the pages, with a number on each if there are several.
pub(super) fn pages(document: &mut Document, pages: &[Vec<Placed>], link: Option<&str>) -> Drawn {
    let mut drawn = Drawn {
        contents: vec![],
        links: vec![],
    };
    let settings = PageSettings::from_wh(PAGE_WIDTH, PAGE_HEIGHT).unwrap_or_default();
    for (index, strips) in pages.iter().enumerate() {
        let mut page = document.start_page_with(settings.clone());
        let mut surface = page.surface();
        for placed in strips {
            strip(&mut surface, placed, &mut drawn);
        }
        if pages.len() > 1 {
            number(&mut surface, &format!("{}/{}", index + 1, pages.len()));
        }
        surface.finish();
        if let Some(link) = link {
            links(&mut page, strips, link, &mut drawn);
        }
    }
    drawn
}

fn strip(surface: &mut Surface, placed: &Placed, drawn: &mut Drawn) {
    let y = MARGIN_TOP + placed.y;
    for mark in &placed.strip.marks {
        match mark {
            Mark::Text(it) => {
                let original = it.line.original.as_deref();
                let span = SpanTag::empty().with_actual_text(original);
                let content = surface.start_tagged(ContentTag::Span(span));
                text(surface, it, y);
                surface.end_tagged();
                drawn.contents.push(content);
            }
            Mark::Code(it) => {
                drawn.contents.push(surface.start_tagged(ContentTag::Other));
                code(surface, it, y);
                surface.end_tagged();
            }
            Mark::Bar(it) => {
                let artifact = Artifact::with_kind(ArtifactType::Layout);
                surface.start_tagged(ContentTag::Artifact(artifact));
                bar(surface, it, y);
                surface.end_tagged();
            }
        }
    }
}

fn text(surface: &mut Surface, text: &Text, y: f32) {
    let Text {
        x,
        baseline,
        style,
        line,
        ..
    } = text;
    surface.set_fill(Some(fill(style.colour)));
    surface.draw_glyphs(
        Point::from_xy(MARGIN_LEFT + x, y + baseline),
        &line.glyphs,
        Face::of(style.weight).font(),
        &line.text,
        style.size,
        false,
    );
}

fn bar(surface: &mut Surface, bar: &Bar, y: f32) {
    let rect = Rect::from_xywh(MARGIN_LEFT + bar.x, y + bar.y, bar.width, bar.height);
    surface.set_fill(Some(fill(bar.colour)));
    draw(surface, path(rect));
}

/// The page's white is its quiet zone.
fn code(surface: &mut Surface, code: &Code, y: f32) {
    let module = CODE / code.size() as f32;
    let runs = code.runs();
    let rects = runs
        .iter()
        .filter_map(|run| Rect::from_xywh(run.x as f32, run.y as f32, run.length as f32, 1.0));
    let place = Transform::from_row(module, 0.0, 0.0, module, MARGIN_LEFT, y);
    surface.set_fill(Some(fill(INK)));
    surface.push_transform(&place);
    draw(surface, path(rects));
    surface.pop();
}

fn number(surface: &mut Surface, number: &str) {
    let artifact = Artifact::with_kind(ArtifactType::PageNumber);
    surface.start_tagged(ContentTag::Artifact(artifact));
    for line in Face::of(NOTE.weight).wrap(number, NOTE.size, WIDTH) {
        let place = Text {
            x: WIDTH - line.width,
            baseline: 0.0,
            style: NOTE,
            line,
            is_link: false,
        };
        text(surface, &place, PAGE_HEIGHT - MARGIN_BOTTOM / 2.0);
    }
    surface.end_tagged();
}

/// Makes the lines of the address lead to it.
fn links(page: &mut Page, strips: &[Placed], link: &str, drawn: &mut Drawn) {
    for Placed { y, strip } in strips {
        for mark in &strip.marks {
            let Mark::Text(Text {
                x,
                line,
                is_link: true,
                ..
            }) = mark
            else {
                continue;
            };
            let (x, y) = (MARGIN_LEFT + x, MARGIN_TOP + y);
            let Some(area) = Rect::from_xywh(x, y, line.width, strip.height) else {
                continue;
            };
            let target = Target::Action(Action::Link(LinkAction::new(link.to_owned())));
            let annotation = LinkAnnotation::new(area, target);
            let annotation = Annotation::new_link(annotation, Some(link.to_owned()));
            drawn.links.push(page.add_tagged_annotation(annotation));
        }
    }
}

fn path(rects: impl IntoIterator<Item = Rect>) -> Option<Path> {
    let mut path = PathBuilder::new();
    for rect in rects {
        path.push_rect(rect);
    }
    path.finish()
}

fn draw(surface: &mut Surface, path: Option<Path>) {
    if let Some(path) = path {
        surface.draw_path(&path);
    }
}

fn fill([red, green, blue]: Colour) -> Fill {
    Fill {
        paint: rgb::Color::new(red, green, blue).into(),
        ..Fill::default()
    }
}
