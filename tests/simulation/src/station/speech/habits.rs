//! How messages look that stations do not write as OCPP has them.

use serde_json::{Map, Value, json};

use crate::faults::Fault;
use crate::world::State;

/// What stations say besides.
const MEMBERS: [&str; 4] = [
    "vendorData",
    "customData",
    "reservationId",
    "transactionData",
];

/// Members that are null are left out, and the payload is spoiled.
pub(super) fn spoil(state: &mut State, payload: &mut Value) {
    leave_out_nulls(payload);
    if state.fault_often(Fault::OddMembers) {
        spoil_members(state, payload);
    }
    if state.fault_often(Fault::OddNumbers) {
        let form = state.rng.pick(0..3);
        each("", payload, &mut |name, value| {
            if let Some(odd) = odd_number(form, name, value) {
                *value = odd;
            }
        });
    }
}

fn leave_out_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(leave_out_nulls);
        }
        Value::Array(list) => list.iter_mut().for_each(leave_out_nulls),
        _ => {}
    }
}

/// Others and more members, and optional ones that are null or have another shape. Tokens have other capitals.
fn spoil_members(state: &mut State, payload: &mut Value) {
    each("", payload, &mut |name, value| {
        if let ("idTag" | "idToken", Value::String(token)) = (name, value) {
            *token = token.to_ascii_lowercase();
        }
    });
    let Value::Object(members) = payload else {
        return;
    };
    let of_other_capitals = state.rng.pick(0..3);
    let renamed = |name: String| match of_other_capitals {
        0 => name.to_ascii_lowercase(),
        1 => name.to_ascii_uppercase(),
        _ => name,
    };
    let named = std::mem::take(members).into_iter();
    *members = named
        .map(|(name, value)| (renamed(name), value))
        .collect::<Map<_, _>>();
    for name in MEMBERS {
        let value = match state.rng.pick(0..5) {
            0 => Value::Null,
            1 => json!({"more": [1, null]}),
            2 => json!(["?"]),
            3 => json!("none"),
            _ => continue,
        };
        members.entry(name).or_insert(value);
    }
}

/// A number as a text or with a fraction; a text as a number.
fn odd_number(form: u64, name: &str, value: &Value) -> Option<Value> {
    match (value, form) {
        _ if name == "timestamp" => None,
        (Value::Number(number), 0) => Some(json!(number.to_string())),
        (Value::Number(number), 1) => fraction(&number.to_string(), ".333"),
        (Value::Number(number), _) => fraction(&number.to_string(), ".0"),
        (Value::String(text), 0) if name == "value" => text.parse().ok().map(|it: f64| json!(it)),
        (Value::String(text), 1) if name == "value" => fraction(text, ".333"),
        (Value::String(text), _) if name == "value" => Some(json!(text.replace('.', ","))),
        _ => None,
    }
}

/// A whole number with a fraction.
fn fraction(whole: &str, fraction: &str) -> Option<Value> {
    whole.parse::<i64>().ok()?;
    let number: f64 = format!("{whole}{fraction}").parse().ok()?;
    Some(json!(number))
}

/// Change every value that is no object and no list, by the name of its member.
fn each(name: &str, value: &mut Value, change: &mut impl FnMut(&str, &mut Value)) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                each(name, member, change);
            }
        }
        Value::Array(list) => {
            for value in list {
                each(name, value, change);
            }
        }
        _ => change(name, value),
    }
}

/// The frame has control characters, lacks its end, or is cut off somewhere.
pub(super) fn spoil_frame(state: &mut State, mut text: String, may_be_cut_off: bool) -> String {
    if state.fault_often(Fault::OddFrame) {
        match state.rng.pick(0..3) {
            0 => {
                let end_of_text = text.rfind('"').unwrap_or_default();
                text.insert_str(end_of_text, "\0\0");
            }
            1 => text.insert(0, '\u{feff}'),
            _ => {
                text.pop();
            }
        }
    }
    if may_be_cut_off && state.fault_often(Fault::CutOff) {
        let half = text.chars().count() / 2;
        text = text.chars().take(half).collect();
    }
    text
}
