//! Reads the members of a payload, whatever form they have.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde_json::{Map, Value};

use crate::date_time;
use crate::oddity::{Oddities, OddityKind};

/// The members of one object of a message, and which of them were asked for.
pub(crate) struct Fields<'v> {
    /// Absent where there is no object.
    members: Option<&'v Map<String, Value>>,
    action: &'static str,
    asked: Vec<&'static str>,
}

impl<'v> Fields<'v> {
    pub(crate) fn new(action: &'static str, value: &'v Value, oddities: &mut Oddities) -> Self {
        let members = value.as_object();
        let is_empty = matches!(value, Value::Array(list) if list.is_empty());
        if members.is_none() && !is_empty {
            oddities.add(OddityKind::Unreadable, action, "");
        }
        Self {
            members,
            action,
            asked: Vec::new(),
        }
    }

    /// A member, unless it is missing or null.
    fn get(&mut self, name: &'static str, oddities: &mut Oddities) -> Option<&'v Value> {
        self.asked.push(name);
        let members = self.members?;
        let found = members.get(name).or_else(|| {
            let (_, value) = members
                .iter()
                .find(|(key, _)| key.trim().eq_ignore_ascii_case(name))?;
            oddities.add(OddityKind::Capitals, self.action, name);
            Some(value)
        });
        found.filter(|value| !value.is_null())
    }

    /// Whether there is a member of this name, other than null.
    pub(crate) fn has(&self, name: &str) -> bool {
        let found = self.members.and_then(|members| members.get(name));
        found.is_some_and(|value| !value.is_null())
    }

    /// Members that are known and not used here.
    pub(crate) fn ignore(&mut self, names: &[&'static str]) {
        self.asked.extend(names);
    }

    /// All were asked for that are known: list the others.
    pub(crate) fn end(self, oddities: &mut Oddities) {
        for key in self.members.into_iter().flat_map(Map::keys) {
            if !self
                .asked
                .iter()
                .any(|it| key.trim().eq_ignore_ascii_case(it))
            {
                oddities.add(OddityKind::UnknownMember, self.action, key);
            }
        }
    }

    pub(crate) fn odd(&self, kind: OddityKind, name: &str, oddities: &mut Oddities) {
        oddities.add(kind, self.action, name);
    }

    /// A text that must be there; empty if it is not.
    pub(crate) fn required_text(&mut self, name: &'static str, oddities: &mut Oddities) -> String {
        self.text(name, oddities).unwrap_or_else(|| {
            self.odd(OddityKind::Missing, name, oddities);
            String::new()
        })
    }

    /// A text without the white space around it; absent if it is empty.
    pub(crate) fn text(&mut self, name: &'static str, oddities: &mut Oddities) -> Option<String> {
        let text = match self.get(name, oddities)? {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => {
                self.odd(OddityKind::OtherType, name, oddities);
                number.to_string()
            }
            Value::Bool(flag) => {
                self.odd(OddityKind::OtherType, name, oddities);
                flag.to_string()
            }
            _ => {
                self.odd(OddityKind::Unreadable, name, oddities);
                return None;
            }
        };
        (!text.is_empty()).then_some(text)
    }

    /// A text, character for character.
    pub(crate) fn verbatim(
        &mut self,
        name: &'static str,
        oddities: &mut Oddities,
    ) -> Option<String> {
        let text = self.get(name, oddities)?.as_str().map(str::to_owned);
        if text.is_none() {
            self.odd(OddityKind::Unreadable, name, oddities);
        }
        text
    }

    /// A whole number, of which a fraction is dropped.
    pub(crate) fn integer(&mut self, name: &'static str, oddities: &mut Oddities) -> Option<i64> {
        let number = self.whole(name, oddities)?.to_i64();
        if number.is_none() {
            self.odd(OddityKind::Unreadable, name, oddities);
        }
        number
    }

    /// The number of a transaction. One that does not fit is counted as odd, and becomes the largest, which no transaction
    /// of the gateway has.
    pub(crate) fn transaction(
        &mut self,
        name: &'static str,
        oddities: &mut Oddities,
    ) -> Option<i64> {
        let number = self.whole(name, oddities)?;
        let fitting = number.to_i64();
        if fitting.is_none() {
            self.odd(OddityKind::Number, name, oddities);
        }
        let largest = match number.is_sign_negative() {
            true => i64::MIN,
            false => i64::MAX,
        };
        Some(fitting.unwrap_or(largest))
    }

    fn whole(&mut self, name: &'static str, oddities: &mut Oddities) -> Option<Decimal> {
        let (number, is_text) = self.decimal(name, oddities)?;
        if is_text {
            self.odd(OddityKind::OtherType, name, oddities);
        }
        if !number.is_integer() {
            self.odd(OddityKind::Number, name, oddities);
        }
        Some(number.trunc())
    }

    /// The number of a connector, from 0.
    pub(crate) fn connector(&mut self, name: &'static str, oddities: &mut Oddities) -> Option<u32> {
        let number = self.integer(name, oddities)?;
        let connector = u32::try_from(number).ok();
        if connector.is_none() {
            self.odd(OddityKind::Number, name, oddities);
        }
        connector
    }

    /// A register in watt-hours, of which a fraction is dropped. None that is below zero.
    pub(crate) fn register(&mut self, name: &'static str, oddities: &mut Oddities) -> Option<u64> {
        let number = self.integer(name, oddities)?;
        let register = u64::try_from(number).ok();
        if register.is_none() {
            self.odd(OddityKind::Number, name, oddities);
        }
        register
    }

    /// A number, and whether it is a text.
    pub(crate) fn decimal(
        &mut self,
        name: &'static str,
        oddities: &mut Oddities,
    ) -> Option<(Decimal, bool)> {
        let (number, is_text) = match self.get(name, oddities)? {
            Value::Number(number) => (decimal(&number.to_string()), false),
            Value::String(text) if text.trim().is_empty() => return None,
            Value::String(text) => (decimal(text), true),
            _ => (None, false),
        };
        if number.is_none() {
            self.odd(OddityKind::Unreadable, name, oddities);
        }
        Some((number?, is_text))
    }

    /// A moment in milliseconds since 1970.
    pub(crate) fn time(&mut self, name: &'static str, oddities: &mut Oddities) -> Option<u64> {
        let at = match self.get(name, oddities) {
            Some(Value::String(text)) => date_time::read(text),
            Some(Value::Number(number)) => date_time::read(&number.to_string()),
            _ => None,
        };
        match at {
            Some((at, is_usual)) => {
                if !is_usual {
                    self.odd(OddityKind::Time, name, oddities);
                }
                Some(at)
            }
            None => None,
        }
    }

    /// The members of a part; none if it is missing.
    pub(crate) fn part(&mut self, name: &'static str, oddities: &mut Oddities) -> Fields<'v> {
        let part = self.get(name, oddities);
        let members = part.and_then(Value::as_object);
        if part.is_some() && members.is_none() {
            self.odd(OddityKind::Unreadable, name, oddities);
        }
        Self {
            members,
            action: self.action,
            asked: Vec::new(),
        }
    }

    /// The members of a list; a single one stands for a list of one.
    pub(crate) fn list(&mut self, name: &'static str, oddities: &mut Oddities) -> &'v [Value] {
        match self.get(name, oddities) {
            Some(Value::Array(list)) => list,
            Some(single @ Value::Object(_)) => {
                self.odd(OddityKind::OtherType, name, oddities);
                std::slice::from_ref(single)
            }
            Some(_) => {
                self.odd(OddityKind::Unreadable, name, oddities);
                &[]
            }
            None => &[],
        }
    }
}

/// A number as stations write it: with a point or a comma, or with an exponent.
pub(crate) fn decimal(text: &str) -> Option<Decimal> {
    let text = text.trim().replace(',', ".");
    let text = text.strip_prefix('+').unwrap_or(&text);
    let plain = text.strip_suffix('.').unwrap_or(text);
    if plain.starts_with('.') || !plain.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Decimal::from_scientific(plain)
        .or_else(|_| plain.parse())
        .ok()
}
