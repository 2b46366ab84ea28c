//! A receipt in the format and language that its reader wants.
//!
//! The link is the right to see a receipt, and to have an invoice made of it.

use chargetap_contract::Components;
use chargetap_contract::receipt::{Document, Format, Problem, Subject};

use super::pages::{in_language, page, preferences, unavailable};
use super::search;
use super::subject::session;
use crate::error::EngineError;
use crate::gateway::Gateway;
use crate::http::{Request, Response};
use crate::id::short_hash;
use crate::platform::{Platform, Purpose};
use crate::store;

/// The columns of a text unless its reader says how many.
const DEFAULT_COLUMNS: u32 = 40;

/// Answer `GET /receipts/{id}`: in the format and language of the query (`format`, `columns`, `lang`),
/// or in those that the headers prefer. A link of no receipt is answered by the page that finds one.
pub(crate) async fn handle(
    gateway: &Gateway<impl Platform>,
    id: &str,
    request: &Request,
) -> Response {
    let response = find_and_render(gateway, id, request).await;
    response.unwrap_or_else(|error| {
        let text = "The receipt cannot be read at the moment. Try again later.";
        unavailable(&error, text)
    })
}

async fn find_and_render(
    gateway: &Gateway<impl Platform>,
    id: &str,
    request: &Request,
) -> Result<Response, EngineError> {
    let platform = &gateway.platform;
    let Some(format) = format(request) else {
        let text = "A receipt can be had as text/html, application/pdf, text/plain or \
                    application/json, its signed meter values as application/xml, and its QR \
                    code as image/svg+xml or image/png; or by ?format=html, pdf, text, json, \
                    ocmf, qr-svg or qr-png.";
        return Ok(Response::text(406, text));
    };
    let Some(document) = store::receipts::load(platform, id).await? else {
        return search::find_instead(gateway, request).await;
    };
    let document = Document {
        link: Some(gateway.config.receipt_link(id)),
        refunded: refunded(platform, &document.subject).await?,
        ..document
    };
    let rendered = platform
        .call(Purpose::Page, |components| {
            in_language(request, |locale| {
                components.render(&document, format, locale)
            })
        })
        .await??;
    Ok(match rendered {
        Ok(rendered) => Response {
            headers: file_name(id, format).into_iter().collect(),
            ..page(200, rendered)
        },
        Err(Problem::NotApplicable) => Response::text(404, "This receipt has no such part."),
        Err(problem) => {
            let receipt = short_hash(id);
            tracing::error!(receipt, ?problem, "a receipt cannot be rendered");
            Response::text(500, "The receipt cannot be shown.")
        }
    })
}

/// How much of the captured amount on a receipt or invoice was refunded since.
async fn refunded(platform: &impl Platform, subject: &Subject) -> Result<Option<u64>, EngineError> {
    Ok(match subject {
        Subject::Session(_) | Subject::Invoice(_) => {
            store::refunds::total(platform, &session(subject).session).await?
        }
        Subject::Refund(_) | Subject::Payout(_) => None,
    })
}

/// The name of a file when it is saved.
fn file_name(id: &str, format: Format) -> Option<(&'static str, String)> {
    let disposition = match format {
        Format::Pdf => format!("inline; filename=\"receipt-{id}.pdf\""),
        Format::Ocmf => format!("attachment; filename=\"signed-meter-values-{id}.xml\""),
        _ => return None,
    };
    Some(("content-disposition", disposition))
}

/// The format that the query names, or else the first that the `Accept` header prefers; a page where
/// anything is accepted.
fn format(request: &Request) -> Option<Format> {
    let query = request.query_fields();
    let columns = query
        .get("columns")
        .and_then(|columns| columns.parse().ok());
    let text = Format::Text(columns.unwrap_or(DEFAULT_COLUMNS));
    if let Some(name) = query.get("format") {
        return Some(match name.as_str() {
            "html" => Format::Html,
            "pdf" => Format::Pdf,
            "text" => text,
            "json" => Format::Json,
            "ocmf" => Format::Ocmf,
            "qr-svg" => Format::QrSvg,
            "qr-png" => Format::QrPng,
            _ => return None,
        });
    }
    let Some(accept) = request.header("accept") else {
        return Some(Format::Html);
    };
    preferences(accept)
        .into_iter()
        .find_map(|range| match range {
            "text/html" | "text/*" | "*/*" => Some(Format::Html),
            "application/pdf" => Some(Format::Pdf),
            "text/plain" => Some(text),
            "application/json" | "application/*" => Some(Format::Json),
            "application/xml" => Some(Format::Ocmf),
            "image/svg+xml" => Some(Format::QrSvg),
            "image/png" | "image/*" => Some(Format::QrPng),
            _ => None,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preferred(accept: Option<&str>) -> Option<Format> {
        let mut request = Request::default();
        if let Some(accept) = accept {
            request.headers.insert("accept", accept.parse().unwrap());
        }
        format(&request)
    }

    fn asked(query: &str) -> Option<Format> {
        let mut request = Request {
            query: Some(query.to_owned()),
            ..Request::default()
        };
        let accept = "application/json".parse().unwrap();
        request.headers.insert("accept", accept);
        format(&request)
    }

    #[test]
    fn a_browser_gets_a_page() {
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        assert_eq!(preferred(Some(browser)), Some(Format::Html));
        assert_eq!(preferred(None), Some(Format::Html));
    }

    #[test]
    fn the_highest_quality_wins_over_the_order() {
        let accept = "text/plain;q=0.5, application/json";
        assert_eq!(preferred(Some(accept)), Some(Format::Json));
        assert_eq!(
            preferred(Some("text/html;q=0, text/plain")),
            Some(Format::Text(40))
        );
    }

    #[test]
    fn every_format_can_be_negotiated() {
        for (accept, expected) in [
            ("application/pdf", Format::Pdf),
            ("application/xml", Format::Ocmf),
            ("image/svg+xml", Format::QrSvg),
            ("image/png", Format::QrPng),
        ] {
            assert_eq!(preferred(Some(accept)), Some(expected), "{accept}");
        }
        assert_eq!(preferred(Some("video/mp4")), None);
    }

    #[test]
    fn a_link_can_name_the_format_and_wins_over_the_header() {
        assert_eq!(asked("format=pdf"), Some(Format::Pdf));
        assert_eq!(asked("columns=24&format=text"), Some(Format::Text(24)));
        assert_eq!(asked("lang=de"), Some(Format::Json));
        assert_eq!(asked("format=docx"), None);
    }
}
