//! Values from JSON and to JSON, by their types.
//!
//! | type                     | JSON                                                               |
//! |--------------------------|--------------------------------------------------------------------|
//! | bool, integers, string   | the same                                                           |
//! | list of u8               | `{"utf8": "…"}` or `{"base64": "…"}`; always base64 when written   |
//! | other lists, tuple       | array                                                              |
//! | option                   | `null`, or the value                                               |
//! | record                   | object; an absent option may be left out, and is `null` if written |
//! | enum                     | its name                                                           |
//! | variant                  | its name, or `{"name": payload}`                                   |
//! | result                   | `{"ok": value}` or `{"error": value}`                              |
//! | handle                   | `{"use": "name"}`; `"handle"` when written                         |

use std::collections::HashMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use wasmtime::component::{Type, Val};

/// What a case has kept, by name.
pub(crate) type Kept = HashMap<String, KeptValue>;

/// A value that a case has kept.
pub(crate) struct KeptValue {
    /// For handles, which JSON cannot hold.
    pub(crate) value: Val,
    pub(crate) json: Value,
}

/// The only member of an object.
pub(crate) fn single(json: &Value) -> Option<(&str, &Value)> {
    let members = json.as_object().filter(|it| it.len() == 1)?;
    members
        .iter()
        .next()
        .map(|(name, value)| (name.as_str(), value))
}

/// The name in `{"KEY": "name"}`.
pub(crate) fn reference<'a>(json: &'a Value, key: &str) -> Option<&'a str> {
    let (found, name) = single(json)?;
    (found == key).then_some(name)?.as_str()
}

/// The bytes in `{"utf8": …}` or `{"base64": …}`.
pub(crate) fn bytes(json: &Value) -> Option<Vec<u8>> {
    let (form, text) = single(json)?;
    match form {
        "utf8" => Some(text.as_str()?.as_bytes().to_vec()),
        "base64" => BASE64_STANDARD.decode(text.as_str()?).ok(),
        _ => None,
    }
}

/// Whether it is a list of bytes.
pub(crate) fn is_bytes(ty: &Type) -> bool {
    matches!(ty, Type::List(list) if list.ty() == Type::U8)
}

/// The bytes of a list of them.
pub(crate) fn bytes_of(values: &[Val]) -> Vec<u8> {
    let bytes = values.iter().filter_map(|value| match value {
        Val::U8(byte) => Some(*byte),
        _ => None,
    });
    bytes.collect()
}

/// An argument. The error says what it is not.
pub(crate) fn read(ty: &Type, json: &Value, kept: &Kept) -> Result<Val, String> {
    if let Some(name) = reference(json, "use") {
        let kept_value = kept
            .get(name)
            .ok_or_else(|| format!("nothing is kept as {name}"))?;
        return match ty {
            Type::Own(_) | Type::Borrow(_) => Ok(kept_value.value.clone()),
            _ => read(ty, &kept_value.json, kept),
        };
    }
    let not = |what: &str| format!("{} is no {what}", shortened(&json.to_string()));
    match ty {
        Type::Bool => json.as_bool().map(Val::Bool),
        Type::U8 => unsigned(json).map(Val::U8),
        Type::U16 => unsigned(json).map(Val::U16),
        Type::U32 => unsigned(json).map(Val::U32),
        Type::U64 => unsigned(json).map(Val::U64),
        Type::S8 => signed(json).map(Val::S8),
        Type::S16 => signed(json).map(Val::S16),
        Type::S32 => signed(json).map(Val::S32),
        Type::S64 => signed(json).map(Val::S64),
        Type::String => json.as_str().map(|it| Val::String(it.to_owned())),
        Type::Enum(it) => json
            .as_str()
            .filter(|name| it.names().any(|other| other == *name))
            .map(|name| Val::Enum(name.to_owned())),
        Type::Flags(_) => texts(json).map(Val::Flags),
        Type::List(_) if is_bytes(ty) => {
            bytes(json).map(|it| Val::List(it.into_iter().map(Val::U8).collect()))
        }
        Type::List(list) => {
            let items = json.as_array().ok_or_else(|| not("list"))?.iter();
            let items = items.map(|item| read(&list.ty(), item, kept));
            return Ok(Val::List(items.collect::<Result<_, _>>()?));
        }
        Type::Tuple(tuple) => {
            let items = json.as_array();
            let items = items.filter(|it| it.len() == tuple.types().len());
            let items = items.ok_or_else(|| not("tuple of so many"))?;
            let items = tuple.types().zip(items);
            let items = items.map(|(ty, item)| read(&ty, item, kept));
            return Ok(Val::Tuple(items.collect::<Result<_, _>>()?));
        }
        Type::Option(_) if json.is_null() => Some(Val::Option(None)),
        Type::Option(option) => {
            let inner = read(&option.ty(), json, kept)?;
            return Ok(Val::Option(Some(Box::new(inner))));
        }
        Type::Record(_) => return read_record(ty, json, kept),
        Type::Variant(_) => return read_variant(ty, json, kept),
        _ => None,
    }
    .ok_or_else(|| not(&crate::shape::of(ty)))
}

