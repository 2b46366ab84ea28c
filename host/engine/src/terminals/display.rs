//! Notices on a terminal's screen.
//!
//! A notice is stored first and shown when the terminal is armed, so that one task alone decides what is on the
//! screen. It disturbs no driver: it waits while a card or a choice is being dealt with, a receipt also while
//! another message is being read, and it is withdrawn when another session begins.

use chargetap_contract::screen::Message;

use super::cards::card_is_unreported;
use super::notice::Notice;
use super::prompt::SentPrompt;
use super::words::words;
use crate::error::EngineError;
use crate::gateway::Gateway;
use crate::payter::{PayterError, ReaderState};
use crate::platform::Platform;
use crate::store;

/// How long a notice may wait for its turn, in milliseconds. A later driver must not read it.
const WAITS: u64 = 60_000;

/// Have a terminal say something, in place of what it was to say before. It is said when the terminal is armed.
pub(crate) async fn put(
    gateway: &Gateway<impl Platform>,
    terminal: &str,
    notice: &Notice,
) -> Result<(), EngineError> {
    let platform = &gateway.platform;
    Ok(store::notices::put(platform, terminal, notice, platform.now()).await?)
}

/// What decides whether a notice may be shown.
pub(super) struct ScreenState<'a> {
    pub(super) reader: &'a ReaderState,
    /// The latest prompt.
    pub(super) sent: Option<&'a SentPrompt>,
    /// A message stands in place of the prompt.
    pub(super) is_masked: bool,
}

/// Show the terminal's notice, if one waits and disturbs nobody. Whether it was shown. One that cannot be shown is
/// logged and given up.
pub(super) async fn show_waiting(
    gateway: &Gateway<impl Platform>,
    terminal: &str,
    screen: &ScreenState<'_>,
) -> Result<bool, EngineError> {
    let platform = &gateway.platform;
    let now = platform.now();
    let Some(waiting) = store::notices::waiting(platform, terminal, now, WAITS).await? else {
        return Ok(false);
    };
    // The message that is being read may be another driver's, who must not see this one's receipt instead: its
    // code is all that is needed to open it.
    let is_private = matches!(waiting.notice.message, Message::Receipt(_));
    let is_choosing = screen
        .sent
        .is_some_and(|sent| sent.chosen.is_some() && sent.is_open(now));
    // Showing something makes the terminal forget its card.
    let has_card =
        *screen.reader == ReaderState::Card && card_is_unreported(platform, terminal).await?;
    let must_wait = is_choosing || has_card || (is_private && screen.is_masked);
    if must_wait || store::sessions::is_authorising(platform, terminal).await? {
        return Ok(false);
    }
    let notice = &waiting.notice;
    let shown = match words(gateway, terminal, &notice.message).await {
        Ok(text) => show(gateway, terminal, notice, &text)
            .await
            .map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    match &shown {
        Ok(()) => mask_prompt(platform, terminal, notice.visible_for).await?,
        Err(error) => tracing::warn!(terminal, error, "a message could not be shown"),
    }
    store::notices::withdraw(platform, terminal, &waiting).await?;
    Ok(shown.is_ok())
}

/// Show a QR code where the terminal's screen for it is configured, and otherwise a text.
async fn show(
    gateway: &Gateway<impl Platform>,
    terminal: &str,
    notice: &Notice,
    text: &str,
) -> Result<(), PayterError> {
    let (platform, payter) = (&gateway.platform, &gateway.payter);
    let has_screen = gateway
        .terminal(terminal)
        .is_ok_and(|it| it.model.traits().has_screen);
    let screen = gateway.config.qr_screen.as_ref().filter(|_| has_screen);
    if let Some((screen, link)) = screen.zip(notice.link.as_ref()) {
        let shown = payter.show_qr_code(platform, terminal, screen, text, link);
        match shown.await {
            Ok(()) => return Ok(()),
            Err(error) => {
                tracing::warn!(terminal, %error, "no QR code: is `qr_screen` right?");
            }
        }
    }
    payter
        .show_message(platform, terminal, text, notice.visible_for)
        .await
}

/// For so many milliseconds the terminal shows something else than its prompt.
pub(crate) async fn mask_prompt(
    platform: &impl Platform,
    terminal: &str,
    for_ms: u64,
) -> Result<(), EngineError> {
    let until = platform.now().saturating_add(for_ms);
    Ok(store::prompts::mask(platform, terminal, until).await?)
}
