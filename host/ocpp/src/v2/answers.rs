//! What stations are answered.

use serde_json::{Map, Value, json};

use super::number;
use crate::Version;
use crate::message::{Cost, Response, TransactionResponse, registration};

/// The longest personal message that every version takes, in characters.
const LONGEST_MESSAGE: usize = 512;

/// What a call is answered with.
pub(crate) fn response(version: Version, response: Response) -> Value {
    match response {
        Response::Authorize { is_accepted } => json!({"idTokenInfo": token_info(is_accepted)}),
        Response::BootNotification {
            now,
            is_accepted,
            interval,
        } => registration(now, is_accepted, interval),
        Response::DataTransfer => json!({"status": "UnknownVendorId"}),
        Response::Heartbeat { now } => json!({"currentTime": now}),
        Response::TransactionEvent(told) => transaction_response(version, told),
        Response::StartTransaction { .. } | Response::Empty => json!({}),
    }
}

fn token_info(is_accepted: bool) -> Value {
    let status = if is_accepted { "Accepted" } else { "Invalid" };
    json!({"status": status})
}

fn transaction_response(version: Version, told: TransactionResponse) -> Value {
    let is_accepted = told.is_accepted == Some(true);
    let mut info = told.is_accepted.map(token_info);
    let mut response = Map::new();
    if let Some(Cost {
        total,
        is_final,
        limit,
        told_price,
    }) = told.cost
    {
        // In 2.0.1 it is the final price only; the running one is told by a message of its own.
        if is_final || version >= Version::V21 {
            response.insert("totalCost".into(), number(total));
        }
        if is_accepted && version >= Version::V21 {
            let limit = json!({"maxCost": number(limit)});
            response.insert("transactionLimit".into(), limit);
        }
        if let (true, Some(price)) = (is_accepted, told_price) {
            let content: String = price.chars().take(LONGEST_MESSAGE).collect();
            let message = json!({"format": "UTF8", "content": content});
            info = Some(json!({"status": "Accepted", "personalMessage": message}));
        }
    }
    if let Some(info) = info {
        response.insert("idTokenInfo".into(), info);
    }
    Value::Object(response)
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;

    use super::*;
    use crate::frame::ErrorCode;
    use crate::message::{self, Incoming};

    #[test]
    fn the_price_so_far_is_told_where_the_version_has_it() {
        let response = |is_final| {
            Response::TransactionEvent(TransactionResponse {
                is_accepted: Some(true),
                cost: Some(Cost {
                    total: Decimal::new(465, 2),
                    is_final,
                    limit: Decimal::new(50, 0),
                    told_price: Some("0.65 EUR/kWh".into()),
                }),
            })
        };
        let id = match message::read(Version::V201, r#"[2,"1","Heartbeat",{}]"#).incoming {
            Incoming::Call(id, _) => id,
            other => panic!("{other:?}"),
        };
        let payload = |version, is_final| {
            let text = message::answer(version, &id, Ok(response(is_final)));
            serde_json::from_str::<Value>(&text).unwrap()[2].clone()
        };
        let info = json!({"status": "Accepted",
            "personalMessage": {"format": "UTF8", "content": "0.65 EUR/kWh"}});
        assert_eq!(payload(Version::V201, false), json!({"idTokenInfo": info}));
        assert_eq!(
            payload(Version::V201, true),
            json!({"idTokenInfo": info, "totalCost": 4.65})
        );
        assert_eq!(
            payload(Version::V21, false),
            json!({"idTokenInfo": info, "totalCost": 4.65, "transactionLimit": {"maxCost": 50}})
        );
        let error = message::answer(Version::V21, &id, Err(ErrorCode::FormatViolation));
        assert_eq!(error, r#"[4,"1","FormatViolation","",{}]"#);
    }
}
