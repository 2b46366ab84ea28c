//! Payter's Cloud Payment Service: requests, and what their replies mean.
//!
//! Calls and parameters are those of known integrations; what no source confirms is not relied on.
//! In particular the terminal's states are an open list, of which only three matter here.
//!
//! Whether a hold is open is read from the list of open ones only: a "not found" for one hold may mean anything.
//!
//! The provider has 45 s to answer an authorisation, and 15 s otherwise.

mod connection;

use chargetap_contract::session::{CommandResult, PaymentRef};
use chargetap_contract::terminal::Hold;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;

use crate::config::{Config, QrScreen};
use crate::http::{Method, ProviderRequest, ProviderResponse, SendError};
use crate::platform::Platform;
use crate::terminals::prompt::{Choice, option_id};

use connection::Connection;

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

/// The status of a terminal, as Payter tells it.
#[derive(Debug, Deserialize)]
pub(crate) struct TerminalStatus {
    pub(crate) online: bool,
    #[serde(default)]
    state: String,
}

/// The states of a reader that matter to the gateway.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ReaderState {
    /// It waits for a card.
    Reading,
    /// It was shown one.
    Card,
    /// It can be armed, as far as is known.
    Other,
}

impl TerminalStatus {
    /// What Payter calls its state.
    pub(crate) fn name(&self) -> &str {
        &self.state
    }

