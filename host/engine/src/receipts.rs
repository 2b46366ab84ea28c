//! Receipts: stored once, rendered whenever they are asked for.

use chargetap_contract::receipt::{Document, Format, Problem, Summary};

use crate::apply::EngineError;
use crate::gateway::Gateway;
use crate::http::Outcome;
use crate::platform::Platform;
use crate::{id, journal};

/// A receipt's id is its link, so it is as long as an unguessable one can be.
const RECEIPT_ID_CHARACTERS: usize = 25;

/// What a receipt is written in when nothing that the reader asked for is there.
const DEFAULT_LOCALE: &str = "en";

impl<P: Platform> Gateway<P> {
    pub(crate) async fn issue_receipt(&self, summary: &Summary) -> Result<(), EngineError> {
        let document = Document {
            id: id::from_random(self.platform.random(), RECEIPT_ID_CHARACTERS),
            issuer: self.config.issuer.clone(),
            site: self.config.site.clone(),
            summary: summary.clone(),
        };
        let session = &summary.session;
        let receipt =
            journal::keep_receipt(&self.platform, &document.id, session, &document).await?;
        let link = format!("{}/receipts/{receipt}", self.config.public_url);
        tracing::info!(target: "chargetap::session", session, receipt, link, "receipt issued");
        Ok(())
    }

    /// Answer `GET /receipts/{id}`.
    pub(crate) async fn receipt(
        &self,
        id: &str,
        accept: Option<&str>,
        accept_language: Option<&str>,
    ) -> Outcome {
        match self.find_and_render(id, accept, accept_language).await {
            Ok(outcome) => outcome,
            Err(error) => {
                tracing::error!(%error, "a receipt could not be served");
                Outcome::text(
                    503,
                    "The receipt cannot be read at the moment. Try again later.",
                )
            }
        }
    }

    async fn find_and_render(
        &self,
        id: &str,
        accept: Option<&str>,
        accept_language: Option<&str>,
    ) -> Result<Outcome, EngineError> {
        let Some(format) = preferred_format(accept) else {
            let text = "A receipt can be had as text/html, text/plain or application/json.";
            return Ok(Outcome::text(406, text));
        };
        let Some(document) = journal::receipt::<Document>(&self.platform, id).await? else {
            return Ok(Outcome::text(404, "There is no such receipt."));
        };
        let asked = accept_language.map(preferences).unwrap_or_default();
        for locale in asked.into_iter().chain([DEFAULT_LOCALE]) {
            match self.platform.render(&document, format, locale)? {
                Ok(rendered) => {
                    return Ok(Outcome {
                        status: 200,
                        content_type: rendered.media_type,
                        body: rendered.body,
                    });
                }
                Err(Problem::UnknownLocale(_)) => {}
                Err(problem) => {
                    tracing::error!(receipt = id, ?problem, "a receipt cannot be rendered");
                    return Ok(Outcome::text(500, "The receipt cannot be shown."));
                }
            }
        }
        Ok(Outcome::text(500, "The receipt cannot be shown."))
    }
}

/// The first format that the `Accept` header prefers; a page for whoever takes anything.
fn preferred_format(accept: Option<&str>) -> Option<Format> {
    let Some(accept) = accept else {
        return Some(Format::Html);
    };
    preferences(accept)
        .into_iter()
        .find_map(|range| match range {
            "text/html" | "text/*" | "*/*" => Some(Format::Html),
            "text/plain" => Some(Format::Text),
            "application/json" | "application/*" => Some(Format::Json),
            _ => None,
        })
}

/// The items of an `Accept`-like header, the most wanted first.
fn preferences(header: &str) -> Vec<&str> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_gets_a_page() {
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        assert_eq!(preferred_format(Some(browser)), Some(Format::Html));
        assert_eq!(preferred_format(None), Some(Format::Html));
    }

    #[test]
    fn the_highest_quality_wins_over_the_order() {
        let accept = "text/plain;q=0.5, application/json";
        assert_eq!(preferred_format(Some(accept)), Some(Format::Json));
        assert_eq!(
            preferred_format(Some("text/html;q=0, text/plain")),
            Some(Format::Text)
        );
    }

    #[test]
    fn what_cannot_be_written_is_not_acceptable() {
        assert_eq!(preferred_format(Some("application/pdf")), None);
    }
}
