//! The way between a station and a central system above the gateway. Every message is relayed as it is. What the
//! station is answered is the central system's answer, with few exceptions:
//!
//! | the station                                        | the central system             | the station is answered  |
//! |-----------------------------------------------------|--------------------------------|--------------------------|
//! | asks for, or starts under, a token of the gateway's | refuses it                     | the token is accepted, or as [`RefusedTokens`] says |
//! | starts under such a token                           | gives the transaction no number | by a number of the gateway's |
//! | tells of a transaction that is the gateway's        | answers with an error          | it is on record          |
//! | tells something that could not be stored here       | whatever it answers            | with an error, so that it is told again |

use serde::Deserialize;
use serde_json::Value;

use crate::fields::Fields;
use crate::frame::{ErrorCode, Frame, MessageId};
use crate::message::Response;
use crate::oddity::Oddities;

/// Numbers that the gateway gives to transactions in the place of a central system begin here: high enough to be none
/// of that system's, and within OCPP's 31 bits.
const OWN_NUMBERS_FROM: i64 = 1_800_000_000;
/// As many of them there are.
const OWN_NUMBERS: i64 = 300_000_000;

/// What follows if the central system refuses a token of the gateway's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefusedTokens {
    /// The station is told that the token is good: the card has paid.
    #[default]
    Accept,
    /// The station is told so, and does not charge.
    Refuse,
}

/// A message of the central system, by what has to be known to relay it.
#[derive(Debug, PartialEq, Eq)]
pub enum Envelope {
    /// A call, to be answered by the station under this id.
    Call(MessageId),
    /// The answer to a station's call.
    Answer(MessageId),
    /// Something that is never answered.
    Other,
}

/// What a message of the central system is.
#[must_use]
pub fn envelope(text: &str) -> Envelope {
    match Frame::read(text, &mut Oddities::default()) {
        Frame::Call { id, .. } => Envelope::Call(id),
        Frame::BrokenCall { id: Some(id) } => Envelope::Call(id),
        Frame::Result { id, .. } | Frame::Error { id } => Envelope::Answer(id),
        Frame::BrokenCall { id: None } | Frame::Unanswered | Frame::Unknown => Envelope::Other,
    }
}

/// What the central system answered to a station's call.
#[derive(Debug, PartialEq, Eq)]
pub struct UpstreamAnswer {
    /// It is an error.
    pub is_error: bool,
    /// It refuses the token that the station named.
    pub refuses_token: bool,
    /// The number that it gives to a transaction.
    pub transaction: Option<i64>,
    /// How often it wants a heartbeat, in seconds.
    pub heartbeat_interval: Option<u64>,
}

impl UpstreamAnswer {
    /// It did not answer.
    pub const MISSING: Self = Self {
        is_error: true,
        refuses_token: false,
        transaction: None,
        heartbeat_interval: None,
    };

    /// Read it.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let odd = &mut Oddities::default();
        let (payload, is_error) = match Frame::read(text, odd) {
            Frame::Result { payload, .. } => (payload, false),
            _ => (Value::Null, true),
        };
        let mut fields = Fields::new("", &payload, odd);
        let mut status = |name| fields.part(name, odd).text("status", odd);
        let status = status("idTagInfo").or_else(|| status("idTokenInfo"));
        let interval = fields.integer("interval", odd);
        Self {
            is_error,
            refuses_token: status.is_some_and(|it| !it.eq_ignore_ascii_case("Accepted")),
            transaction: fields.integer("transactionId", odd).filter(|id| *id > 0),
            heartbeat_interval: interval.and_then(|interval| u64::try_from(interval).ok()),
        }
    }
}

/// What a station is answered.
#[derive(Debug, PartialEq)]
pub enum Verdict {
    /// As the central system does, byte for byte.
    Relay,
    /// By the gateway.
    Own(Result<Response, ErrorCode>),
}

/// What a station is answered to a call that the gateway would answer with `own`. `is_ours`: it is about one of the
/// gateway's transactions.
#[must_use]
pub fn verdict(
    own: Result<Response, ErrorCode>,
    is_ours: bool,
    upstream: &UpstreamAnswer,
    refused_tokens: RefusedTokens,
) -> Verdict {
    let own = match own {
        Err(ErrorCode::InternalError) => return Verdict::Own(Err(ErrorCode::InternalError)),
        Err(_) => return Verdict::Relay,
        Ok(own) => own,
    };
    let is_overruled = upstream.refuses_token && refused_tokens == RefusedTokens::Accept;
    let names_good_token = match &own {
        Response::Authorize { is_accepted } | Response::StartTransaction { is_accepted, .. } => {
            *is_accepted
        }
        Response::TransactionEvent(told) => told.is_accepted == Some(true),
        _ => false,
    };
    let is_relayed_refusal = upstream.refuses_token && !is_overruled;
    let is_own = match &own {
        Response::Authorize { .. } => names_good_token && (is_overruled || upstream.is_error),
        // Without a number it could not be stopped.
        Response::StartTransaction { .. } if upstream.transaction.is_none() => {
            names_good_token && !is_relayed_refusal
        }
        _ => is_ours && upstream.is_error || names_good_token && is_overruled,
    };
    if !is_own {
        return Verdict::Relay;
    }
    Verdict::Own(Ok(match own {
        Response::StartTransaction {
            number,
            is_accepted,
        } => Response::StartTransaction {
            number: number_of(number, upstream),
            is_accepted,
        },
        own => own,
    }))
}

