//! The body that Payter sends for a read: which kind of callback it is, what is taken from it, and
//! how a repeat is recognised.
//!
//! Known kinds:
//!
//! - card: `{serialNumber, cardId, aid?, maskedPan?, …}`;
//! - session: `{session: {serialNumber, sessionId?, …}, …}`;
//! - screen: `{serialNumber, screenId, response}`.
//!
//! Fields are taken by name, one by one. The rest only goes into the digest.

use chargetap_contract::{
    callback::Rejection,
    terminal::{CardRead, PaymentHint, ScreenAnswer, TerminalEvent},
};
use serde_json::Value;

use crate::{capability::Read, card, json, keys::KeyRing, tag::Tag, text};

/// A well-formed body of a known kind.
pub(crate) struct Body {
    kind: Kind,
    content: Value,
}

#[derive(Clone, Copy)]
enum Kind {
    Card,
    Session,
    Screen,
}

impl Body {
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Rejection> {
        let mut content = json::parse(bytes)?;
        // Already so unless some crate of the build turns on serde_json's `preserve_order`.
        content.sort_all_objects();
        let kind = if content.get("cardId").is_some() {
            Kind::Card
        } else if content.get("session").is_some_and(Value::is_object) {
            Kind::Session
        } else if content.get("screenId").is_some() {
            Kind::Screen
        } else {
            return Err(Rejection::UnknownEvent);
        };
        Ok(Self { kind, content })
    }

    /// What the body says, under the capability that it came with.
    pub(crate) fn event(
        &self,
        read: &Read<'_>,
        keys: &KeyRing,
    ) -> Result<TerminalEvent, Rejection> {
        let terminal = read.serial.to_owned();
        match self.kind {
            Kind::Card => {
                self.check_terminal("/serialNumber", read)?;
                let card_id = self.required("/cardId")?;
                let aid = self.text("/aid");
                Ok(TerminalEvent::CardRead(CardRead {
                    terminal,
                    read: read.id.to_owned(),
                    card: card::describe(card_id, aid, self.text("/maskedPan"), keys),
                    application: aid.and_then(card::application),
                }))
            }
            Kind::Session => {
                self.check_terminal("/session/serialNumber", read)?;
                let payment = self.text("/session/sessionId").and_then(text::passed_on);
                Ok(TerminalEvent::PaymentHint(PaymentHint {
                    terminal,
                    read: read.id.to_owned(),
                    payment,
                }))
            }
            Kind::Screen => {
                self.check_terminal("/serialNumber", read)?;
                if self.required("/screenId")? != read.id {
                    return Err(json::malformed("/screenId is another screen's"));
                }
                let choice = text::passed_on(self.required("/response")?);
                Ok(TerminalEvent::ScreenAnswer(ScreenAnswer {
                    terminal,
                    screen: read.id.to_owned(),
                    choice: choice.ok_or_else(|| json::malformed("/response is no choice"))?,
                }))
            }
        }
    }

    /// Equal for the same content, however it was serialised, reported for the same card read.
    pub(crate) fn delivery(&self, read: &str, keys: &KeyRing) -> Tag {
        let kind = match self.kind {
            Kind::Card => "card",
            Kind::Session => "session",
            Kind::Screen => "screen",
        };
        let content = json::canonical(&self.content);
        keys.name_delivery(&format!("{kind}\n{read}\n"), content.as_bytes())
    }

    fn check_terminal(&self, pointer: &str, read: &Read<'_>) -> Result<(), Rejection> {
        let serial = self.required(pointer)?;
        if serial.eq_ignore_ascii_case(read.serial) {
            Ok(())
        } else {
            Err(Rejection::WrongTerminal)
        }
    }

    fn required(&self, pointer: &str) -> Result<&str, Rejection> {
        json::required(&self.content, pointer)
    }

    fn text(&self, pointer: &str) -> Option<&str> {
        json::text(&self.content, pointer)
    }
}
