//! Assembles the body of a call.

use chargetap_fleet::moment::Moment;
use serde_json::{Map, Value};

use super::property::{Default, Property};

/// Merge the record's present details or `--data`, and then the options into one body. The options override what came
/// before (JSON Merge Patch, RFC 7396). `--data` says all of a record, so that a file is what counts: what it leaves out
/// must not stay from before.
pub(super) fn assemble(
    properties: &[Property],
    present: Option<&Value>,
    data: Option<&Value>,
    options: &[(&Property, Value)],
    now: Moment,
) -> Value {
    let mut body = Value::Object(Map::new());
    for property in properties {
        if let Some(default) = property.default {
            let value = match default {
                Default::Now => now.to_string().into(),
                Default::Empty => Value::Array(Vec::new()),
            };
            json_patch::merge(&mut body, &property.patch(value));
        }
    }
    if let Some(patch) = data.or(present) {
        json_patch::merge(&mut body, patch);
    }
    for (property, value) in options {
        json_patch::merge(&mut body, &property.patch(value.clone()));
    }
    body
}
