//! Whether the types of a component's functions are those of the contract.
//!
//! Types are compared as texts in which no type has a name, as components compare them.

use serde_json::Value;
use wasmtime::component::Type;

use crate::contract::Contract;

/// A component's own type.
pub(crate) fn of(ty: &Type) -> String {
    match ty {
        Type::Bool => "bool".into(),
        Type::S8 => "s8".into(),
        Type::U8 => "u8".into(),
        Type::S16 => "s16".into(),
        Type::U16 => "u16".into(),
        Type::S32 => "s32".into(),
        Type::U32 => "u32".into(),
        Type::S64 => "s64".into(),
        Type::U64 => "u64".into(),
        Type::String => "string".into(),
        Type::List(list) => format!("list<{}>", of(&list.ty())),
        Type::Option(option) => format!("option<{}>", of(&option.ty())),
        Type::Tuple(tuple) => {
            let types: Vec<String> = tuple.types().map(|it| of(&it)).collect();
            format!("tuple<{}>", types.join(", "))
        }
        Type::Result(result) => format!(
            "result<{}, {}>",
            of_optional(result.ok().as_ref()),
            of_optional(result.err().as_ref())
        ),
        Type::Record(record) => members(
            "record",
            record.fields().map(|it| (it.name.to_owned(), of(&it.ty))),
        ),
        Type::Variant(variant) => members(
            "variant",
            variant
                .cases()
                .map(|it| (it.name.to_owned(), of_optional(it.ty.as_ref()))),
        ),
        Type::Enum(names) => names_of("enum", names.names().map(str::to_owned)),
        Type::Flags(flags) => names_of("flags", flags.names().map(str::to_owned)),
        Type::Own(_) | Type::Borrow(_) => "handle".into(),
        other => format!("{other:?}"),
    }
}

pub(crate) fn of_optional(ty: Option<&Type>) -> String {
    ty.map_or_else(|| "_".into(), of)
}

/// The contract's type, as `types.json` says it.
pub(crate) fn expected(contract: &Contract, ty: &Value) -> String {
    let this = |ty: &Value| expected(contract, ty);
    let pairs = |list: &Value| {
        let list = list.as_array().into_iter().flatten();
        let pairs = list.map(|pair| (text(pair.get(0)), this(pair.get(1).unwrap_or(&Value::Null))));
        pairs.collect::<Vec<_>>()
    };
    let names = |list: &Value| {
        let list = list.as_array().into_iter().flatten();
        list.map(|name| text(Some(name))).collect::<Vec<_>>()
    };
    let each = |list: &Value| {
        let list = list.as_array().into_iter().flatten();
        list.map(this).collect::<Vec<_>>().join(", ")
    };
    let (kind, of) = match ty {
        Value::String(primitive) => return primitive.clone(),
        Value::Object(members) => match members.iter().next() {
            Some((kind, of)) => (kind.as_str(), of),
            None => return String::new(),
        },
        _ => return "_".into(),
    };
    match kind {
        "named" => this(
            contract
                .named(of.as_str().unwrap_or_default())
                .unwrap_or(&Value::Null),
        ),
        "record" | "variant" => members(kind, pairs(of).into_iter()),
        "enum" | "flags" => names_of(kind, names(of).into_iter()),
        "list" | "option" => format!("{kind}<{}>", this(of)),
        "tuple" | "result" => format!("{kind}<{}>", each(of)),
        other => other.to_owned(),
    }
}

fn text(value: Option<&Value>) -> String {
    let text = value.and_then(Value::as_str);
    text.unwrap_or_default().to_owned()
}

fn members(kind: &str, members: impl Iterator<Item = (String, String)>) -> String {
    let members = members.map(|(name, ty)| format!("{name}: {ty}"));
    names_of(kind, members)
}

fn names_of(kind: &str, names: impl Iterator<Item = String>) -> String {
    let names: Vec<String> = names.collect();
    format!("{kind} {{{}}}", names.join(", "))
}
