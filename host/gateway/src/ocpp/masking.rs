//! Takes the secrets out of a station's message before it is kept for people.
//!
//! The message may be anything, also cut off or no JSON at all, so that it is read as text: after a member's name
//! comes its value. What may be a secret is taken out, also if it is none.

use chargetap_fleet::operation::is_secret_setting;
use chargetap_fleet::text::holds_card_number;

/// How much of a message is kept, in characters.
pub(super) const LONGEST: usize = 500;
/// More is read than is kept, so that no part of a card number is left at the end.
const LOOK_AHEAD: usize = 40;

const MASKED: &str = "\"***\"";

/// The message without tokens, passwords and card numbers, cut off after [`LONGEST`] characters.
pub(super) fn masked(message: &str) -> String {
    let mut found = None;
    let mut names_secret_setting = || *found.get_or_insert_with(|| is_secret_setting(message));
    let mut shown = String::new();
    let mut count = 0;
    let mut is_secret = false;
    let mut rest = message;
    while count < LONGEST + LOOK_AHEAD {
        let (part, after) = next_part(rest);
        let Some(first) = part.chars().next() else {
            break;
        };
        rest = after;
        let part = match first {
            '"' if after.trim_start().starts_with(':') => {
                // A name with escapes may be any.
                is_secret = names_secret(part)
                    || part.contains('\\')
                    || is_value_of_setting(part) && names_secret_setting()
                    || is_secret_of_action(part, message);
                part
            }
            '{' | '}' => {
                is_secret = false;
                part
            }
            '"' if is_secret || may_hold_secret(part) => MASKED,
            _ if is_secret && is_scalar(part) => MASKED,
            _ => part,
        };
        count += part.chars().count();
        shown.extend(part.chars().take(LONGEST + LOOK_AHEAD));
    }
    cut(&without_card_numbers(&shown), !rest.is_empty())
}

