//! Values of the contract as serde writes its Rust types, for hosts that call components by these.
//!
//! | type          | here                                              |
//! |---------------|---------------------------------------------------|
//! | record        | object, members in snake case                     |
//! | enum, variant | name in upper camel case, or `{"Name": payload}`  |
//! | result        | `{"Ok": value}` or `{"Err": value}`               |
//! | list of u8    | array of numbers                                  |
//! | others        | as in cases                                       |

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value};

use crate::contract::Contract;
use crate::value::{bytes, list as array, member, quoted, single};

/// A value does not have the type that the contract says, or the contract has no such function or type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct TypeError(String);

impl Contract {
    /// The arguments of a call, without a method's resource, from JSON as in a case in which every kept value is
    /// filled in.
    ///
    /// # Errors
    /// The contract has no such function, or it takes others.
    pub fn arguments_in_rust(
        &self,
        function: &str,
        arguments: &[Value],
    ) -> Result<Vec<Value>, TypeError> {
        let parameters = &self.function(function)?.parameters;
        if parameters.len() != arguments.len() {
            return Err(TypeError(format!(
                "{function} takes {} arguments",
                parameters.len()
            )));
        }
        let pairs = parameters.iter().zip(arguments);
        let values = pairs.filter(|(ty, _)| kind(ty).0 != "handle");
        values.map(|(ty, json)| self.to_rust(ty, json)).collect()
    }

    /// The answer of a call as transcripts have it.
    ///
    /// # Errors
    /// The contract has no such function, or it does not answer so.
    pub fn answer_from_rust(&self, function: &str, answer: &Value) -> Result<String, TypeError> {
        let result = self.function(function)?.result.as_ref();
        self.from_rust(result.unwrap_or(&Value::Null), answer)
    }

    fn function(&self, name: &str) -> Result<&crate::contract::Function, TypeError> {
        let mut functions = self.interfaces().map(|(_, it)| &it.functions);
        functions
            .find_map(|functions| functions.get(name))
            .ok_or_else(|| TypeError(format!("the contract has no function {name}")))
    }

    fn to_rust(&self, ty: &Value, json: &Value) -> Result<Value, TypeError> {
        let (name, of) = kind(ty);
        let not = || TypeError(format!("{json} is no {ty}"));
        Ok(match name {
            "named" => self.to_rust(self.definition(of)?, json)?,
            "list" if *of == "u8" => bytes(json).ok_or_else(not)?.into(),
            "list" => {
                let items = json.as_array().ok_or_else(not)?.iter();
                let items = items.map(|item| self.to_rust(of, item));
                items.collect::<Result<Vec<_>, _>>()?.into()
            }
            "tuple" => {
                let items = json.as_array().filter(|it| it.len() == list(of).len());
                let items = list(of).iter().zip(items.ok_or_else(not)?);
                let items = items.map(|(ty, item)| self.to_rust(ty, item));
                items.collect::<Result<Vec<_>, _>>()?.into()
            }
            "option" if json.is_null() => Value::Null,
            "option" => self.to_rust(of, json)?,
            "record" => {
                let members = json.as_object().ok_or_else(not)?;
                let fields = pairs(of).map(|(field, ty)| {
                    let member = members.get(field).unwrap_or(&Value::Null);
                    Ok((snake(field), self.to_rust(ty, member)?))
                });
                Value::Object(fields.collect::<Result<Map<_, _>, TypeError>>()?)
            }
            "enum" => camel(json.as_str().ok_or_else(not)?).into(),
            "variant" => match (json.as_str(), single(json)) {
                (Some(case), _) => camel(case).into(),
                (None, Some((case, payload))) => {
                    let found = pairs(of).find(|(name, _)| *name == case);
                    let (_, ty) = found.ok_or_else(not)?;
                    wrapped(&camel(case), self.to_rust(ty, payload)?)
                }
                (None, None) => return Err(not()),
            },
            "result" => {
                let (case, payload) = single(json).ok_or_else(not)?;
                let (at, rust) = match case {
                    "ok" => (0, "Ok"),
                    "error" => (1, "Err"),
                    _ => return Err(not()),
                };
                match list(of).get(at) {
                    Some(Value::Null) | None => wrapped(rust, Value::Null),
                    Some(ty) => wrapped(rust, self.to_rust(ty, payload)?),
                }
            }
            _ => json.clone(),
        })
    }

