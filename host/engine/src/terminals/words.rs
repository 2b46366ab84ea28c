//! A message in the languages of a terminal.

use chargetap_contract::Components;
use chargetap_contract::screen::Message;

use crate::gateway::Gateway;
use crate::platform::{ComponentFault, Platform};

/// Between two languages.
const BETWEEN: &str = " / ";

/// The message in the terminal's language, or in its two languages one after the other.
pub(crate) fn words(
    gateway: &Gateway<impl Platform>,
    terminal: &str,
    message: &Message,
) -> Result<String, ComponentFault> {
    let mut texts: Vec<String> = Vec::new();
    for language in gateway.languages(terminal) {
        let text = in_language(&gateway.platform, message, language)?;
        // Amounts are often the same in both.
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    Ok(texts.join(BETWEEN))
}

/// The same for a command about money, which is carried out with or without words.
pub(crate) fn words_or_none(
    gateway: &Gateway<impl Platform>,
    terminal: &str,
    message: &Message,
) -> Option<String> {
    words(gateway, terminal, message)
        .inspect_err(|error| tracing::error!(%error, terminal, "a message is not shown"))
        .ok()
}

/// The message in one language.
pub(crate) fn in_language(
    platform: &impl Platform,
    message: &Message,
    language: &str,
) -> Result<String, ComponentFault> {
    let text = platform.components().screen_text(message, language)?;
    text.map_err(|problem| ComponentFault {
        component: "receipt-generator",
        reason: format!("no words for a screen: {problem:?}"),
    })
}
