//! The bodies that Payter sends to a capability URL:
//!
//! | kind    | body                                          | event          |
//! |---------|-----------------------------------------------|----------------|
//! | card    | `{serialNumber, cardId, aid?, maskedPan?, …}` | `CardRead`     |
//! | session | `{session: {serialNumber, sessionId?, …}, …}` | `PaymentHint`  |
//! | screen  | `{serialNumber, screenId, response}`          | `ScreenAnswer` |
//!
//! Only these fields become part of the event. Every field goes into the dedupe key.

use chargetap_contract::{
    callback::Rejection,
    terminal::{CardRead, PaymentHint, ScreenAnswer, TerminalEvent},
};
use serde_json::Value;

use crate::{capability::Arming, card, json, keys::KeyRing, tag::Tag, text};

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
        // The fields are sorted already, unless a crate of the build turns on serde_json's
        // `preserve_order`.
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

    /// The event. The body must name the terminal of the capability that it came with.
    pub(crate) fn event(
        &self,
        arming: &Arming<'_>,
        keys: &KeyRing,
    ) -> Result<TerminalEvent, Rejection> {
        let terminal = arming.serial.to_owned();
        match self.kind {
            Kind::Card => {
                self.check_terminal("/serialNumber", arming)?;
                let card_id = self.required("/cardId")?;
                let aid = self.text("/aid");
                Ok(TerminalEvent::CardRead(CardRead {
                    terminal,
                    read: arming.id.to_owned(),
                    card: card::describe(card_id, aid, self.text("/maskedPan"), keys),
                    application: aid.and_then(card::application),
                }))
            }
            Kind::Session => {
                self.check_terminal("/session/serialNumber", arming)?;
                let payment = self.text("/session/sessionId").and_then(text::safe);
                Ok(TerminalEvent::PaymentHint(PaymentHint {
                    terminal,
                    read: arming.id.to_owned(),
                    payment,
                }))
            }
            Kind::Screen => {
                self.check_terminal("/serialNumber", arming)?;
                if self.required("/screenId")? != arming.id {
                    return Err(json::malformed("/screenId is another screen's"));
                }
                let choice = text::safe(self.required("/response")?);
                Ok(TerminalEvent::ScreenAnswer(ScreenAnswer {
                    terminal,
                    screen: arming.id.to_owned(),
                    choice: choice.ok_or_else(|| json::malformed("/response is no choice"))?,
                }))
            }
        }
    }

    /// The dedupe key: the same for the same content under the same arming id, however it was
    /// serialised.
    pub(crate) fn dedupe_key(&self, arming_id: &str, keys: &KeyRing) -> Tag {
        let kind = match self.kind {
            Kind::Card => "card",
            Kind::Session => "session",
            Kind::Screen => "screen",
        };
        let content = json::canonical(&self.content);
        keys.dedupe_key(&format!("{kind}\n{arming_id}\n"), content.as_bytes())
    }

    fn check_terminal(&self, pointer: &str, arming: &Arming<'_>) -> Result<(), Rejection> {
        let serial = self.required(pointer)?;
        if serial.eq_ignore_ascii_case(arming.serial) {
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
