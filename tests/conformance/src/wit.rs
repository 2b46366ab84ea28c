//! Describes the contract's types for runners in languages that have no type information at run time.

use std::fmt::Write;
use std::path::Path;

use anyhow::{Context, bail};
use serde_json::{Map, Value, json};
use wit_parser::{FunctionKind, Handle, Interface, Resolve, Type, TypeDefKind, TypeId, TypeOwner};

/// The components, each in the folder of its name.
const COMPONENTS: [&str; 3] = [
    "callback-verifier",
    "receipt-generator",
    "session-orchestrator",
];

/// `types.json`, of the folder with the WIT files.
///
/// # Errors
/// The files cannot be read, or have a type that no value of a case can have.
pub fn types_of(wit: &Path) -> anyhow::Result<String> {
    let mut resolve = Resolve::default();
    let (types, _) = resolve.push_dir(wit.join("types"))?;
    let mut components = Map::new();
    for name in COMPONENTS {
        let (package, _) = resolve.push_dir(wit.join(name))?;
        let package = resolve.packages.get(package).context("no package")?;
        let (_, id) = package.interfaces.first().context("no interface")?;
        let interface = resolve.interfaces.get(*id).context("no interface")?;
        let described = json!({
            "interface": resolve.id_of(*id),
            "functions": functions(&resolve, interface)?,
        });
        components.insert(name.to_owned(), described);
    }
    let package = resolve.packages.get(types).context("no package")?;
    let mut named = Map::new();
    for (interface_name, id) in &package.interfaces {
        let interface = resolve.interfaces.get(*id).context("no interface")?;
        for (name, id) in &interface.types {
            let definition = definition(&resolve, *id)?;
            if let Some(definition) = definition {
                named.insert(format!("{interface_name}.{name}"), definition);
            }
        }
    }
    components.insert("types".to_owned(), Value::Object(named));
    let mut all = Value::Object(components);
    // They are sorted already, unless a crate of the build turns on serde_json's `preserve_order`.
    all.sort_all_objects();
    Ok(written(&all))
}

fn functions(resolve: &Resolve, interface: &Interface) -> anyhow::Result<Value> {
    let mut functions = Map::new();
    for function in interface.functions.values() {
        let kind = match function.kind {
            FunctionKind::Freestanding => "function",
            FunctionKind::Method(_) => "method",
            FunctionKind::Static(_) => "static",
            _ => bail!("{} is neither of these", function.name),
        };
        let parameters = function.params.iter();
        let parameters = parameters.map(|it| reference(resolve, &it.ty));
        let described = json!({
            "kind": kind,
            "parameters": parameters.collect::<anyhow::Result<Vec<_>>>()?,
            "result": optional(resolve, function.result.as_ref())?,
        });
        // In WIT's binary form it is `[method]verifier.mint`.
        let name = function.name.rsplit(']').next().unwrap_or_default();
        functions.insert(name.to_owned(), described);
    }
    Ok(Value::Object(functions))
}

fn optional(resolve: &Resolve, of: Option<&Type>) -> anyhow::Result<Value> {
    of.map_or(Ok(Value::Null), |of| reference(resolve, of))
}

/// A type where it is used: by its name, if it has one.
fn reference(resolve: &Resolve, of: &Type) -> anyhow::Result<Value> {
    Ok(match of {
        Type::Bool => json!("bool"),
        Type::U8 => json!("u8"),
        Type::U16 => json!("u16"),
        Type::U32 => json!("u32"),
        Type::U64 => json!("u64"),
        Type::S8 => json!("s8"),
        Type::S16 => json!("s16"),
        Type::S32 => json!("s32"),
        Type::S64 => json!("s64"),
        Type::String => json!("string"),
        Type::Id(id) => {
            let id = original(resolve, *id);
            match qualified(resolve, id) {
                Some(name) => json!({ "named": name }),
                None => kind(resolve, id)?,
            }
        }
        other => bail!("{other:?} is no type of a case"),
    })
}

