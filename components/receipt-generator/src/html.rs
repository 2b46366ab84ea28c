//! Writes the layout as a page for a phone: one file, no script, nothing loaded from elsewhere.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::layout::{Layout, Section};

const STYLE: &str = include_str!("page.css");

/// The browser enforces this, should an escape ever be missing. The only style that it accepts is
/// [`STYLE`], by its digest.
const CONTENT_POLICY: &str = "default-src 'none'; \
                              style-src 'sha256-+UgMeOT8ZHMkd7E7+sD9vVaTOHIpLiYX5UJZKeNuMB4='; \
                              img-src data:; form-action 'self'; base-uri 'none'";

pub(crate) fn write(layout: &Layout) -> String {
    let content = html! {
        (header(layout))
        @for part in &layout.sections { (section(part)) }
        (actions(layout))
        @if let Some(link) = &layout.link { footer { (link) } }
    };
    page(layout.language, layout.title, None, &content)
}

/// A whole page around its content. It is loaded again after `refresh` seconds.
pub(crate) fn page(language: &str, title: &str, refresh: Option<&str>, content: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang=(language) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex, nofollow";
                meta name="referrer" content="no-referrer";
                meta name="format-detection" content="telephone=no, date=no, address=no, email=no";
                meta http-equiv="Content-Security-Policy" content=(CONTENT_POLICY);
                @if let Some(seconds) = refresh { meta http-equiv="refresh" content=(seconds); }
                // Otherwise a browser asks for /favicon.ico.
                link rel="icon" href="data:,";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body { main { (content) } }
        }
    };
    page.into_string()
}

fn header(layout: &Layout) -> Markup {
    html! {
        header {
            h1.kind { (layout.title) }
            p.headline { (layout.headline) }
            p.amount { (layout.total) }
            @for sentence in &layout.explanation { p.why { (sentence) } }
        }
    }
}

fn section(section: &Section) -> Markup {
    html! {
        section {
            h2 { (section.title) }
            @if !section.entries.is_empty() {
                dl {
                    @for entry in &section.entries {
                        div class=[entry.is_sum.then_some("sum")] {
                            dt { (entry.label) } dd { (entry.value) }
                        }
                    }
                }
            }
            @for note in &section.notes { p.note { (note) } }
        }
    }
}

/// The links below the receipt.
fn actions(layout: &Layout) -> Markup {
    html! {
        nav {
            @for action in &layout.actions { a href=(action.address) { (action.label) } }
        }
    }
}
