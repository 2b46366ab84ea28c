//! The body: which kind of callback it is, what is taken from it, and how a repeat is recognised.
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

use crate::{capability::Segment, card, keys::KeyRing};

/// How deep arrays and objects may nest. Real callbacks have three levels.
const MAX_DEPTH: usize = 16;

/// The longest id of a payment or choice that is passed on.
const MAX_ID: usize = 64;

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
        let mut content: Value = serde_json::from_slice(bytes).map_err(|error| {
            // Never the error's own text: it can quote the body.
            malformed(&format!(
                "not JSON at line {} column {}",
                error.line(),
                error.column()
            ))
        })?;
        if depth(&content) > MAX_DEPTH {
            return Err(malformed(&format!("nested deeper than {MAX_DEPTH} levels")));
        }
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
        segment: &Segment<'_>,
        keys: &KeyRing,
    ) -> Result<TerminalEvent, Rejection> {
        let terminal = segment.serial.to_owned();
        let read = segment.read.to_owned();
        match self.kind {
            Kind::Card => {
                self.check_terminal("/serialNumber", segment)?;
                let card_id = self.required("/cardId")?;
                let card =
                    card::describe(card_id, self.text("/aid"), self.text("/maskedPan"), keys);
                Ok(TerminalEvent::CardRead(CardRead {
                    terminal,
                    read,
                    card,
                }))
            }
            Kind::Session => {
                self.check_terminal("/session/serialNumber", segment)?;
                let payment = self
                    .text("/session/sessionId")
                    .filter(|id| is_id(id))
                    .map(str::to_owned);
                Ok(TerminalEvent::PaymentHint(PaymentHint {
                    terminal,
                    read,
                    payment,
                }))
            }
            Kind::Screen => {
                self.check_terminal("/serialNumber", segment)?;
                if self.required("/screenId")? != segment.read {
                    return Err(malformed("/screenId is another screen's"));
                }
                let choice = self.required("/response")?;
                if !is_id(choice) {
                    return Err(malformed("/response is no choice"));
                }
                Ok(TerminalEvent::ScreenAnswer(ScreenAnswer {
                    terminal,
                    screen: read,
                    choice: choice.to_owned(),
                }))
            }
        }
    }

    /// Equal for the same content, however it was serialised, reported for the same card read.
    pub(crate) fn dedupe_key(&self, read: &str, keys: &KeyRing) -> String {
        let kind = match self.kind {
            Kind::Card => "card",
            Kind::Session => "session",
            Kind::Screen => "screen",
        };
        // `Value` prints without white space, and its keys are sorted.
        let name = keys.name_delivery(&format!("{kind}\n{read}\n{}", self.content));
        name.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn check_terminal(&self, pointer: &str, segment: &Segment<'_>) -> Result<(), Rejection> {
        let serial = self.required(pointer)?;
        if serial.eq_ignore_ascii_case(segment.serial) {
            Ok(())
        } else {
            Err(Rejection::WrongTerminal)
        }
    }

    fn required(&self, pointer: &str) -> Result<&str, Rejection> {
        self.text(pointer)
            .filter(|text| !text.is_empty())
            .ok_or_else(|| malformed(&format!("{pointer} is not a text")))
    }

    fn text(&self, pointer: &str) -> Option<&str> {
        self.content.pointer(pointer).and_then(Value::as_str)
    }
}

fn malformed(place: &str) -> Rejection {
    Rejection::MalformedBody(place.to_owned())
}

/// Recursion is safe here: the parser itself stops at 128 levels.
fn depth(value: &Value) -> usize {
    let deepest = match value {
        Value::Array(items) => items.iter().map(depth).max(),
        Value::Object(fields) => fields.values().map(depth).max(),
        _ => return 0,
    };
    deepest.unwrap_or(0) + 1
}

/// The form of the provider's ids is not documented, so this is as wide as it can safely be. An id
/// outside it is left out of the hint, which is worth less then but still says where to look.
fn is_id(id: &str) -> bool {
    (1..=MAX_ID).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
        && !card::could_hold_number(id)
}
