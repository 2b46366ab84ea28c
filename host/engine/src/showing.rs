//! Texts and codes on a terminal's screen, put up without disturbing anybody.

use chargetap_contract::session::Message;

use crate::apply::EngineError;
use crate::gateway::Gateway;
use crate::journal;
use crate::payter::{PayterError, TerminalState, TerminalStatus};
use crate::platform::Platform;

impl<P: Platform> Gateway<P> {
    /// Show a text at a terminal.
    pub(crate) async fn show(&self, message: &Message) -> Result<(), EngineError> {
        let Message {
            terminal,
            text,
            visible_for,
        } = message;
        let put_up = self.payter_stop(terminal, text, *visible_for);
        self.show_by(terminal, *visible_for, put_up).await
    }

    /// Show at a terminal where a receipt is: by a QR code where that is known how, and otherwise by a
    /// text.
    pub(crate) async fn show_receipt(
        &self,
        message: &Message,
        link: &str,
    ) -> Result<(), EngineError> {
        let serial = &message.terminal;
        let screen = self.config.qr_screen.as_ref();
        let screen = screen.filter(|_| {
            self.terminal(serial)
                .is_ok_and(|it| it.model.traits().has_screen)
        });
        let Some(screen) = screen else {
            return self.show(message).await;
        };
        let Message {
            text, visible_for, ..
        } = message;
        let put_up = async {
            match self.payter_qr_code(serial, screen, text, link).await {
                Ok(()) => Ok(()),
                Err(error) => {
                    tracing::warn!(terminal = serial, %error, "no QR code: is `qr_screen` right?");
                    self.payter_stop(serial, text, *visible_for).await
                }
            }
        };
        self.show_by(serial, *visible_for, put_up).await
    }

    /// What cannot be shown is not worth another attempt, nor what is for a driver who has left the
    /// terminal to another.
    async fn show_by(
        &self,
        serial: &str,
        visible_for: u64,
        put_up: impl Future<Output = Result<(), PayterError>>,
    ) -> Result<(), EngineError> {
        let told = journal::latest_ask(&self.platform, serial).await?;
        let now = self.platform.now();
        if told.is_some_and(|told| told.chosen.is_some() && told.is_open(now)) {
            return Ok(());
        }
        let shown = match self.payter_terminal(serial).await {
            Ok(status) if self.may_disturb(serial, &status).await? => {
                // Again afterwards, because the terminal may be told something meanwhile.
                self.hide_what_is_shown(serial, visible_for).await?;
                let shown = put_up.await;
                self.hide_what_is_shown(serial, visible_for).await?;
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

    pub(crate) async fn hide_what_is_shown(
        &self,
        serial: &str,
        for_ms: u64,
    ) -> Result<(), EngineError> {
        let until = self.platform.now().saturating_add(for_ms);
        Ok(journal::hide_ask(&self.platform, serial, until).await?)
    }

    /// Showing a message makes the terminal forget its card: not while one is being dealt with.
    async fn may_disturb(
        &self,
        serial: &str,
        status: &TerminalStatus,
    ) -> Result<bool, EngineError> {
        Ok(!journal::is_authorising(&self.platform, serial).await?
            && (status.state() != TerminalState::Card || !self.card_is_unreported(serial).await?))
    }
}
