//! The sheet as a page for a phone: one file, no script, nothing loaded from elsewhere.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::sheet::{Section, Sheet};

const STYLE: &str = include_str!("page.css");

/// Says to the browser what the page promises, should an escape ever be missing.
const CONTENT_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

pub(crate) fn write(sheet: &Sheet) -> String {
    let page = html! {
        (DOCTYPE)
        html lang=(sheet.language) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex, nofollow";
                meta name="referrer" content="no-referrer";
                meta name="format-detection" content="telephone=no, date=no, address=no, email=no";
                meta http-equiv="Content-Security-Policy" content=(CONTENT_POLICY);
                // Otherwise a browser asks for /favicon.ico.
                link rel="icon" href="data:,";
                title { (sheet.title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    (header(sheet))
                    @for part in &sheet.sections { (section(part)) }
                }
            }
        }
    };
    page.into_string()
}

fn header(sheet: &Sheet) -> Markup {
    html! {
        header {
            p.kind { (sheet.title) }
            h1 { (sheet.headline) }
            p.amount { (sheet.total) }
            @for sentence in &sheet.explanation { p { (sentence) } }
        }
    }
}

fn section(section: &Section) -> Markup {
    html! {
        section {
            h2 { (section.title) }
            dl {
                @for row in &section.rows {
                    div class=[row.is_sum.then_some("sum")] { dt { (row.label) } dd { (row.value) } }
                }
            }
            @for note in &section.notes { p.note { (note) } }
        }
    }
}
