//! The part of Structured Fields (RFC 9651) that signatures use.
//!
//! RFC 9421 signs the canonical form of `Signature-Input`. Only fields that arrive in canonical form
//! are accepted, so the received text is the signed text.

use chargetap_contract::money::UnixMs;

use crate::number;

/// One member of `Signature-Input`: what was signed, and how.
#[derive(Debug, Default)]
pub(super) struct SignatureInput<'a> {
    /// The names of the covered components.
    pub(super) components: Vec<&'a str>,
    pub(super) created: Option<UnixMs>,
    pub(super) expires: Option<UnixMs>,
    pub(super) key_id: Option<&'a str>,
    pub(super) algorithm: Option<&'a str>,
    /// The member as it was received: the value of `@signature-params`.
    pub(super) text: &'a str,
}

/// The text that is still to be read.
pub(super) struct Cursor<'a> {
    rest: &'a str,
}

/// The members of a dictionary. `member` reads the value of one. A repeated key is refused.
pub(super) fn dictionary<'a, T>(
    text: &'a str,
    member: fn(&mut Cursor<'a>) -> Option<T>,
) -> Option<Vec<(&'a str, T)>> {
    let mut cursor = Cursor { rest: text };
    let mut members: Vec<(&str, T)> = Vec::new();
    loop {
        let key = cursor.key()?;
        cursor.eat('=')?;
        let value = member(&mut cursor)?;
        if members.iter().any(|(earlier, _)| *earlier == key) {
            return None;
        }
        members.push((key, value));
        cursor.take(|character| matches!(character, ' ' | '\t'));
        if cursor.rest.is_empty() {
            return Some(members);
        }
        cursor.eat(',')?;
        cursor.take(|character| matches!(character, ' ' | '\t'));
    }
}

/// The base64 of a byte sequence.
pub(super) fn byte_sequence<'a>(cursor: &mut Cursor<'a>) -> Option<&'a str> {
    cursor.eat(':')?;
    let base64 = cursor.take(|character| {
        character.is_ascii_alphanumeric() || matches!(character, '+' | '/' | '=')
    });
    cursor.eat(':')?;
    Some(base64)
}

/// Components with parameters are refused: parameters change the signed value.
pub(super) fn signature_input<'a>(cursor: &mut Cursor<'a>) -> Option<SignatureInput<'a>> {
    let start = cursor.rest;
    let mut input = SignatureInput::default();
    cursor.eat('(')?;
    while cursor.eat(')').is_none() {
        if !input.components.is_empty() {
            cursor.eat(' ')?;
        }
        let component = cursor.string()?;
        if input.components.contains(&component) {
            return None;
        }
        input.components.push(component);
    }
    let mut seen: Vec<&str> = Vec::new();
    while cursor.eat(';').is_some() {
        let key = cursor.key()?;
        if seen.contains(&key) {
            return None;
        }
        seen.push(key);
        cursor.eat('=')?;
        match key {
            "created" => input.created = Some(cursor.time()?),
            "expires" => input.expires = Some(cursor.time()?),
            "keyid" => input.key_id = Some(cursor.string()?),
            "alg" => input.algorithm = Some(cursor.string()?),
            // The other parameters of RFC 9421, section 2.3.
            "nonce" | "tag" => drop(cursor.string()?),
            _ => return None,
        }
    }
    input.text = start.strip_suffix(cursor.rest)?;
    Some(input)
}

impl<'a> Cursor<'a> {
    /// Everything up to the first character that does not belong.
    fn take(&mut self, belongs: fn(char) -> bool) -> &'a str {
        let taken = self.rest;
        self.rest = taken.trim_start_matches(belongs);
        taken.strip_suffix(self.rest).unwrap_or_default()
    }

    fn eat(&mut self, character: char) -> Option<()> {
        self.rest = self.rest.strip_prefix(character)?;
        Some(())
    }

    fn key(&mut self) -> Option<&'a str> {
        let key = self
            .take(|character| matches!(character, 'a'..='z' | '0'..='9' | '_' | '-' | '.' | '*'));
        key.starts_with(|first: char| first.is_ascii_lowercase() || first == '*')
            .then_some(key)
    }

    /// A string without escapes.
    fn string(&mut self) -> Option<&'a str> {
        self.eat('"')?;
        let string = self.take(|character| matches!(character, ' '..='~') && character != '"');
        self.eat('"')?;
        (!string.contains('\\')).then_some(string)
    }

    fn time(&mut self) -> Option<UnixMs> {
        number::unix_seconds(self.take(|character| character.is_ascii_digit()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inputs(text: &str) -> Option<Vec<(&str, SignatureInput<'_>)>> {
        dictionary(text, signature_input)
    }

    #[test]
    fn an_input_is_read_and_kept_as_it_stands() {
        let text = r#"("@method" "content-digest");created=5;expires=7;keyid="k";alg="a";nonce="n";tag="t""#;
        let field = format!("other=(), \tsig-1={text}");
        let inputs = inputs(&field).unwrap();
        assert_eq!((inputs[0].0, inputs[1].0), ("other", "sig-1"));
        let input = &inputs[1].1;
        assert_eq!(input.components, ["@method", "content-digest"]);
        assert_eq!((input.created, input.expires), (Some(5000), Some(7000)));
        assert_eq!((input.key_id, input.algorithm), (Some("k"), Some("a")));
        assert_eq!(input.text, text);
    }

    #[test]
    fn what_is_not_in_the_signed_spelling_is_refused() {
        for field in [
            "",
            "sig",
            "sig=",
            "sig=5",
            "sig=(",
            r#"sig=("a" "b""#,
            "Sig=()",
            "1=()",
            "sig=(),",
            "sig=() sig2=()",
            "sig=(), sig=()",
            "sig =()",
            "sig= ()",
            " sig=()",
            r#"sig=( "a")"#,
            r#"sig=("a" )"#,
            r#"sig=("a"  "b")"#,
            r#"sig=("a""b")"#,
            r#"sig=("a" "a")"#,
            r#"sig=("a";sf)"#,
            r#"sig=("a\"")"#,
            "sig=(\"\u{e9}\")",
            "sig=(a)",
            r#"sig=("a)"#,
            "sig=();created",
            "sig=();created=",
            "sig=();created=01",
            "sig=();created=-1",
            "sig=();created=1.5",
            "sig=();created=\"1\"",
            "sig=(); created=1",
            "sig=();created=1;created=1",
            "sig=();keyid=k",
            "sig=();unheard-of=1",
            "sig=();created=100000000000",
        ] {
            assert!(inputs(field).is_none(), "{field}");
        }
    }

    #[test]
    fn byte_sequences_stand_between_colons() {
        let read = |text| dictionary(text, byte_sequence);
        assert_eq!(read("a=:QUJD:,b=::"), Some(vec![("a", "QUJD"), ("b", "")]));
        for text in [
            "a=QUJD",
            "a=:QUJD",
            "a=:QU-D:",
            "a=:QUJD:;p=1",
            "a=:QUJD:, a=:QUJD:",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
