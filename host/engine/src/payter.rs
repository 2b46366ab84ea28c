//! Payter's Cloud Payment Service: requests, and what their answers mean.
//!
//! Calls and parameters are those of known integrations; what no source confirms is not relied on.
//! In particular the terminal's states are an open list, of which only three matter here.

use chargetap_contract::session::CommandResult;
use chargetap_contract::terminal::Hold;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::json;

use crate::asks::{Choice, option_id};
use crate::config::QrScreen;
use crate::gateway::Gateway;
use crate::http::{Answer, Method, Outgoing, SendError};
use crate::platform::Platform;

/// How long Payter may take, in milliseconds. An authorisation waits for the issuer.
mod timeout {
    pub(super) const AUTHORISE: u64 = 45_000;
    pub(super) const OTHER: u64 = 15_000;
}

/// How long a text stays on the terminal's screen that says what became of a hold, in milliseconds.
pub(crate) const MESSAGE_LASTS: u64 = 10_000;
/// The same in the seconds that Payter counts in.
const MESSAGE_SECONDS: &str = "10";

/// What may stand unescaped in a path segment or query value.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// What Payter says of a terminal.
#[derive(Debug, Deserialize)]
pub(crate) struct TerminalStatus {
    pub(crate) online: bool,
    #[serde(default)]
    state: String,
}

/// The states that matter to the gateway.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum TerminalState {
    /// It waits for a card.
    Reading,
    /// It was shown one.
    Card,
    /// It can be told to read, as far as is known.
    Other,
}

impl TerminalStatus {
    /// What Payter calls its state.
    pub(crate) fn name(&self) -> &str {
        &self.state
    }

    pub(crate) fn state(&self) -> TerminalState {
        match self.state.as_str() {
            "READING" => TerminalState::Reading,
            "CARD" => TerminalState::Card,
            _ => TerminalState::Other,
        }
    }
}

/// An open payment session.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PaymentSession {
    session_id: String,
    authorized_amount: u64,
}

impl From<PaymentSession> for Hold {
    fn from(session: PaymentSession) -> Self {
        Self {
            payment: session.session_id,
            amount: session.authorized_amount,
        }
    }
}

/// Payter gave no usable answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PayterError {
    #[error(transparent)]
    Send(#[from] SendError),
    #[error("status {0}")]
    Status(u16),
    #[error("unreadable answer: {0}")]
    Unreadable(String),
}

impl<P: Platform> Gateway<P> {
    pub(crate) async fn payter_terminal(
        &self,
        serial: &str,
    ) -> Result<TerminalStatus, PayterError> {
        let answer = self.payter_get(&[serial]).await?;
        parse(&successful(answer)?)
    }

    /// Tell a terminal to read a card and to report it to `callback_url`.
    pub(crate) async fn payter_start(
        &self,
        serial: &str,
        amount: u64,
        callback_url: &str,
        message: &str,
    ) -> Result<(), PayterError> {
        let amount = amount.to_string();
        let query = [
            ("authorizedAmount", amount.as_str()),
            ("callbackUrl", callback_url),
            ("uiMessage", message),
        ];
        let answer = self
            .payter_post(&[serial, "start"], &query, timeout::OTHER)
            .await?;
        successful(answer).map(drop)
    }

    /// Put a choice on a terminal's screen, which reports it to `callback_url`.
    pub(crate) async fn payter_choice(
        &self,
        serial: &str,
        callback_url: &str,
        screen: &str,
        title: &str,
        options: &[Choice],
    ) -> Result<(), PayterError> {
        let labels = options.iter().zip(0..).map(|(option, at)| {
            let key = format!("items.{}.label", option_id(at));
            (key, option.label.as_str().into())
        });
        let properties: serde_json::Map<_, _> = [("title".to_owned(), title.into())]
            .into_iter()
            .chain(labels)
            .collect();
        let screen = json!({"id": screen, "type": "selection", "properties": properties});
        self.payter_screen(serial, &screen, &[("callbackUrl", callback_url)])
            .await
    }

    /// Show a QR code on a terminal's screen, under this title.
    pub(crate) async fn payter_qr_code(
        &self,
        serial: &str,
        screen: &QrScreen,
        title: &str,
        content: &str,
    ) -> Result<(), PayterError> {
        let properties = json!({"title": title, screen.property.as_str(): content});
        let screen = json!({"id": "receipt", "type": screen.kind, "properties": properties});
        self.payter_screen(serial, &screen, &[]).await
    }

    async fn payter_screen(
        &self,
        serial: &str,
        screen: &serde_json::Value,
        query: &[(&str, &str)],
    ) -> Result<(), PayterError> {
        let request = Outgoing {
            body: Some(screen.to_string()),
            ..self.payter_request(Method::Post, &[serial, "ui"], query)
        };
        let answer = self.platform.send(request, timeout::OTHER).await?;
        successful(answer).map(drop)
    }

