//! The messages of OCPP 2.0.1 and 2.1. What both have is written alike.
//!
//! | module       | what it is for               |
//! |--------------|------------------------------|
//! | [`calls`]    | what stations call           |
//! | [`answers`]  | what they are answered       |
//! | [`requests`] | what they are asked to do    |

mod answers;
mod calls;
mod requests;

use rust_decimal::Decimal;
use serde_json::{Number, Value};

pub(crate) use answers::response;
pub(crate) use calls::{ACTIONS, read_call};
pub(crate) use requests::request;

/// A decimal as JSON writes it.
pub(crate) fn number(decimal: Decimal) -> Value {
    let number: Option<Number> = decimal.to_string().parse().ok();
    number.map_or(Value::Null, Value::Number)
}
