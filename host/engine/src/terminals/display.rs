//! Texts and codes on a terminal's screen, put up without disturbing a driver.

use chargetap_contract::session::Message;

use crate::error::EngineError;
use crate::gateway::Gateway;
use crate::payter::{PayterError, ReaderState, TerminalStatus};
use crate::platform::Platform;
use crate::store;

/// A card that was shown and not reported for this long is ignored, and the next one awaited, in
/// milliseconds.
const UNREPORTED_CARD: u64 = 15_000;

/// Show a text at a terminal.
pub(crate) async fn show_message(
    gateway: &Gateway<impl Platform>,
    message: &Message,
) -> Result<(), EngineError> {
    let Message {
        terminal,
        text,
        visible_for,
    } = message;
    let show = gateway
        .payter
        .show_message(&gateway.platform, terminal, text, *visible_for);
    undisturbed(gateway, terminal, *visible_for, show).await
}

/// Show at a terminal where a receipt is: by a QR code where the terminal's screen for it is
/// configured, and otherwise by a text.
pub(crate) async fn show_receipt(
    gateway: &Gateway<impl Platform>,
    message: &Message,
    link: &str,
) -> Result<(), EngineError> {
    let (platform, payter) = (&gateway.platform, &gateway.payter);
    let serial = &message.terminal;
    let has_screen = gateway
        .terminal(serial)
        .is_ok_and(|it| it.model.traits().has_screen);
    let screen = gateway.config.qr_screen.as_ref();
    let Some(screen) = screen.filter(|_| has_screen) else {
        return show_message(gateway, message).await;
    };
    let Message {
        text, visible_for, ..
    } = message;
    let show = async {
        let shown = payter.show_qr_code(platform, serial, screen, text, link);
        match shown.await {
            Ok(()) => Ok(()),
            Err(error) => {
                tracing::warn!(terminal = serial, %error, "no QR code: is `qr_screen` right?");
                payter
                    .show_message(platform, serial, text, *visible_for)
                    .await
            }
        }
    };
    undisturbed(gateway, serial, *visible_for, show).await
}

/// Have something shown, unless another driver uses the terminal already. What cannot be shown is not
/// tried again.
async fn undisturbed(
    gateway: &Gateway<impl Platform>,
    serial: &str,
    visible_for: u64,
    show: impl Future<Output = Result<(), PayterError>>,
) -> Result<(), EngineError> {
    let platform = &gateway.platform;
    let sent = store::prompts::latest(platform, serial).await?;
    let now = platform.now();
    if sent.is_some_and(|sent| sent.chosen.is_some() && sent.is_open(now)) {
        return Ok(());
    }
    let shown = match gateway.payter.terminal_status(platform, serial).await {
        Ok(status) if may_disturb(platform, serial, &status).await? => {
            // Again afterwards, because a prompt may be sent to the terminal meanwhile.
            mask_prompt(platform, serial, visible_for).await?;
            let shown = show.await;
            mask_prompt(platform, serial, visible_for).await?;
            shown
        }
        Ok(_) => return Ok(()),
        Err(error) => Err(error),
    };
    if let Err(error) = shown {
        tracing::warn!(terminal = serial, %error, "a message could not be shown");
    }
    Ok(())
}

/// For so many milliseconds the terminal shows something else than its prompt.
pub(crate) async fn mask_prompt(
    platform: &impl Platform,
    serial: &str,
    for_ms: u64,
) -> Result<(), EngineError> {
    let until = platform.now().saturating_add(for_ms);
    Ok(store::prompts::mask(platform, serial, until).await?)
}

/// Showing a message makes the terminal forget its card: not while a card is being dealt with.
async fn may_disturb(
    platform: &impl Platform,
    serial: &str,
    status: &TerminalStatus,
) -> Result<bool, EngineError> {
    Ok(!store::sessions::is_authorising(platform, serial).await?
        && (status.reader() != ReaderState::Card || !card_is_unreported(platform, serial).await?))
}

/// Whether the terminal was shown a card of which the callback may still be on its way.
pub(crate) async fn card_is_unreported(
    platform: &impl Platform,
    serial: &str,
) -> Result<bool, EngineError> {
    let sent = store::prompts::latest(platform, serial).await?;
    if sent.is_none_or(|sent| sent.used) {
        return Ok(false);
    }
    let now = platform.now();
    let since = store::prompts::card_shown_since(platform, serial, now).await?;
    Ok(since.is_some_and(|since| now < since.saturating_add(UNREPORTED_CARD)))
}