    /// Take the terminal out of reading, with a text on its screen for so many milliseconds.
    pub(crate) async fn payter_stop(
        &self,
        serial: &str,
        message: &str,
        visible_for: u64,
    ) -> Result<(), PayterError> {
        let seconds = visible_for.div_ceil(1_000).to_string();
        let query = [
            ("uiMessage", message),
            ("uiMessageTimeout", seconds.as_str()),
        ];
        let answer = self
            .payter_post(&[serial, "stop"], &query, timeout::OTHER)
            .await?;
        successful(answer).map(drop)
    }

    /// Reserve money on the card that was just shown.
    pub(crate) async fn payter_authorise(&self, serial: &str, message: &str) -> CommandResult {
        let query = [
            ("uiMessage", message),
            ("uiMessageTimeout", MESSAGE_SECONDS),
        ];
        let answer = self
            .payter_post(&[serial, "authorize"], &query, timeout::AUTHORISE)
            .await;
        authorised(answer)
    }

    pub(crate) async fn payter_commit(
        &self,
        serial: &str,
        payment: &str,
        amount: u64,
        message: &str,
    ) -> CommandResult {
        let amount = amount.to_string();
        let query = [
            ("commitAmount", amount.as_str()),
            ("uiMessage", message),
            ("uiMessageTimeout", MESSAGE_SECONDS),
        ];
        let path = [serial, "sessions", payment, "commit"];
        closed(self.payter_post(&path, &query, timeout::OTHER).await)
    }

    pub(crate) async fn payter_cancel(
        &self,
        serial: &str,
        payment: &str,
        message: &str,
    ) -> CommandResult {
        let query = [
            ("uiMessage", message),
            ("uiMessageTimeout", MESSAGE_SECONDS),
        ];
        let path = [serial, "sessions", payment, "cancel"];
        closed(self.payter_post(&path, &query, timeout::OTHER).await)
    }

    /// The open holds at a terminal.
    pub(crate) async fn payter_open_holds(&self, serial: &str) -> Result<Vec<Hold>, PayterError> {
        let answer = self.payter_get(&[serial, "sessions"]).await?;
        open_holds(&successful(answer)?)
    }

    /// This hold, if it is still open. Only the list says so: a "not found" for the one could as
    /// well mean a terminal that moved, or a path that changed, and must not pass for captured.
    pub(crate) async fn payter_open_hold(
        &self,
        serial: &str,
        payment: &str,
    ) -> Result<Option<Hold>, PayterError> {
        let open = self.payter_open_holds(serial).await?;
        Ok(open.into_iter().find(|hold| hold.payment == payment))
    }

    async fn payter_get(&self, path: &[&str]) -> Result<Answer, SendError> {
        let request = self.payter_request(Method::Get, path, &[]);
        self.platform.send(request, timeout::OTHER).await
    }

    async fn payter_post(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        timeout_ms: u64,
    ) -> Result<Answer, SendError> {
        let request = self.payter_request(Method::Post, path, query);
        self.platform.send(request, timeout_ms).await
    }

    fn payter_request(&self, method: Method, path: &[&str], query: &[(&str, &str)]) -> Outgoing {
        let mut url = format!("{}/terminals", self.config.payter_url);
        for segment in path {
            url.push('/');
            url.extend(utf8_percent_encode(segment, UNRESERVED));
        }
        for (at, (name, value)) in query.iter().enumerate() {
            url.push(if at == 0 { '?' } else { '&' });
            url.push_str(name);
            url.push('=');
            url.extend(utf8_percent_encode(value, UNRESERVED));
        }
        let authorization = format!("CPS apikey=\"{}\"", self.secrets.payter_key.expose_secret());
        Outgoing {
            method,
            url,
            headers: vec![("authorization", authorization)],
            body: None,
        }
    }
}

/// A refusal of the request's form or moment says nothing about the card, and a server's failure
/// nothing about whether the hold was made; every other refusal is a decline.
fn authorised(answer: Result<Answer, SendError>) -> CommandResult {
    match answer {
        Err(SendError::NotSent(error)) => CommandResult::NotDone(error),
        Err(SendError::Lost(_)) => CommandResult::Unknown,
        Ok(Answer {
            status: 200..=299,
            body,
        }) => match parse::<PaymentSession>(&body) {
            Ok(session) => CommandResult::Authorised(session.into()),
            Err(_) => CommandResult::Unknown,
        },
        Ok(Answer {
            status: status @ (401 | 404 | 409 | 429),
            ..
        }) => CommandResult::NotDone(format!("status {status}")),
        Ok(Answer { status: 408, .. }) => CommandResult::Unknown,
        Ok(Answer {
            status: status @ 400..=499,
            ..
        }) => CommandResult::Declined(format!("status {status}")),
        Ok(_) => CommandResult::Unknown,
    }
}