/// The next string, scalar, run of spaces or other character, and what comes after it.
fn next_part(text: &str) -> (&str, &str) {
    let end = match text.chars().next() {
        None => 0,
        Some('"') => end_of_string(text),
        Some(first) if is_of_scalar(first) => text.find(|c| !is_of_scalar(c)).unwrap_or(text.len()),
        Some(first) => first.len_utf8(),
    };
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// Where a string ends that begins here; one that is cut off ends with the message.
fn end_of_string(text: &str) -> usize {
    let mut is_escaped = false;
    for (place, c) in text.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return place + c.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

fn is_of_scalar(c: char) -> bool {
    c.is_alphanumeric() || "+-._".contains(c)
}

fn is_scalar(part: &str) -> bool {
    part.chars().all(is_of_scalar)
}

/// Whether a name of a token or of a secret setting is in the text.
fn names_secret(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    lower.contains("idtag") || lower.contains("idtoken") || is_secret_setting(&lower)
}

/// Whether a text may hold a secret: it is JSON in JSON, what a meter signed, which has the token, or an address with a
/// password or a signature.
fn may_hold_secret(text: &str) -> bool {
    let is_address_with_more = text.contains("://") && text.contains(['@', '?']);
    text.contains("OCMF|") || text.contains('\\') && names_secret(text) || is_address_with_more
}

/// Whether a name is that of a secret in messages of some actions: a vendor's own data, or the key of a private network.
fn is_secret_of_action(name: &str, message: &str) -> bool {
    name == "\"data\"" && message.contains("\"DataTransfer\"")
        || name == "\"key\"" && message.contains("\"SetNetworkProfile\"")
}

/// Whether what comes after this name is the value of a setting, whose name may stand elsewhere.
fn is_value_of_setting(name: &str) -> bool {
    let name = name.trim_matches('"');
    ["value", "attributeValue"]
        .iter()
        .any(|it| name.eq_ignore_ascii_case(it))
}

/// The text with the digits masked of what may be a card number.
fn without_card_numbers(text: &str) -> String {
    let is_part = |c: char| c.is_ascii_digit() || c == ' ' || c == '-';
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(from) = rest.find(is_part) {
        let (before, run) = rest.split_at(from);
        let to = run.find(|c| !is_part(c)).unwrap_or(run.len());
        let (run, after) = run.split_at(to);
        shown.push_str(before);
        match holds_card_number(run) {
            true => shown.extend(
                run.chars()
                    .map(|c| if c.is_ascii_digit() { '*' } else { c }),
            ),
            false => shown.push_str(run),
        }
        rest = after;
    }
    shown.push_str(rest);
    shown
}

/// The text cut off, with a sign of that.
fn cut(text: &str, has_more: bool) -> String {
    let is_long = text.chars().nth(LONGEST).is_some();
    match is_long || has_more {
        true => text.chars().take(LONGEST - 1).chain(['…']).collect(),
        false => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_with_passwords_network_keys_and_vendors_data_are_masked() {
        for (message, secret) in [
            (
                r#"[2,"1","GetDiagnostics",{"location":"ftp://user:hunter2@logs.example/up"}]"#,
                "hunter2",
            ),
            (
                r#"[2,"1","UpdateFirmware",{"location":"https://x.example/f?sig=hunter2"}]"#,
                "hunter2",
            ),
            (
                r#"[2,"1","SetNetworkProfile",{"connectionData":{"vpn":{"key":"hunter2"}}}]"#,
                "hunter2",
            ),
            (
                r#"[2,"1","DataTransfer",{"vendorId":"v","data":"idTag=hunter2"}]"#,
                "hunter2",
            ),
        ] {
            let shown = masked(message);
            assert!(!shown.contains(secret), "{shown}");
        }
        let plain = r#"[2,"1","GetConfiguration",{"key":["HeartbeatInterval"]}]"#;
        assert_eq!(masked(plain), plain);
    }

    #[test]
    fn tokens_are_masked_wherever_they_stand() {
        for (message, expected) in [
            (
                r#"[2,"1","Authorize",{"idTag":"04A2B3C4"}]"#,
                r#"[2,"1","Authorize",{"idTag":"***"}]"#,
            ),
            (
                r#"[2,"1","Authorize",{ "IDTAG" : 1234 , "x":1}]"#,
                r#"[2,"1","Authorize",{ "IDTAG" : "***" , "x":1}]"#,
            ),
            (
                r#"[3,"1",{"idTagInfo":{"status":"Accepted","parentIdTag":"04A2"}}]"#,
                r#"[3,"1",{"idTagInfo":{"status":"Accepted","parentIdTag":"***"}}]"#,
            ),
            (
                r#"[2,"1","Authorize",{"idToken":{"idToken":"04A2","type":"ISO14443"}}]"#,
                r#"[2,"1","Authorize",{"idToken":{"idToken":"***","type":"ISO14443"}}]"#,
            ),
            (
                r#"[2,"1","X",{"idTags":["04A2","04A3"],"connectorId":1}]"#,
                r#"[2,"1","X",{"idTags":["***","***"],"connectorId":1}]"#,
            ),
            (
                r#"[2,"1","X",{"id\u0054ag":"04A2"}]"#,
                r#"[2,"1","X",{"id\u0054ag":"***"}]"#,
            ),
        ] {
            assert_eq!(masked(message), expected);
        }
    }

    #[test]
    fn a_value_is_masked_if_a_secret_setting_is_named_before_or_after_it() {
        for (message, expected) in [
            (
                r#"[2,"1","ChangeConfiguration",{"key":"AuthorizationKey","value":"s3cret"}]"#,
                r#"[2,"1","ChangeConfiguration",{"key":"AuthorizationKey","value":"***"}]"#,
            ),
            (
                r#"[2,"1","SetVariables",{"setVariableData":[{"attributeValue":"s3cret",
                "variable":{"name":"BasicAuthPassword"}}]}]"#,
                r#"[2,"1","SetVariables",{"setVariableData":[{"attributeValue":"***",
                "variable":{"name":"BasicAuthPassword"}}]}]"#,
            ),
            (r#"{"apnPassword":"s3cret"}"#, r#"{"apnPassword":"***"}"#),
        ] {
            assert_eq!(masked(message), expected);
        }
        let harmless = r#"[2,"1","ChangeConfiguration",{"key":"HeartbeatInterval","value":"300"}]"#;
        assert_eq!(masked(harmless), harmless);
    }

    #[test]
    fn a_text_that_may_hold_a_secret_is_masked_whole() {
        for (message, expected) in [
            (
                r#"{"data":"{\"password\":\"s3cret\"}","vendorId":"V"}"#,
                r#"{"data":"***","vendorId":"V"}"#,
            ),
            (
                r#"{"value":"OCMF|{\"ID\":\"04A2\"}|{}","format":"SignedData"}"#,
                r#"{"value":"***","format":"SignedData"}"#,
            ),
        ] {
            assert_eq!(masked(message), expected);
        }
        let harmless = r#"{"info":"a \"b\"","key":"AuthorizationKey"}"#;
        assert_eq!(masked(harmless), harmless);
    }

    #[test]
    fn what_is_no_json_is_masked_all_the_same() {
        for (message, expected) in [
            (
                r#"[2,"1","Authorize",{"idTag":"04A2B"#,
                r#"[2,"1","Authorize",{"idTag":"***""#,
            ),
            (r#"{"idTag":04A2B3"#, r#"{"idTag":"***""#),
            (r#"{"idTag":"#, r#"{"idTag":"#),
            ("\u{0}\u{feff}hello\"", "\u{0}\u{feff}hello\""),
            ("", ""),
        ] {
            assert_eq!(masked(message), expected);
        }
    }

    #[test]
    fn a_card_number_is_masked_and_other_digits_stay() {
        assert_eq!(
            masked(r#"{"data":"4111 1111 1111 1111","timestamp":"2023-11-14T22:13:20Z"}"#),
            r#"{"data":"**** **** **** ****","timestamp":"2023-11-14T22:13:20Z"}"#
        );
        // The end of what is kept is in its middle.
        let long = format!("{}4111111111111111", "x".repeat(LONGEST - 5));
        assert!(!masked(&long).contains('4'));
    }

    #[test]
    fn a_long_message_is_cut_off_between_characters() {
        for filling in ["x", "é", "🔌", "\"", "{"] {
            let kept = masked(&filling.repeat(3 * LONGEST));
            assert_eq!(kept.chars().count(), LONGEST, "{filling}");
            assert!(kept.ends_with('…'), "{filling}");
        }
        let whole = "x".repeat(LONGEST);
        assert_eq!(masked(&whole), whole);
    }
}
