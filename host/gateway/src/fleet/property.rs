//! The properties of a JSON body, from its schema. The command line has an option for each.

use serde_json::{Map, Value};

/// A value in a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Property {
    /// The names of the members that lead to it.
    pub(super) path: Vec<String>,
    /// Its description, for people.
    pub(super) about: String,
    /// Which values it may have.
    pub(super) form: Form,
    /// Whether it is a list of such values.
    pub(super) is_list: bool,
    /// Whether a body without it is refused.
    pub(super) is_required: bool,
    /// Its value if none is given.
    pub(super) default: Option<Default>,
}

/// Which values a property may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Any text.
    Text,
    /// A moment, as RFC 3339 writes it.
    Moment,
    /// A whole number.
    Integer,
    /// True or false.
    Truth,
    /// One of these texts, each with what it means.
    Choice(Vec<(String, String)>),
    /// A text, or JSON, of this shape.
    Json(String),
}

/// The value of a required property if none is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Default {
    /// This moment.
    Now,
    /// An empty list.
    Empty,
}

impl Property {
    /// The option that sets it, without the hyphens before it.
    pub(super) fn option(&self) -> String {
        self.path.join("-").replace('_', "-")
    }

    /// Whether it is nested, a list, or free JSON.
    pub(super) fn is_deep(&self) -> bool {
        self.path.len() > 1 || self.is_list || matches!(self.form, Form::Json(_))
    }

    /// A body with this value only.
    pub(super) fn patch(&self, value: Value) -> Value {
        let names = self.path.iter().rev();
        names.fold(value, |value, name| {
            Value::Object(Map::from_iter([(name.clone(), value)]))
        })
    }
}

/// All properties of a body with this schema, but for its secrets: other users of a machine see options.
pub(super) fn properties(document: &Value) -> Vec<Property> {
    let mut found = Vec::new();
    gather(
        document,
        resolve(document, document),
        (&[], true),
        &mut found,
    );
    found
}

/// Whether a body with this schema may have a secret.
pub(super) fn has_secret(document: &Value) -> bool {
    members(resolve(document, document)).any(|(_, member)| is_secret(member))
}

fn is_secret(member: &Value) -> bool {
    member.get("writeOnly").and_then(Value::as_bool) == Some(true)
}

/// Which values this schema allows.
pub(super) fn form(document: &Value) -> Form {
    form_of(document, resolve(document, document))
}

fn gather(
    document: &Value,
    object: &Value,
    (path, is_required): (&[String], bool),
    found: &mut Vec<Property>,
) {
    let required = object.get("required").and_then(Value::as_array);
    for (name, member) in members(object) {
        let is_required =
            is_required && required.is_some_and(|names| names.iter().any(|it| it == name));
        let path = [path, std::slice::from_ref(name)].concat();
        let schema = resolve(document, member);
        if is_secret(member) {
            continue;
        }
        if members(schema).next().is_some() {
            gather(document, schema, (&path, is_required), found);
        } else {
            let about = about(member).or_else(|| about(schema)).unwrap_or_default();
            found.push(property(document, schema, path, about, is_required));
        }
    }
}

fn property(
    document: &Value,
    schema: &Value,
    path: Vec<String>,
    about: &str,
    is_required: bool,
) -> Property {
    let item = schema.get("items").map(|item| resolve(document, item));
    let of_items = item.map(|item| form_of(document, item));
    let (form, is_list) = match of_items {
        Some(Form::Json(_)) | None => (form_of(document, schema), false),
        Some(form) => (form, true),
    };
    let may_be_empty = is_list && schema.get("minItems").is_none();
    Property {
        path,
        about: about.trim_end_matches('.').to_owned(),
        default: match form {
            _ if !is_required => None,
            _ if may_be_empty => Some(Default::Empty),
            Form::Moment if !is_list => Some(Default::Now),
            _ => None,
        },
        form,
        is_list,
        is_required,
    }
}

/// The schema with references followed, and without the choice of `null`.
fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let reference = schema.get("$ref").and_then(Value::as_str);
    let definition = reference.and_then(|it| document.pointer(it.strip_prefix('#')?));
    let choices = schema.get("anyOf").and_then(Value::as_array);
    let choice = choices.and_then(|choices| match choices.as_slice() {
        [choice, null] if null.get("type").is_some_and(|it| it == "null") => Some(choice),
        _ => None,
    });
    match definition.or(choice) {
        Some(schema) => resolve(document, schema),
        None => schema,
    }
}

fn form_of(document: &Value, schema: &Value) -> Form {
    if let Some(choices) = choices(document, schema) {
        return Form::Choice(choices);
    }
    let is = |name: &str| match schema.get("type") {
        Some(Value::Array(types)) => types.iter().any(|it| it == name),
        Some(kind) => kind == name,
        None => false,
    };
    match schema.get("format").and_then(Value::as_str) {
        Some("date-time") => Form::Moment,
        _ if is("string") => Form::Text,
        _ if is("integer") => Form::Integer,
        _ if is("boolean") => Form::Truth,
        _ => Form::Json(shape(document, schema)),
    }
}

/// The shape of JSON with this schema, for people.
fn shape(document: &Value, schema: &Value) -> String {
    let schema = resolve(document, schema);
    let choices = schema.get("oneOf").and_then(Value::as_array);
    if let Some(choices) = choices {
        let choices = choices.iter().map(|it| shape(document, it));
        choices.collect::<Vec<_>>().join(" or ")
    } else if let Some(item) = schema.get("items") {
        format!("[{}]", shape(document, item))
    } else if let Some(text) = schema.get("const").and_then(Value::as_str) {
        text.to_owned()
    } else {
        let members =
            members(schema).map(|(name, it)| format!("{name:?}: {}", shape(document, it)));
        match members.collect::<Vec<_>>().join(", ") {
            members if members.is_empty() => "...".to_owned(),
            members => format!("{{{members}}}"),
        }
    }
}

/// The texts that the schema allows, if it allows nothing else.
fn choices(document: &Value, schema: &Value) -> Option<Vec<(String, String)>> {
    if let Some(text) = schema.get("const").and_then(Value::as_str) {
        let about = about(schema).unwrap_or_default();
        return Some(vec![(
            text.to_owned(),
            about.trim_end_matches('.').to_owned(),
        )]);
    }
    if let Some(texts) = schema.get("enum").and_then(Value::as_array) {
        let texts = texts.iter().filter(|it| !it.is_null());
        return texts
            .map(|it| Some((it.as_str()?.to_owned(), String::new())))
            .collect();
    }
    let schemas = schema.get("oneOf").and_then(Value::as_array)?;
    let each = schemas
        .iter()
        .map(|it| choices(document, resolve(document, it)));
    let each: Option<Vec<_>> = each.collect();
    Some(each?.concat())
}

fn members(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    let members = schema.get("properties").and_then(Value::as_object);
    members.into_iter().flatten()
}

fn about(schema: &Value) -> Option<&str> {
    schema.get("description").and_then(Value::as_str)
}
