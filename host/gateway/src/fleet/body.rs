//! The body of a call, put together from what was said about it.

use chargetap_fleet::moment::Moment;
use serde_json::{Map, Value};

use super::property::{Default, Property};

/// A body: what is there already, then what comes as JSON, then what single options say. Each of
/// them goes over what was before (RFC 7396), so that `null` takes a value away.
pub(super) fn assemble(
    properties: &[Property],
    present: Option<&Value>,
    data: Option<&Value>,
    said: &[(&Property, Value)],
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
    for patch in present.into_iter().chain(data) {
        json_patch::merge(&mut body, patch);
    }
    for (property, value) in said {
        json_patch::merge(&mut body, &property.patch(value.clone()));
    }
    body
}
