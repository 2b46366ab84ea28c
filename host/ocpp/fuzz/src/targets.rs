//! What must hold of every message that a station could send.

#![allow(
    missing_docs,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "tests: a failure here is a failed test"
)]

use chargetap_ocpp::Version;
use chargetap_ocpp::frame::ErrorCode;
use chargetap_ocpp::message::{self, Incoming, Response};
use serde_json::Value;

/// It is read without a panic; what is answered is a message of OCPP; what is listed as odd can be shown.
pub fn frame(data: &[u8]) {
    for version in [Version::V16, Version::V201, Version::V21] {
        frame_of(version, data);
    }
}

fn frame_of(version: Version, data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let received = message::read(version, &text);
    assert!(received.oddities.len() <= 16);
    for oddity in &received.oddities {
        assert!(oddity.place.len() <= 400);
        assert!(!oddity.place.chars().any(char::is_control));
    }
    let answer = match received.incoming {
        Incoming::Call(id, call) => {
            assert!(!call.action().is_empty());
            message::answer(version, &id, Ok(Response::Empty))
        }
        Incoming::BrokenCall(id) => message::answer(version, &id, Err(ErrorCode::FormatViolation)),
        Incoming::Answer(_, answer) => {
            let _ = answer.is_accepted();
            return;
        }
        Incoming::Nothing => return,
    };
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert!(matches!(answer[0].as_u64(), Some(3 | 4)));
    assert!(answer[1].is_string() || answer[1].is_number());
}
