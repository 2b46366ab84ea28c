//! A message in the languages of a terminal.

use chargetap_contract::Components;
use chargetap_contract::screen::Message;

use crate::error::EngineError;
use crate::gateway::Gateway;
use crate::platform::{ComponentFault, FaultCause, Platform, Purpose};

/// Between two languages.
const BETWEEN: &str = " / ";

/// The message in the terminal's language, or in its two languages one after the other.
pub(crate) async fn words(
    gateway: &Gateway<impl Platform>,
    terminal: &str,
    message: &Message,
) -> Result<String, EngineError> {
    called(gateway, Purpose::Words, terminal, message).await
}

/// The same for a command about money, which waits for no other words, and is carried out with or without them.
pub(crate) async fn words_or_none(
    gateway: &Gateway<impl Platform>,
    terminal: &str,
    message: &Message,
) -> Option<String> {
    let found = called(gateway, Purpose::PaymentText, terminal, message).await;
    found
        .inspect_err(|error| tracing::error!(%error, terminal, "a message is not shown"))
        .ok()
}

async fn called(
    gateway: &Gateway<impl Platform>,
    purpose: Purpose,
    terminal: &str,
    message: &Message,
) -> Result<String, EngineError> {
    let languages = gateway.languages(terminal);
    let called = gateway.platform.call(purpose, |components| {
        in_languages(components, &languages, message)
    });
    Ok(called.await??)
}

/// The message in these languages, one after the other.
pub(super) fn in_languages(
    components: &impl Components,
    languages: &[String],
    message: &Message,
) -> Result<String, ComponentFault> {
    let mut texts: Vec<String> = Vec::new();
    for language in languages {
        let text = in_language(components, message, language)?;
        // Amounts are often the same in both.
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    Ok(texts.join(BETWEEN))
}

/// The message in one language.
pub(crate) fn in_language(
    components: &impl Components,
    message: &Message,
    language: &str,
) -> Result<String, ComponentFault> {
    let text = components.screen_text(message, language)?;
    text.map_err(|problem| ComponentFault {
        component: "receipt-generator",
        cause: FaultCause::Useless(format!("no words for a screen: {problem:?}")),
    })
}
