//! What every page of receipts has in common: its language, and how it is sent.

use chargetap_contract::Components;
use chargetap_contract::receipt::{Page, Problem, Rendered};

use crate::error::EngineError;
use crate::http::{Request, Response};
use crate::platform::{Platform, Purpose};

/// The language of a receipt when none that the reader asks for is there.
const DEFAULT_LOCALE: &str = "en";
/// How many languages of a request are tried: each costs a call of the component.
const MOST_LANGUAGES: usize = 10;

/// A page with a form, in the reader's language.
pub(super) async fn form(
    platform: &impl Platform,
    status: u16,
    form: &Page,
    request: &Request,
) -> Result<Response, EngineError> {
    let rendered = platform
        .call(Purpose::Page, |components| {
            in_language(request, |locale| components.form(form, locale))
        })
        .await??;
    Ok(match rendered {
        Ok(rendered) => page(status, rendered),
        Err(problem) => {
            tracing::error!(?problem, "a page cannot be rendered");
            Response::text(500, "The page cannot be shown.")
        }
    })
}

/// The answer where something failed. `text` says what cannot be had at the moment.
pub(super) fn unavailable(error: &EngineError, text: &str) -> Response {
    if let EngineError::Busy(busy) = error {
        return Response::text(503, &busy.to_string());
    }
    tracing::error!(%error, "{text}");
    Response::text(503, text)
}

/// Render in the first language that the reader wants and that there is.
pub(super) fn in_language<E>(
    request: &Request,
    render: impl Fn(&str) -> Result<Result<Rendered, Problem>, E>,
) -> Result<Result<Rendered, Problem>, E> {
    let query = request.query_fields();
    let accepted = request.header("accept-language");
    let wanted = query
        .get("lang")
        .map(String::as_str)
        .into_iter()
        .chain(accepted.map(preferences).unwrap_or_default())
        .take(MOST_LANGUAGES);
    for locale in wanted {
        match render(locale)? {
            Err(Problem::UnknownLocale(_)) => {}
            rendered => return Ok(rendered),
        }
    }
    render(DEFAULT_LOCALE)
}

pub(super) fn page(status: u16, rendered: Rendered) -> Response {
    Response {
        status,
        content_type: rendered.media_type,
        headers: Vec::new(),
        body: rendered.body,
    }
}

/// The items of an `Accept`-like header, the most wanted first.
pub(super) fn preferences(header: &str) -> Vec<&str> {
    let mut items: Vec<(&str, f32)> = header
        .split(',')
        .filter_map(|item| {
            let mut parts = item.split(';').map(str::trim);
            let name = parts.next().filter(|name| !name.is_empty())?;
            let quality = parts
                .find_map(|part| part.strip_prefix("q="))
                .map_or(1.0, |quality| quality.parse().unwrap_or(0.0));
            (quality > 0.0).then_some((name, quality))
        })
        .collect();
    items.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    items.into_iter().map(|(name, _)| name).collect()
}