/// The definition behind `use` and names for names.
fn original(resolve: &Resolve, id: TypeId) -> TypeId {
    match resolve.types.get(id).map(|it| &it.kind) {
        Some(TypeDefKind::Type(Type::Id(other))) => original(resolve, *other),
        _ => id,
    }
}

fn qualified(resolve: &Resolve, id: TypeId) -> Option<String> {
    let definition = resolve.types.get(id)?;
    let TypeOwner::Interface(interface) = definition.owner else {
        return None;
    };
    let interface = resolve.interfaces.get(interface)?.name.as_ref()?;
    Some(format!("{interface}.{}", definition.name.as_ref()?))
}

/// A named type, unless the interface only uses it.
fn definition(resolve: &Resolve, id: TypeId) -> anyhow::Result<Option<Value>> {
    if original(resolve, id) == id {
        kind(resolve, id).map(Some)
    } else {
        Ok(None)
    }
}

fn kind(resolve: &Resolve, id: TypeId) -> anyhow::Result<Value> {
    let of = |ty| reference(resolve, ty);
    let definition = resolve.types.get(id).context("no type")?;
    Ok(match &definition.kind {
        TypeDefKind::Record(record) => {
            let fields = record.fields.iter();
            let fields = fields.map(|it| Ok(json!([it.name, of(&it.ty)?])));
            json!({ "record": fields.collect::<anyhow::Result<Vec<_>>>()? })
        }
        TypeDefKind::Variant(variant) => {
            let cases = variant.cases.iter();
            let cases = cases.map(|it| Ok(json!([it.name, optional(resolve, it.ty.as_ref())?])));
            json!({ "variant": cases.collect::<anyhow::Result<Vec<_>>>()? })
        }
        TypeDefKind::Enum(names) => {
            json!({ "enum": names.cases.iter().map(|it| &it.name).collect::<Vec<_>>() })
        }
        TypeDefKind::Flags(flags) => {
            json!({ "flags": flags.flags.iter().map(|it| &it.name).collect::<Vec<_>>() })
        }
        TypeDefKind::Tuple(tuple) => {
            let types = tuple.types.iter().map(of);
            json!({ "tuple": types.collect::<anyhow::Result<Vec<_>>>()? })
        }
        TypeDefKind::Option(inner) => json!({ "option": of(inner)? }),
        TypeDefKind::List(inner) => json!({ "list": of(inner)? }),
        TypeDefKind::Result(result) => {
            let ok = optional(resolve, result.ok.as_ref())?;
            let error = optional(resolve, result.err.as_ref())?;
            json!({ "result": [ok, error] })
        }
        TypeDefKind::Handle(Handle::Own(resource) | Handle::Borrow(resource)) => {
            let resource = resolve.types.get(original(resolve, *resource));
            json!({ "handle": resource.and_then(|it| it.name.as_ref()) })
        }
        TypeDefKind::Type(inner) => of(inner)?,
        other => bail!("{} is no type of a case", other.as_str()),
    })
}

/// With a line for each function and each named type.
fn written(all: &Value) -> String {
    let mut text = String::new();
    write(&mut text, all, 0);
    text.push('\n');
    text
}

fn write(text: &mut String, value: &Value, depth: usize) {
    let has_lines = |value: &Value| value.as_object().is_some_and(|it| it.contains_key("kind"));
    match value {
        Value::Object(members) if depth < 2 || members.values().any(has_lines) => {
            text.push_str("{\n");
            for (at, (name, member)) in members.iter().enumerate() {
                let comma = if at == 0 { "" } else { ",\n" };
                // Writing into a text does not fail.
                let _ = write!(text, "{comma}{:1$}\"{name}\": ", "", 2 * (depth + 1));
                write(text, member, depth + 1);
            }
            let _ = write!(text, "\n{:1$}}}", "", 2 * depth);
        }
        other => {
            let _ = write!(text, "{other}");
        }
    }
}