    #[expect(clippy::wrong_self_convention, reason = "the pair of `to_rust`")]
    fn from_rust(&self, ty: &Value, rust: &Value) -> Result<String, TypeError> {
        let (name, of) = kind(ty);
        let not = || TypeError(format!("{rust} is no {ty} in Rust"));
        Ok(match name {
            "named" => self.from_rust(self.definition(of)?, rust)?,
            "handle" => r#""handle""#.to_owned(),
            "list" if *of == "u8" => {
                let items = rust.as_array().ok_or_else(not)?.iter();
                let items = items.map(|item| item.as_u64()?.try_into().ok());
                let bytes = items.collect::<Option<Vec<u8>>>().ok_or_else(not)?;
                member("base64", &quoted(&BASE64_STANDARD.encode(bytes)))
            }
            "list" => {
                let items = rust.as_array().ok_or_else(not)?.iter();
                let items = items.map(|item| self.from_rust(of, item));
                array(items.collect::<Result<Vec<_>, _>>()?.into_iter())
            }
            "tuple" => {
                let items = rust.as_array().filter(|it| it.len() == list(of).len());
                let items = list(of).iter().zip(items.ok_or_else(not)?);
                let items = items.map(|(ty, item)| self.from_rust(ty, item));
                array(items.collect::<Result<Vec<_>, _>>()?.into_iter())
            }
            "option" if rust.is_null() => "null".to_owned(),
            "option" => self.from_rust(of, rust)?,
            "record" => {
                let members = rust.as_object().ok_or_else(not)?;
                let fields = pairs(of).map(|(field, ty)| {
                    let member = members.get(&snake(field)).ok_or_else(not)?;
                    Ok(format!("{}:{}", quoted(field), self.from_rust(ty, member)?))
                });
                let fields = fields.collect::<Result<Vec<_>, TypeError>>()?;
                format!("{{{}}}", fields.join(","))
            }
            "enum" => {
                let mut names = list(of).iter().filter_map(Value::as_str);
                let found = names.find(|name| rust.as_str() == Some(&camel(name)));
                quoted(found.ok_or_else(not)?)
            }
            "variant" => {
                let (case, payload) = match rust.as_str() {
                    Some(case) => (case, &Value::Null),
                    None => single(rust).ok_or_else(not)?,
                };
                let found = pairs(of).find(|(name, _)| camel(name) == case);
                match found.ok_or_else(not)? {
                    (name, Value::Null) => quoted(name),
                    (name, ty) => member(name, &self.from_rust(ty, payload)?),
                }
            }
            "result" => {
                let (case, payload) = single(rust).ok_or_else(not)?;
                let (at, name) = match case {
                    "Ok" => (0, "ok"),
                    "Err" => (1, "error"),
                    _ => return Err(not()),
                };
                let ty = list(of).get(at).unwrap_or(&Value::Null);
                member(name, &self.from_rust(ty, payload)?)
            }
            _ => rust.to_string(),
        })
    }

    fn definition(&self, name: &Value) -> Result<&Value, TypeError> {
        let found = name.as_str().and_then(|name| self.named(name));
        found.ok_or_else(|| TypeError(format!("the contract has no type {name}")))
    }
}

/// What kind of type it is, and of what.
fn kind(ty: &Value) -> (&str, &Value) {
    match ty {
        Value::String(primitive) => (primitive, &Value::Null),
        _ => single(ty).unwrap_or(("", &Value::Null)),
    }
}

fn list(of: &Value) -> &[Value] {
    of.as_array().map_or(&[], Vec::as_slice)
}

/// The members of a record, or the cases of a variant.
fn pairs(of: &Value) -> impl Iterator<Item = (&str, &Value)> {
    list(of)
        .iter()
        .filter_map(|pair| Some((pair.get(0)?.as_str()?, pair.get(1)?)))
}

fn snake(name: &str) -> String {
    name.replace('-', "_")
}

fn camel(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let mut letters = word.chars();
        let first = letters.next().map(|it| it.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    });
    words.collect()
}

fn wrapped(name: &str, payload: Value) -> Value {
    Value::Object(Map::from_iter([(name.to_owned(), payload)]))
}
