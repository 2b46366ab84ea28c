//! The ids of a session's commands: the session's id, a slash, and what the command is for.

use std::fmt;
use std::str::FromStr;

/// The id of a command.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CommandId {
    pub(crate) session: String,
    pub(crate) kind: CommandKind,
}

/// What a command of a session is for.
///
/// | kinds                | in the id         | how many a session has                |
/// |----------------------|-------------------|---------------------------------------|
/// | those without a step | `NAME`            | one; asking again repeats it          |
/// | `RefundReceipt`      | `STEP/receipt`    | one for each refund                   |
/// | `Alert`, `Message`   | `STEP/PLACE/NAME` | any number, each a command of its own |
///
/// `STEP` is the number of the step that asked, `PLACE` the command's place among those of the step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum CommandKind {
    /// List the holds that are open before ours is asked for.
    LookUpBefore,
    Authorise,
    /// List the open holds after the answer to the authorisation was lost.
    LookUpTerminal,
    Start,
    Stop,
    Capture,
    Cancel,
    /// See whether our hold is still open after the answer to a capture or a void was lost.
    LookUpPayment,
    Receipt,
    Invoice,
    RefundReceipt {
        step: u32,
    },
    Alert {
        step: u32,
        place: usize,
    },
    Message {
        step: u32,
        place: usize,
    },
}

impl CommandKind {
    /// The last part of the id.
    fn name(self) -> &'static str {
        match self {
            Self::LookUpBefore => "look-up-before",
            Self::Authorise => "authorise",
            Self::LookUpTerminal => "look-up-terminal",
            Self::Start => "start",
            Self::Stop => "stop",
            Self::Capture => "capture",
            Self::Cancel => "cancel",
            Self::LookUpPayment => "look-up-payment",
            Self::Receipt | Self::RefundReceipt { .. } => "receipt",
            Self::Invoice => "invoice",
            Self::Alert { .. } => "alert",
            Self::Message { .. } => "message",
        }
    }
}

impl fmt::Display for CommandKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RefundReceipt { step } => write!(formatter, "{step}/")?,
            Self::Alert { step, place } | Self::Message { step, place } => {
                write!(formatter, "{step}/{place}/")?;
            }
            _ => {}
        }
        formatter.write_str(self.name())
    }
}

impl fmt::Display for CommandId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.session, self.kind)
    }
}

/// The text is not the id of a command.
#[derive(Debug, PartialEq)]
pub(crate) struct ParseCommandIdError;

/// An id is read from its end, because a session's id may have slashes.
impl FromStr for CommandId {
    type Err = ParseCommandIdError;

    fn from_str(id: &str) -> Result<Self, Self::Err> {
        parse(id).ok_or(ParseCommandIdError)
    }
}

fn parse(id: &str) -> Option<CommandId> {
    let (rest, name) = id.rsplit_once('/')?;
    let (session, kind) = match name {
        "look-up-before" => (rest, CommandKind::LookUpBefore),
        "authorise" => (rest, CommandKind::Authorise),
        "look-up-terminal" => (rest, CommandKind::LookUpTerminal),
        "start" => (rest, CommandKind::Start),
        "stop" => (rest, CommandKind::Stop),
        "capture" => (rest, CommandKind::Capture),
        "cancel" => (rest, CommandKind::Cancel),
        "look-up-payment" => (rest, CommandKind::LookUpPayment),
        "invoice" => (rest, CommandKind::Invoice),
        "receipt" => match split_number(rest) {
            Some((session, step)) => (session, CommandKind::RefundReceipt { step }),
            None => (rest, CommandKind::Receipt),
        },
        "alert" => {
            let (rest, place) = split_number(rest)?;
            let (session, step) = split_number(rest)?;
            (session, CommandKind::Alert { step, place })
        }
        "message" => {
            let (rest, place) = split_number(rest)?;
            let (session, step) = split_number(rest)?;
            (session, CommandKind::Message { step, place })
        }
        _ => return None,
    };
    Some(CommandId {
        session: session.to_owned(),
        kind,
    })
}

/// The text before the last slash, and the number after it.
fn split_number<T: FromStr + ToString>(text: &str) -> Option<(&str, T)> {
    let (rest, digits) = text.rsplit_once('/')?;
    let number: T = digits.parse().ok()?;
    // `parse` alone would take `+1` and `01`.
    (number.to_string() == digits).then_some((rest, number))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SESSION: &str = "0123456789ABCDEFGHJK";

    const KINDS: [(CommandKind, &str); 13] = [
        (CommandKind::LookUpBefore, "look-up-before"),
        (CommandKind::Authorise, "authorise"),
        (CommandKind::LookUpTerminal, "look-up-terminal"),
        (CommandKind::Start, "start"),
        (CommandKind::Stop, "stop"),
        (CommandKind::Capture, "capture"),
        (CommandKind::Cancel, "cancel"),
        (CommandKind::LookUpPayment, "look-up-payment"),
        (CommandKind::Receipt, "receipt"),
        (CommandKind::Invoice, "invoice"),
        (CommandKind::RefundReceipt { step: 12 }, "12/receipt"),
        (CommandKind::Alert { step: 0, place: 3 }, "0/3/alert"),
        (
            CommandKind::Message {
                step: u32::MAX,
                place: 10,
            },
            "4294967295/10/message",
        ),
    ];

    #[test]
    fn every_kind_is_written_and_read_back() {
        for session in [SESSION, "orphan-P66-1-pay-1", "orphan-P66-1-pay/1a"] {
            for (kind, text) in KINDS {
                let id = CommandId {
                    session: session.to_owned(),
                    kind,
                };
                let written = id.to_string();
                assert_eq!(written, format!("{session}/{text}"));
                assert_eq!(written.parse(), Ok(id));
            }
        }
    }

    #[test]
    fn other_texts_are_no_ids() {
        for text in [
            "",
            "/",
            "authorise",
            "S/teleport",
            "S/Authorise",
            "S/authorise/",
            "S/alert",
            "S/1/alert",
            "S/x/1/alert",
            "S/1/01/alert",
            "S/+1/1/message",
            "S/4294967296/1/message",
            "1/1/message",
        ] {
            assert_eq!(
                text.parse::<CommandId>(),
                Err(ParseCommandIdError),
                "{text}"
            );
        }
    }
}