fn unsigned<T: TryFrom<u64>>(json: &Value) -> Option<T> {
    json.as_u64()?.try_into().ok()
}

fn signed<T: TryFrom<i64>>(json: &Value) -> Option<T> {
    json.as_i64()?.try_into().ok()
}

fn texts(json: &Value) -> Option<Vec<String>> {
    let texts = json.as_array()?.iter();
    texts.map(|it| it.as_str().map(str::to_owned)).collect()
}

fn read_record(ty: &Type, json: &Value, kept: &Kept) -> Result<Val, String> {
    let (Type::Record(record), Some(members)) = (ty, json.as_object()) else {
        return Err(format!("{} is no record", shortened(&json.to_string())));
    };
    if let Some(other) = members
        .keys()
        .find(|name| record.fields().all(|field| field.name != name.as_str()))
    {
        return Err(format!("the record has no {other}"));
    }
    let fields = record.fields().map(|field| {
        let member = members.get(field.name).unwrap_or(&Value::Null);
        let value = read(&field.ty, member, kept);
        Ok((
            field.name.to_owned(),
            value.map_err(|why| format!("{}: {why}", field.name))?,
        ))
    });
    Ok(Val::Record(fields.collect::<Result<_, String>>()?))
}

fn read_variant(ty: &Type, json: &Value, kept: &Kept) -> Result<Val, String> {
    let not = || format!("{} is no case of the variant", shortened(&json.to_string()));
    let Type::Variant(variant) = ty else {
        return Err(not());
    };
    let (name, payload) = match json {
        Value::String(name) => (name.as_str(), None),
        _ => single(json)
            .map(|(name, payload)| (name, Some(payload)))
            .ok_or_else(not)?,
    };
    let mut cases = variant.cases();
    let case = cases.find(|case| case.name == name).ok_or_else(not)?;
    let payload = match (&case.ty, payload) {
        (None, None) => None,
        (Some(ty), Some(payload)) => Some(Box::new(read(ty, payload, kept)?)),
        _ => return Err(not()),
    };
    Ok(Val::Variant(name.to_owned(), payload))
}

/// A value as JSON: without spaces, members in the order of the type, every option written.
pub(crate) fn write(ty: &Type, value: &Val) -> String {
    match (ty, value) {
        (_, Val::Bool(it)) => it.to_string(),
        (_, Val::U8(it)) => it.to_string(),
        (_, Val::U16(it)) => it.to_string(),
        (_, Val::U32(it)) => it.to_string(),
        (_, Val::U64(it)) => it.to_string(),
        (_, Val::S8(it)) => it.to_string(),
        (_, Val::S16(it)) => it.to_string(),
        (_, Val::S32(it)) => it.to_string(),
        (_, Val::S64(it)) => it.to_string(),
        (_, Val::String(it) | Val::Enum(it)) => quoted(it),
        (_, Val::Variant(name, None)) => quoted(name),
        (_, Val::Option(None)) => "null".to_owned(),
        (_, Val::Resource(_)) => quoted("handle"),
        (_, Val::Flags(names)) => list(names.iter().map(|it| quoted(it))),
        (_, Val::List(items)) if is_bytes(ty) => {
            member("base64", &quoted(&BASE64_STANDARD.encode(bytes_of(items))))
        }
        (Type::List(of), Val::List(items)) => list(items.iter().map(|it| write(&of.ty(), it))),
        (Type::Tuple(of), Val::Tuple(items)) => {
            list(of.types().zip(items).map(|(ty, it)| write(&ty, it)))
        }
        (Type::Option(of), Val::Option(Some(inner))) => write(&of.ty(), inner),
        (Type::Record(record), Val::Record(fields)) => {
            let fields = record.fields().zip(fields);
            let fields = fields
                .map(|(field, (name, it))| format!("{}:{}", quoted(name), write(&field.ty, it)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
        }
        (Type::Variant(variant), Val::Variant(name, Some(payload))) => {
            let mut cases = variant.cases();
            let ty = cases.find(|case| case.name == name).and_then(|it| it.ty);
            let payload = ty.map_or_else(|| "null".to_owned(), |ty| write(&ty, payload));
            member(name, &payload)
        }
        (Type::Result(of), Val::Result(Ok(payload))) => {
            member("ok", &optional(of.ok().as_ref(), payload.as_deref()))
        }
        (Type::Result(of), Val::Result(Err(payload))) => {
            member("error", &optional(of.err().as_ref(), payload.as_deref()))
        }
        // The component's types were compared with the contract's, which has no others.
        _ => quoted(&format!("{value:?}")),
    }
}

fn optional(ty: Option<&Type>, value: Option<&Val>) -> String {
    match (ty, value) {
        (Some(ty), Some(value)) => write(ty, value),
        _ => "null".to_owned(),
    }
}

pub(crate) fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

pub(crate) fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(","))
}

pub(crate) fn member(name: &str, value: &str) -> String {
    format!("{{{}:{value}}}", quoted(name))
}

/// The longest text of a value that people are shown, in characters.
const SHOWN: usize = 400;

/// A text that is not too long to read.
pub(crate) fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
