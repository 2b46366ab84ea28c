//! The report as an HTML page: one file, without scripts, that loads nothing from elsewhere.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::report::{Exhibit, Report, Section};
use crate::wording;

const STYLE: &str = include_str!("page.css");

/// A second defence, also when the page is opened as a file: should an escape be missing, nothing
/// is loaded or executed.
const CONTENT_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'";

/// The report as an HTML page.
#[must_use]
pub fn html(report: &Report) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(CONTENT_POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex, nofollow";
                meta name="referrer" content="no-referrer";
                meta name="format-detection" content="telephone=no, date=no, address=no, email=no";
                // Otherwise a browser asks for /favicon.ico.
                link rel="icon" href="data:,";
                title { (report.title) ": " (report.headline) }
                style { (PreEscaped(STYLE)) }
            }
            body { main { (content(report)) } }
        }
    };
    page.into_string()
}

fn content(report: &Report) -> Markup {
    html! {
        header {
            p.kind { (report.title) }
            h1 { (report.headline) }
            @if report.is_draft() { (draft(&report.missing)) }
        }
        @for part in &report.sections { (section(part)) }
        (exhibits(&report.exhibits))
        footer {
            p { (wording::MADE) }
            @for line in &report.footer { p { (line) } }
        }
    }
}

fn draft(missing: &[String]) -> Markup {
    html! {
        div.draft {
            p { strong { (wording::DRAFT) } }
            p { (wording::STILL_TO_DO) }
            ul { @for it in missing { li { (it) } } }
        }
    }
}

fn section(section: &Section) -> Markup {
    html! {
        section {
            h2 { (section.title) }
            @if !section.facts.is_empty() {
                dl {
                    @for fact in &section.facts {
                        div {
                            dt { (fact.label) }
                            @for line in &fact.lines { dd { (line) } }
                        }
                    }
                }
            }
            @for line in &section.text { p { (line) } }
        }
    }
}

fn exhibits(exhibits: &[Exhibit]) -> Markup {
    html! {
        section {
            h2 { (wording::PHOTOGRAPHS) }
            @if exhibits.is_empty() { p { (wording::NO_PHOTOGRAPHS) } }
            @for exhibit in exhibits { (figure(exhibit)) }
        }
    }
}

fn figure(exhibit: &Exhibit) -> Markup {
    html! {
        figure {
            @match &exhibit.picture {
                Ok(picture) => {
                    @let (width, height) = picture.shown_size();
                    @let media_type = wording::media_type(picture.media_type);
                    @let bytes = BASE64_STANDARD.encode(&*picture.bytes);
                    img src={ "data:" (media_type) ";base64," (bytes) }
                        width=(width) height=(height) alt=(exhibit.caption);
                }
                Err(why) => { p.unshown { (wording::NOT_SHOWN) (why) "." } }
            }
            figcaption {
                p { strong { (exhibit.caption) } }
                @for fact in &exhibit.facts { p.fact { (fact) } }
            }
        }
    }
}
