//! What stations call, and what they are answered.

mod v16;
mod v2;

use serde_json::{Value, json};
use thiserror::Error;

pub(super) use self::v16::StartTransaction;
use super::records::Records;
use crate::frame::{self, Frame};
use crate::station::Version;
use crate::time;

/// How often stations are to send a heartbeat, in seconds.
const HEARTBEAT_INTERVAL_S: u32 = 300;

/// A station, and what it speaks.
#[derive(Debug)]
pub(super) struct Caller {
    pub(super) station: String,
    pub(super) version: Version,
}

/// Why a call is answered with an error.
#[derive(Debug, Error)]
enum CallError {
    #[error("there is no such action, or none that is answered here")]
    NotImplemented,
    #[error("it is not by OCPP: {0}")]
    Malformed(#[from] serde_json::Error),
}

impl CallError {
    /// The name of the error in OCPP.
    fn code(&self, version: Version) -> &'static str {
        match (self, version) {
            (Self::NotImplemented, _) => "NotImplemented",
            (Self::Malformed(_), Version::V1_6) => "FormationViolation",
            (Self::Malformed(_), Version::V2_0_1 | Version::V2_1) => "FormatViolation",
        }
    }
}

impl Records {
    /// Takes in a text of a station, and returns the answer if there has to be one.
    pub(super) fn receive(&mut self, caller: &Caller, text: &str, now: u64) -> Option<String> {
        let station = &caller.station;
        match Frame::parse(text) {
            Ok(Frame::Call {
                id,
                action,
                payload,
            }) => {
                self.count(&action);
                let answer = self.answer(caller, &action, payload, now);
                Some(match answer {
                    Ok(payload) => frame::result(&id, &payload),
                    Err(error) => {
                        tracing::warn!(station, action, %error, "a call is answered with an error");
                        frame::error(&id, error.code(caller.version))
                    }
                })
            }
            Ok(Frame::Result { .. } | Frame::Error { .. }) => {
                tracing::warn!(station, "ignoring an answer, for nothing was asked");
                None
            }
            Err(error) => {
                let error = format!("{error:#}");
                tracing::warn!(station, error, "ignoring what is no OCPP message");
                None
            }
        }
    }

    fn answer(
        &mut self,
        caller: &Caller,
        action: &str,
        payload: Value,
        now: u64,
    ) -> Result<Value, CallError> {
        let station = &caller.station;
        match action {
            "BootNotification" => Ok(json!({
                "currentTime": time(now),
                "interval": HEARTBEAT_INTERVAL_S,
                "status": "Accepted",
            })),
            "DataTransfer" => Ok(json!({"status": "UnknownVendorId"})),
            "Heartbeat" => Ok(json!({"currentTime": time(now)})),
            "SignCertificate" => Ok(json!({"status": "Rejected"})),
            _ => match caller.version {
                Version::V1_6 => v16::answer(self, station, action, payload),
                Version::V2_0_1 | Version::V2_1 => v2::answer(self, station, action, payload),
            },
        }
    }
}
