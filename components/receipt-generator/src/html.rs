//! The sheet as a page for a phone: one file, no script, nothing loaded from elsewhere.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::sheet::{Section, Sheet};

const STYLE: &str = include_str!("page.css");

/// Says to the browser what the page promises, should an escape ever be missing. It takes no other
/// style than this one, by its digest.
const CONTENT_POLICY: &str = "default-src 'none'; \
                              style-src 'sha256-+UgMeOT8ZHMkd7E7+sD9vVaTOHIpLiYX5UJZKeNuMB4='; \
                              img-src data:; form-action 'self'; base-uri 'none'";

pub(crate) fn write(sheet: &Sheet) -> String {
    let content = html! {
        (header(sheet))
        @for part in &sheet.sections { (section(part)) }
        (actions(sheet))
        @if let Some(link) = &sheet.link { footer { (link) } }
    };
    page(sheet.language, sheet.title, None, &content)
}

/// A whole page around its content. It may ask to be loaded again after some seconds.
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

fn header(sheet: &Sheet) -> Markup {
    html! {
        header {
            h1.kind { (sheet.title) }
            p.headline { (sheet.headline) }
            p.amount { (sheet.total) }
            @for sentence in &sheet.explanation { p.why { (sentence) } }
        }
    }
}

fn section(section: &Section) -> Markup {
    html! {
        section {
            h2 { (section.title) }
            @if !section.rows.is_empty() {
                dl {
                    @for row in &section.rows {
                        div class=[row.is_sum.then_some("sum")] {
                            dt { (row.label) } dd { (row.value) }
                        }
                    }
                }
            }
            @for note in &section.notes { p.note { (note) } }
        }
    }
}

/// What else can be had at the page's own address.
fn actions(sheet: &Sheet) -> Markup {
    html! {
        nav {
            @for action in &sheet.actions { a href=(action.address) { (action.label) } }
        }
    }
}