    pub(crate) fn reader(&self) -> ReaderState {
        match self.state.as_str() {
            "READING" => ReaderState::Reading,
            "CARD" => ReaderState::Card,
            _ => ReaderState::Other,
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

/// An account at Payter.
pub(crate) struct Payter {
    /// Where the API is; without a slash at the end.
    url: String,
    api_key: SecretString,
    connection: Connection,
}

impl Payter {
    pub(crate) fn new(config: &Config, api_key: SecretString) -> Self {
        Self {
            url: config.payter_url.clone(),
            api_key,
            connection: Connection::default(),
        }
    }

    /// Why Payter does not work at the moment, and what to do; nothing if it works. Payter's last answers tell.
    pub(crate) fn problem(&self, platform: &impl Platform) -> Option<String> {
        self.connection.problem(platform.elapsed())
    }

    pub(crate) async fn terminal_status(
        &self,
        platform: &impl Platform,
        serial: &str,
    ) -> Result<TerminalStatus, PayterError> {
        let reply = self.get(platform, &[serial]).await?;
        parse(&successful(reply)?)
    }

    /// Have a terminal read a card and report it to `callback_url`. `language`, of ISO 639-1, is that of the
    /// texts that the terminal has itself.
    pub(crate) async fn arm_reader(
        &self,
        platform: &impl Platform,
        serial: &str,
        amount: u64,
        callback_url: &str,
        message: &str,
        language: &str,
    ) -> Result<(), PayterError> {
        let amount = amount.to_string();
        let query = [
            ("authorizedAmount", amount.as_str()),
            ("callbackUrl", callback_url),
            ("uiMessage", message),
            ("language", language),
        ];
        let path = [serial, "start"];
        let reply = self.post(platform, &path, &query, timeout::OTHER).await?;
        successful(reply).map(drop)
    }

    /// Put a choice on a terminal's screen, which reports it to `callback_url`.
    pub(crate) async fn show_choice(
        &self,
        platform: &impl Platform,
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
        let query = [("callbackUrl", callback_url)];
        self.show_screen(platform, serial, &screen, &query).await
    }

    /// Show a QR code on a terminal's screen, under this title.
    pub(crate) async fn show_qr_code(
        &self,
        platform: &impl Platform,
        serial: &str,
        screen: &QrScreen,
        title: &str,
        content: &str,
    ) -> Result<(), PayterError> {
        let properties = json!({"title": title, screen.property.as_str(): content});
        let screen = json!({"id": "receipt", "type": screen.kind, "properties": properties});
        self.show_screen(platform, serial, &screen, &[]).await
    }

    async fn show_screen(
        &self,
        platform: &impl Platform,
        serial: &str,
        screen: &serde_json::Value,
        query: &[(&str, &str)],
    ) -> Result<(), PayterError> {
        let request = ProviderRequest {
            body: Some(screen.to_string()),
            ..self.request(Method::POST, &[serial, "ui"], query)
        };
        let reply = self.send(platform, request, timeout::OTHER).await?;
        successful(reply).map(drop)
    }

    /// Take the terminal out of reading, with a text on its screen for so many milliseconds.
    pub(crate) async fn show_message(
        &self,
        platform: &impl Platform,
        serial: &str,
        message: &str,
        visible_for: u64,
    ) -> Result<(), PayterError> {
        let seconds = visible_for.div_ceil(1_000).to_string();
        let query = [
            ("uiMessage", message),
            ("uiMessageTimeout", seconds.as_str()),
        ];
        let path = [serial, "stop"];
        let reply = self.post(platform, &path, &query, timeout::OTHER).await?;
        successful(reply).map(drop)
    }

    /// Hold money on the card that was just shown.
    pub(crate) async fn authorise(
        &self,
        platform: &impl Platform,
        serial: &str,
        message: Option<&str>,
    ) -> CommandResult {
        let query = shown(message);
        let path = [serial, "authorize"];
        authorised(self.post(platform, &path, &query, timeout::AUTHORISE).await)
    }

    /// Take so much of a hold, and release the rest.
    pub(crate) async fn capture(
        &self,
        platform: &impl Platform,
        hold: &PaymentRef,
        amount: u64,
        message: Option<&str>,
    ) -> CommandResult {
        let amount = amount.to_string();
        let mut query = shown(message);
        query.push(("commitAmount", amount.as_str()));
        let path = [&hold.terminal, "sessions", &hold.payment, "commit"];
        closed(self.post(platform, &path, &query, timeout::OTHER).await)
    }

    /// Release a hold without taking anything.
    pub(crate) async fn void(
        &self,
        platform: &impl Platform,
        hold: &PaymentRef,
        message: Option<&str>,
    ) -> CommandResult {
        let query = shown(message);
        let path = [&hold.terminal, "sessions", &hold.payment, "cancel"];
        closed(self.post(platform, &path, &query, timeout::OTHER).await)
    }

    /// The open holds at a terminal.
    pub(crate) async fn open_holds(
        &self,
        platform: &impl Platform,
        serial: &str,
    ) -> Result<Vec<Hold>, PayterError> {
        let reply = self.get(platform, &[serial, "sessions"]).await?;
        open_holds(&successful(reply)?)
    }

    /// This hold, if it is still open. Only the list says so: a "not found" for the one hold could as
    /// well mean a terminal that moved, or a path that changed, and must not pass for captured.
    pub(crate) async fn open_hold(
        &self,
        platform: &impl Platform,
        serial: &str,
        payment: &str,
    ) -> Result<Option<Hold>, PayterError> {
        let open = self.open_holds(platform, serial).await?;
        Ok(open.into_iter().find(|hold| hold.payment == payment))
    }

    async fn get(
        &self,
        platform: &impl Platform,
        path: &[&str],
    ) -> Result<ProviderResponse, SendError> {
        let request = self.request(Method::GET, path, &[]);
        self.send(platform, request, timeout::OTHER).await
    }

    async fn post(
        &self,
        platform: &impl Platform,
        path: &[&str],
        query: &[(&str, &str)],
        timeout_ms: u64,
    ) -> Result<ProviderResponse, SendError> {
        let request = self.request(Method::POST, path, query);
        self.send(platform, request, timeout_ms).await
    }

    async fn send(
        &self,
        platform: &impl Platform,
        request: ProviderRequest,
        timeout_ms: u64,
    ) -> Result<ProviderResponse, SendError> {
        let reply = platform.send(request, timeout_ms).await;
        self.connection.answered(&reply, platform.elapsed());
        reply
    }

    fn request(&self, method: Method, path: &[&str], query: &[(&str, &str)]) -> ProviderRequest {
        let mut url = format!("{}/terminals", self.url);
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
        let authorization = format!("CPS apikey=\"{}\"", self.api_key.expose_secret());
        ProviderRequest {
            method,
            url,
            headers: vec![("authorization", authorization)],
            body: None,
        }
    }
}

/// The parameters by which a terminal shows a message for a while, if there is one.
fn shown(message: Option<&str>) -> Vec<(&str, &str)> {
    let message = message.map(|message| {
        [
            ("uiMessage", message),
            ("uiMessageTimeout", MESSAGE_SECONDS),
        ]
    });
    message.into_iter().flatten().collect()
}

/// Maps Payter's reply to an authorisation:
///
/// | reply                              | result       | why                                    |
/// |------------------------------------|--------------|----------------------------------------|
/// | 2xx with a payment session         | `Authorised` | the hold exists                        |
/// | not sent; 401, 404, 409, 429       | `NotDone`    | the request was refused, not the card  |
/// | any other 4xx except 408           | `Declined`   | the card was refused                   |
/// | lost; 408; 5xx; 2xx unreadable     | `Unknown`    | the hold may exist: look it up         |
fn authorised(reply: Result<ProviderResponse, SendError>) -> CommandResult {
    let ProviderResponse { status, body } = match reply {
        Ok(reply) => reply,
        Err(error) => return unanswered(error),
    };
    match status {
        200..=299 => match parse::<PaymentSession>(&body) {
            Ok(session) => CommandResult::Authorised(session.into()),
            Err(_) => CommandResult::Unknown,
        },
        401 | 404 | 409 | 429 => CommandResult::NotDone(format!("status {status}")),
        408 => CommandResult::Unknown,
        400..=499 => CommandResult::Declined(format!("status {status}")),
        _ => CommandResult::Unknown,
    }
}

/// Maps Payter's reply to a capture or a void:
///
/// | reply                     | result     | why                                                |
/// |---------------------------|------------|----------------------------------------------------|
/// | 200, 204                  | `Done`     | final                                              |
/// | 409                       | `Conflict` | final: the hold is closed already                  |
/// | not sent; any other 4xx   | `NotDone`  | the hold is as it was: try again                   |
/// | lost; 408; anything else  | `Unknown`  | the hold may be closed: look it up                 |
fn closed(reply: Result<ProviderResponse, SendError>) -> CommandResult {
    let status = match reply {
        Ok(reply) => reply.status,
        Err(error) => return unanswered(error),
    };
    match status {
        200 | 204 => CommandResult::Done,
        409 => CommandResult::Conflict,
        408 => CommandResult::Unknown,
        400..=499 => CommandResult::NotDone(format!("status {status}")),
        _ => CommandResult::Unknown,
    }
}

fn unanswered(error: SendError) -> CommandResult {
    match error {
        SendError::NotSent(reason) => CommandResult::NotDone(reason),
        SendError::Lost(_) => CommandResult::Unknown,
    }
}

fn successful(reply: ProviderResponse) -> Result<Vec<u8>, PayterError> {
    match reply.status {
        200..=299 => Ok(reply.body),
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

    fn reply(status: u16, body: &str) -> Result<ProviderResponse, SendError> {
        Ok(ProviderResponse {
            status,
            body: body.as_bytes().to_vec(),
        })
    }

    #[test]
    fn an_authorisation_answers_with_the_hold_that_is_guaranteed() {
        let result = authorised(reply(200, r#"{"sessionId":"s-1","authorizedAmount":5000}"#));
        let hold = Hold {
            payment: "s-1".into(),
            amount: 5_000,
        };
        assert_eq!(result, CommandResult::Authorised(hold));
    }

    #[test]
    fn a_success_that_cannot_be_read_counts_as_a_lost_reply() {
        assert_eq!(authorised(reply(200, "<html>")), CommandResult::Unknown);
    }

    #[test]
    fn a_server_error_leaves_open_whether_money_moved() {
        assert_eq!(authorised(reply(500, "")), CommandResult::Unknown);
        assert_eq!(closed(reply(502, "")), CommandResult::Unknown);
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
        assert_eq!(closed(reply(200, "")), CommandResult::Done);
        assert_eq!(closed(reply(204, "")), CommandResult::Done);
        assert_eq!(closed(reply(409, "")), CommandResult::Conflict);
        assert_eq!(
            closed(reply(404, "")),
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
        assert_eq!(status.reader(), ReaderState::Other);
    }
}