/// For a commit or cancel, 200 and 409 are final and anything else may be tried again.
fn closed(answer: Result<Answer, SendError>) -> CommandResult {
    match answer {
        Err(SendError::NotSent(error)) => CommandResult::NotDone(error),
        Err(SendError::Lost(_)) => CommandResult::Unknown,
        Ok(Answer {
            status: 200 | 204, ..
        }) => CommandResult::Done,
        Ok(Answer { status: 409, .. }) => CommandResult::Conflict,
        Ok(Answer { status: 408, .. }) => CommandResult::Unknown,
        Ok(Answer {
            status: status @ 400..=499,
            ..
        }) => CommandResult::NotDone(format!("status {status}")),
        Ok(_) => CommandResult::Unknown,
    }
}

fn successful(answer: Answer) -> Result<Vec<u8>, PayterError> {
    match answer.status {
        200..=299 => Ok(answer.body),
        status => Err(PayterError::Status(status)),
    }
}

/// Every payment session must be readable as far as its id, and be counted. One whose amount cannot
/// be read is worth nothing to a driver, but it can be voided.
fn open_holds(body: &[u8]) -> Result<Vec<Hold>, PayterError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Listed {
        session_id: String,
        #[serde(default)]
        authorized_amount: serde_json::Value,
    }
    let sessions: Vec<Listed> = parse(body)?;
    Ok(sessions
        .into_iter()
        .map(|session| Hold {
            payment: session.session_id,
            amount: session.authorized_amount.as_u64().unwrap_or_default(),
        })
        .collect())
}

fn parse<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, PayterError> {
    // The error's position is enough; its text could repeat a part of the body.
    serde_json::from_slice(body).map_err(|error| {
        PayterError::Unreadable(format!("line {}, column {}", error.line(), error.column()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Result<Answer, SendError> {
        Ok(Answer {
            status,
            body: body.as_bytes().to_vec(),
        })
    }

    #[test]
    fn an_authorisation_answers_with_the_hold_that_is_guaranteed() {
        let result = authorised(answer(
            200,
            r#"{"sessionId":"s-1","authorizedAmount":5000}"#,
        ));
        let hold = Hold {
            payment: "s-1".into(),
            amount: 5_000,
        };
        assert_eq!(result, CommandResult::Authorised(hold));
    }

    #[test]
    fn a_success_that_cannot_be_read_counts_as_a_lost_answer() {
        assert_eq!(authorised(answer(200, "<html>")), CommandResult::Unknown);
    }

    #[test]
    fn a_server_error_leaves_open_whether_money_moved() {
        assert_eq!(authorised(answer(500, "")), CommandResult::Unknown);
        assert_eq!(closed(answer(502, "")), CommandResult::Unknown);
        assert_eq!(
            closed(Err(SendError::Lost("reset".into()))),
            CommandResult::Unknown
        );
    }

    #[test]
    fn a_request_that_was_not_sent_moved_no_money() {
        let refused = || Err(SendError::NotSent("refused".into()));
        assert_eq!(
            authorised(refused()),
            CommandResult::NotDone("refused".into())
        );
        assert_eq!(closed(refused()), CommandResult::NotDone("refused".into()));
    }

    #[test]
    fn ok_and_conflict_are_final_for_a_commit() {
        assert_eq!(closed(answer(200, "")), CommandResult::Done);
        assert_eq!(closed(answer(204, "")), CommandResult::Done);
        assert_eq!(closed(answer(409, "")), CommandResult::Conflict);
        assert_eq!(
            closed(answer(404, "")),
            CommandResult::NotDone("status 404".into())
        );
    }

    #[test]
    fn a_listed_hold_of_unreadable_amount_does_not_hide_the_others() {
        let list = br#"[{"sessionId":"s-1","authorizedAmount":null},
                        {"sessionId":"s-2","authorizedAmount":5000,"card":{}}]"#;
        let hold = |payment: &str, amount| Hold {
            payment: payment.into(),
            amount,
        };
        let holds = open_holds(list).unwrap();
        assert_eq!(holds, [hold("s-1", 0), hold("s-2", 5_000)]);
    }

    #[test]
    fn a_list_that_cannot_be_read_is_no_empty_list() {
        for body in ["", "{}", "null", r#"[{"id":"s-1"}]"#] {
            assert!(open_holds(body.as_bytes()).is_err(), "{body}");
        }
    }

    #[test]
    fn an_unknown_state_of_a_terminal_is_no_error() {
        let status: TerminalStatus =
            parse(br#"{"serialNumber":"P66-1","online":true,"state":"DREAMING"}"#).unwrap();
        assert_eq!(status.state(), TerminalState::Other);
    }
}