/// The number by which the station knows a transaction of this number: the central system's, or one that is none of
/// its.
#[must_use]
pub fn number_of(number: i64, upstream: &UpstreamAnswer) -> i64 {
    upstream.transaction.unwrap_or_else(|| own_number(number))
}

/// The number by which the station knows a transaction of this number, if the central system gives it none.
#[must_use]
pub fn own_number(number: i64) -> i64 {
    OWN_NUMBERS_FROM.saturating_add(number.rem_euclid(OWN_NUMBERS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::TransactionResponse;

    fn start(number: i64, is_accepted: bool) -> Result<Response, ErrorCode> {
        Ok(Response::StartTransaction {
            number,
            is_accepted,
        })
    }

    fn answer(text: &str) -> UpstreamAnswer {
        UpstreamAnswer::read(text)
    }

    const ACCEPTED: &str = r#"[3,"1",{"transactionId":77,"idTagInfo":{"status":"Accepted"}}]"#;
    const REFUSED: &str = r#"[3,"1",{"transactionId":77,"idTagInfo":{"status":"Invalid"}}]"#;
    const REFUSED_WITHOUT: &str =
        r#"[3,"1",{"transactionId":-1,"idTagInfo":{"status":"Invalid"}}]"#;
    const ERROR: &str = r#"[4,"1","InternalError","",{}]"#;

    #[test]
    fn what_the_central_system_accepts_is_relayed() {
        let own = start(5, true);
        let verdict = verdict(own, true, &answer(ACCEPTED), RefusedTokens::Accept);
        assert_eq!(verdict, Verdict::Relay);
    }

    #[test]
    fn a_token_of_the_gateways_is_good_although_the_central_system_refuses_it() {
        let decide = |upstream: &str, refused_tokens| {
            verdict(start(5, true), true, &answer(upstream), refused_tokens)
        };
        let own = |number| Verdict::Own(start(number, true));
        assert_eq!(decide(REFUSED, RefusedTokens::Accept), own(77));
        assert_eq!(
            decide(REFUSED_WITHOUT, RefusedTokens::Accept),
            own(1_800_000_005)
        );
        assert_eq!(decide(ERROR, RefusedTokens::Accept), own(1_800_000_005));
        assert_eq!(decide(REFUSED, RefusedTokens::Refuse), Verdict::Relay);
        let authorize = Ok(Response::Authorize { is_accepted: true });
        let invalid = answer(r#"[3,"1",{"idTagInfo":{"status":"Invalid"}}]"#);
        let decided = verdict(authorize.clone(), false, &invalid, RefusedTokens::Accept);
        assert_eq!(decided, Verdict::Own(authorize));
        let event = Ok(Response::TransactionEvent(TransactionResponse {
            is_accepted: Some(true),
            cost: None,
        }));
        let unknown = answer(r#"[3,"1",{"idTokenInfo":{"status":"Unknown"}}]"#);
        let decided = verdict(event.clone(), true, &unknown, RefusedTokens::Accept);
        assert_eq!(decided, Verdict::Own(event));
    }

    #[test]
    fn a_transaction_without_a_number_of_the_central_system_gets_one_of_the_gateways() {
        for upstream in [
            r#"[3,"1",{"transactionId":0,"idTagInfo":{"status":"Accepted"}}]"#,
            r#"[3,"1",{"idTagInfo":{"status":"Accepted"}}]"#,
        ] {
            let upstream = answer(upstream);
            let decided = verdict(start(5, true), true, &upstream, RefusedTokens::Refuse);
            assert_eq!(decided, Verdict::Own(start(1_800_000_005, true)));
        }
    }

    #[test]
    fn a_token_of_others_is_what_the_central_system_says() {
        for upstream in [ACCEPTED, REFUSED, ERROR] {
            let verdict = verdict(
                start(5, false),
                false,
                &answer(upstream),
                RefusedTokens::Accept,
            );
            assert_eq!(verdict, Verdict::Relay, "{upstream}");
        }
    }

    #[test]
    fn an_error_of_the_central_system_is_not_told_for_a_transaction_of_the_gateways() {
        let decide = |is_ours| {
            verdict(
                Ok(Response::Empty),
                is_ours,
                &answer(ERROR),
                RefusedTokens::Accept,
            )
        };
        assert_eq!(decide(true), Verdict::Own(Ok(Response::Empty)));
        assert_eq!(decide(false), Verdict::Relay);
    }

    #[test]
    fn what_could_not_be_stored_is_told_again() {
        let failed = Err(ErrorCode::InternalError);
        let decided = verdict(failed, false, &answer(ACCEPTED), RefusedTokens::Accept);
        assert_eq!(decided, Verdict::Own(Err(ErrorCode::InternalError)));
        let unknown = Err(ErrorCode::NotImplemented);
        let decided = verdict(unknown, false, &answer(ACCEPTED), RefusedTokens::Accept);
        assert_eq!(decided, Verdict::Relay);
    }

    #[test]
    fn calls_and_answers_of_the_central_system_are_told_apart() {
        let is_call = |text: &str| matches!(envelope(text), Envelope::Call(_));
        let is_answer = |text: &str| matches!(envelope(text), Envelope::Answer(_));
        assert!(is_call(r#"[2,"9","Reset",{"type":"Soft"}]"#));
        assert!(is_answer(ACCEPTED) && is_answer(ERROR));
        assert_eq!(
            envelope(r#"[6,"9","NotifyPeriodicEventStream",{}]"#),
            Envelope::Other
        );
        let boot = answer(r#"[3,"1",{"status":"Accepted","interval":600,"currentTime":"x"}]"#);
        assert_eq!(boot.heartbeat_interval, Some(600));
    }
}
