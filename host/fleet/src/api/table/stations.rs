//! Routes for stations: their records, how they are, and what people have them do.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::paging::{self, Limit, Page};
use super::super::problem::Problem;
use super::super::query::Parameter;
use super::super::request::Request;
use super::super::route::{Route, SUPPORT, Success};
use super::super::station::{OperationOutcome, ShownStation, StationState};
use super::super::{Answer, Method, Task, responder};
use crate::access::AccessScope;
use crate::alert::Secret;
use crate::command::Command;
use crate::credential::{self, PasswordHash, PasswordState};
use crate::fleet::Change;
use crate::moment::Moment;
use crate::operation::{Operation, TriggeredMessage};
use crate::refusal::Reason;
use crate::site::{Station, StationDetails};
use crate::text::{Key, Line, Prose, StationId};

/// A restart of a station.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Reset {
    /// Whether it restarts at once. Otherwise it ends its transactions first (OCPP 1.6), or waits for their end
    /// (OCPP 2).
    #[serde(default)]
    hard: bool,
}

/// A connector to unlock.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Unlock {
    /// Its number.
    #[schemars(range(min = 1, max = 64))]
    connector: u32,
}

/// A message that a station is to send now.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Trigger {
    /// Which.
    message: TriggeredMessage,
    /// Only about this connector, where the message is about one.
    #[schemars(range(min = 1, max = 64))]
    connector: Option<u32>,
}

/// A setting of a station.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Configure {
    /// Its name, such as `HeartbeatInterval`.
    key: Line,
    /// Its new value.
    value: Prose,
}

/// A password to give a station.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewPassword {
    /// The password that the station has already, from a file by `--data`. Without it, one is made up.
    #[schemars(length(min = 8, max = 64), extend("writeOnly" = true))]
    password: Option<String>,
    /// Whether the passwords before are taken no more at once, as somebody else may know them. Otherwise they are taken
    /// for 24 hours, so that the station can be set to the new one.
    #[serde(default)]
    at_once: bool,
}

/// The password that a station was given.
#[derive(Serialize, JsonSchema)]
struct GivenPassword {
    /// The station.
    station: StationId,
    /// The password that was made up; absent if it was given. It is shown only once.
    password: Option<String>,
    /// Until when the password before is taken as well.
    former_until: Option<Moment>,
}

pub(super) fn routes() -> Vec<Route> {
    let mut routes = states();
    routes.extend(operations());
    routes
}

fn states() -> Vec<Route> {
    vec![
        Route::task(
            Method::Get,
            "/stations",
            Success::json::<Page<StationState>>(&[200]),
            |request| {
                let query = &request.query;
                Ok(Task::Stations {
                    site: query.get("site"),
                    after: query.get("after"),
                    limit: query.get::<Limit>("limit").unwrap_or_default().get(),
                })
            },
        )
        .with([Parameter::new::<Key>("site", "Only those at this site")])
        .with(paging::by::<StationId>())
        .named(
            "station",
            "list",
            "List charging stations, and how they are",
        )
        .columns(&[
            ("STATION", "/key"),
            ("SITE", "/details/site"),
            ("STATE", "/state"),
            ("SINCE", "/since"),
            ("MODEL", "/model"),
            ("FIRMWARE", "/firmware"),
            ("ODDITIES", "/oddities"),
            ("CONNECTORS", "/summary"),
        ]),
        Route::task(
            Method::Get,
            "/stations/{station}",
            Success::json::<ShownStation>(&[200]),
            |request| Ok(Task::Station(station(request)?)),
        )
        .named(
            "station",
            "show",
            "Show a station: how it is, what it did, and what it said last",
        ),
        Route::put::<Station, StationDetails>("/stations/{station}", |request| {
            Ok(Command::PutStation(request.key(0)?, request.body()?))
        })
        .named("station", "put", "Put a station on record, or change it"),
        Route::action::<Station>(Method::Post, "/stations/{station}/password", |request| {
            let NewPassword { password, at_once } = request.body()?;
            let password = password.unwrap_or_else(|| credential::generated(request.call.fresh));
            let hash = PasswordHash::of(password.as_bytes(), request.call.fresh);
            let hash = hash.map_err(|error| {
                Problem::invalid(vec![Reason::new("wrong-value", error.to_string())])
            })?;
            Ok(Command::SetStationPassword(request.key(0)?, hash, at_once))
        })
        .with_json::<NewPassword>()
        .giving(Success::json::<GivenPassword>(&[200]))
        .then(given_password)
        .named(
            "station",
            "password",
            "Give a station a password, so that it may connect; it is told once",
        ),
    ]
}

fn given_password(request: &Request<'_>, changes: &[Change]) -> Result<Answer, Problem> {
    let NewPassword { password, .. } = request.body()?;
    let station = &responder::made::<Station>(request, changes)?.value;
    let state = station.credential.as_ref().map(PasswordState::from);
    let given = GivenPassword {
        station: station.key.clone(),
        password: match password {
            Some(_) => None,
            None => Some(credential::generated(request.call.fresh)),
        },
        former_until: state.and_then(|it| it.former_until),
    };
    Ok(Answer::json(200, &given).secret())
}

fn operations() -> Vec<Route> {
    vec![
        operation("/stations/{station}/reset", |request| {
            let id = station(request)?;
            let Reset { hard } = request.body()?;
            Ok(Task::Operate(id, Operation::Reset { is_hard: hard }))
        })
        .with_json::<Reset>()
        .by(SUPPORT)
        .named("station", "reset", "Restart a station"),
        operation("/stations/{station}/unlock", |request| {
            let id = station(request)?;
            let Unlock { connector } = request.body()?;
            Ok(Task::Operate(id, Operation::Unlock { connector }))
        })
        .with_json::<Unlock>()
        .by(SUPPORT)
        .named(
            "station",
            "unlock",
            "Have a station let go of the cable at a connector",
        ),
        operation("/stations/{station}/trigger", |request| {
            let id = station(request)?;
            let Trigger { message, connector } = request.body()?;
            Ok(Task::Operate(id, Operation::Trigger { message, connector }))
        })
        .with_json::<Trigger>()
        .by(SUPPORT)
        .named("station", "trigger", "Have a station send a message now"),
        operation("/stations/{station}/configure", |request| {
            let id = station(request)?;
            let Configure { key, value } = request.body()?;
            let value = Secret::new(value.to_string());
            Ok(Task::Operate(id, Operation::Configure { key, value }))
        })
        .with_json::<Configure>()
        .named("station", "configure", "Change a setting of a station"),
    ]
}

fn operation(path: &'static str, task: fn(&Request<'_>) -> Result<Task, Problem>) -> Route {
    Route::task(
        Method::Post,
        path,
        Success::json::<OperationOutcome>(&[200]),
        task,
    )
}

/// The station that the path names. One without a record belongs to no site, and may be known to the gateway.
fn station(request: &Request<'_>) -> Result<StationId, Problem> {
    let id: StationId = request.key(0)?;
    let is_visible = match request.find::<Station>(id.as_str()) {
        Some(_) => true,
        None => *request.access() == AccessScope::Everywhere,
    };
    match is_visible {
        true => Ok(id),
        false => Err(Problem::not_found()),
    }
}
