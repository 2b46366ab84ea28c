//! Validated texts: each type has its own form, and no free text can hold a card number.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use stdnum::util::checksum::luhn_checksum_validate;

const DIGITS: &str = "0123456789";

/// A text does not have the form of its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct TextError(&'static str);

const CARD: TextError = TextError("this looks like a card number, and those are kept nowhere");

macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $check:expr, $($schema:tt)*) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(String);

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", $($schema)* })
            }
        }

        impl $name {
            /// The text itself.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = TextError;

            fn try_from(text: String) -> Result<Self, TextError> {
                let check: fn(&str) -> Result<(), TextError> = $check;
                check(&text)?;
                Ok(Self(text))
            }
        }

        impl FromStr for $name {
            type Err = TextError;

            fn from_str(text: &str) -> Result<Self, TextError> {
                text.to_owned().try_into()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

text! {
    /// The key of a record, such as a customer, a site, a person or an order.
    Key,
    |text| {
        let known = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        match (1..=64).contains(&text.len()) && text.bytes().all(known) {
            true => Ok(()),
            false => Err(TextError("a key has 1 to 64 of the characters A-Z a-z 0-9 . _ -")),
        }
    },
    "pattern": r"^[A-Za-z0-9._-]{1,64}$"
}

impl Key {
    /// A numbered key, such as `I-7`.
    pub(crate) fn counted(prefix: &str, number: u64) -> Self {
        Self(format!("{prefix}-{number}"))
    }

    /// The key of the gateway's components.
    pub(crate) fn components() -> Self {
        Self("components".to_owned())
    }

    /// The key with which the gateway itself acts.
    #[must_use]
    pub fn gateway() -> Self {
        Self("gateway".to_owned())
    }
}

text! {
    /// A charging station's identity: what it is called in its OCPP address. OCPP 1.6 leaves open which characters
    /// it has, and stations use spaces, too. One or two points alone cannot be a segment of an address.
    StationId,
    |text| {
        let known = |byte: u8| matches!(byte, b' '..=b'~');
        let is_trimmed = text.trim() == text;
        match (1..=64).contains(&text.len()) && text.bytes().all(known) && is_trimmed {
            false => Err(TextError(
                "a station's identity has 1 to 64 characters of ASCII, and no space before or after",
            )),
            true if [".", ".."].contains(&text) => Err(TextError(
                "a station's identity is more than one or two points",
            )),
            true if holds_card_number(text) => Err(CARD),
            true => Ok(()),
        }
    },
    "pattern": r"^[!-~]([ -~]{0,62}[!-~])?$"
}

text! {
    /// A terminal's serial number, in upper case.
    Serial,
    |text| {
        let known = |byte: u8| {
            byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"._-".contains(&byte)
        };
        match (1..=120).contains(&text.len()) && text.bytes().all(known) {
            true => Ok(()),
            false => Err(TextError("a serial number has 1 to 120 of the characters A-Z 0-9 . _ -")),
        }
    },
    "pattern": r"^[A-Z0-9._-]{1,120}$"
}

text! {
    /// The serial number of a SIM card (ICCID, ITU-T E.118): 19 or 20 digits that begin with 89 and
    /// end with a check digit.
    Iccid,
    |text| {
        let is_long_enough = (19..=20).contains(&text.len());
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit()) && text.starts_with("89");
        match is_long_enough && is_number {
            false => Err(TextError("an ICCID has 19 or 20 digits and begins with 89")),
            true if luhn_checksum_validate(text, DIGITS) => Ok(()),
            true => Err(TextError("the check digit does not fit: a digit is mistyped")),
        }
    },
    "pattern": r"^89[0-9]{17,18}$"
}

text! {
    /// A line of text, of 1 to 200 characters.
    Line,
    |text| {
        match (1..=200).contains(&text.chars().count())
            && !text.chars().any(char::is_control)
            && text.trim() == text
        {
            false => Err(TextError("a line has 1 to 200 characters, none before or after a space")),
            true if holds_card_number(text) => Err(CARD),
            true => Ok(()),
        }
    },
    "minLength": 1, "maxLength": 200, "pattern": r"^[^\s\x00-\x1f\x7f-\x9f]([^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f])?$"
}

text! {
    /// Text of up to 10,000 characters, which may have several lines.
    Prose,
    |text| {
        let is_odd = |c: char| c.is_control() && c != '\n';
        match text.chars().count() <= 10_000 && !text.chars().any(is_odd) {
            false => Err(TextError("text has at most 10,000 characters and, of control characters, line ends only")),
            true if holds_card_number(text) => Err(CARD),
            true => Ok(()),
        }
    },
    "maxLength": 10000, "pattern": r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$"
}

text! {
    /// A session by its id, or by the number or the code of one of its receipts.
    SessionName,
    |text| {
        let known = |byte: u8| byte.is_ascii_alphanumeric() || b"._/-".contains(&byte);
        match (1..=64).contains(&text.len()) && text.bytes().all(known) {
            true => Ok(()),
            false => Err(TextError("a session is named by 1 to 64 of the characters A-Z a-z 0-9 . _ / -")),
        }
    },
    "pattern": r"^[A-Za-z0-9._/-]{1,64}$"
}

impl Line {
    /// A text, shortened to fit a line; `-` if nothing is left.
    #[must_use]
    pub fn shortened(text: &str) -> Self {
        let text: String = text.chars().filter(|c| !c.is_control()).take(200).collect();
        text.trim().parse().unwrap_or_else(|_| Self("-".to_owned()))
    }
}

impl Prose {
    /// An empty text.
    pub(crate) fn empty() -> Self {
        Self(String::new())
    }
}

/// How much of a text of others a log line has, in characters.
const MOST_LOGGED: usize = 100;
/// How much of it is looked at: a card number that begins in what is shown ends there. Anybody may send long texts.
const MOST_LOOKED_AT: usize = 2 * MOST_LOGGED;

/// A text of others as a log may have it: without control characters, with its digits masked if they may
/// be a card number, and cut off at 100 characters.
#[must_use]
pub fn loggable(text: &str) -> String {
    let shown = text.chars().filter(|c| !c.is_control());
    let shown: String = shown.take(MOST_LOOKED_AT).collect();
    let is_card = holds_card_number(&shown);
    let masked = shown.chars().map(|c| {
        if is_card && c.is_ascii_digit() {
            '*'
        } else {
            c
        }
    });
    masked.take(MOST_LOGGED).collect()
}

/// Whether a text contains a possible card number: 13 to 19 digits, with at most a space or hyphen
/// between two of them, that pass the Luhn check.
#[must_use]
pub fn holds_card_number(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_digit() || c == ' ' || c == '-';
    text.split(|c: char| !is_part(c)).any(|part| {
        let digits: String = part.chars().filter(char::is_ascii_digit).collect();
        (13..=digits.len().min(19)).any(|length| {
            (0..=digits.len() - length).any(|from| {
                digits.get(from..from + length).is_some_and(|number| {
                    !number.starts_with('0') && luhn_checksum_validate(number, DIGITS)
                })
            })
        })
    })
}

/// A word as shells read it.
pub(crate) fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.:/".contains(c);
    let is_option = word.starts_with('-');
    match word.chars().all(is_plain) && !is_option {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stations_identity_is_one_segment_of_an_address() {
        for refused in [".", "..", "", " CT-1", "CT-1 "] {
            assert!(refused.parse::<StationId>().is_err(), "{refused:?}");
        }
        for taken in ["...", ".CT", "CT 1/2"] {
            assert!(taken.parse::<StationId>().is_ok(), "{taken:?}");
        }
    }

    #[test]
    fn a_logged_text_is_short_and_holds_neither_a_card_number_nor_a_line_end() {
        assert_eq!(loggable("Vendor 12"), "Vendor 12");
        assert_eq!(loggable("a\r\nb\u{1b}[31m"), "ab[31m");
        assert_eq!(loggable("no 4111 1111 1111 1111"), "no **** **** **** ****");
        // Masked before it is cut off, so that no part of the number is left.
        let long = format!("{}4111111111111111", "x".repeat(90));
        assert_eq!(
            loggable(&long),
            format!("{}{}", "x".repeat(90), "*".repeat(10))
        );
        // What is not shown is not looked at, however long it is.
        let long = format!("7{}4111111111111111", "x".repeat(1_000_000));
        assert_eq!(loggable(&long), format!("7{}", "x".repeat(99)));
    }
}
