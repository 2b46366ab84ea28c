//! `POST /stations/{station}/events`: what the bridge tells of a station. `chargetap_engine::bridge` says what that may be.

use std::rc::Rc;

use chargetap_engine::EngineError;
use chargetap_engine::bridge::{EVENT_LIMIT, StationEvent};
use chargetap_engine::http::{Body, Response};
use serde_json::{Value, json};
use spin_sdk::http::HeaderMap;

use crate::authorization::has_token;
use crate::commands;
use crate::setup::SpinGateway;

/// Answer the bridge, which shows the bridge token.
pub(crate) async fn answer(
    gateway: &Rc<SpinGateway>,
    station: &str,
    headers: &HeaderMap,
    body: impl Body,
) -> Response {
    if !has_token(headers, &gateway.platform().bridge.token) {
        return Response::text(401, "unauthorized");
    }
    let refused = |status, reason: &str| {
        tracing::warn!(
            station,
            status,
            reason,
            "an event of the bridge was refused"
        );
        Response::text(status, reason)
    };
    let body = match body.read(EVENT_LIMIT).await {
        Ok(body) if body.len() > EVENT_LIMIT => return refused(413, "too large"),
        Ok(body) => body,
        Err(error) => return error.into(),
    };
    // An error's text could repeat a driver's token.
    let Ok(event) = serde_json::from_slice::<StationEvent>(&body) else {
        return refused(
            400,
            "not an event: let the bridge be of the application's version",
        );
    };
    if !matches!(event, StationEvent::Access) {
        match gateway.station_may_connect(station).await {
            Ok(true) => {}
            Ok(false) => return refused(404, "there is no such station that may connect"),
            Err(_) => return Response::text(503, "not stored: tell it again"),
        }
    }
    let kind = event.kind();
    match take_in(gateway, station, event).await {
        Ok(answer) => {
            commands::execute_after_the_answer(gateway);
            Response::json(&answer)
        }
        Err(error) => {
            tracing::error!(%error, station, kind, "a station's report could not be stored");
            Response::text(503, "not stored: tell it again")
        }
    }
}

async fn take_in(
    gateway: &SpinGateway,
    station: &str,
    event: StationEvent,
) -> Result<Value, EngineError> {
    Ok(match event {
        StationEvent::Connected => json!(gateway.station_connected(station).await?),
        StationEvent::Access => json!(gateway.station_access(station).await?),
        StationEvent::Setup => json!(gateway.station_setup(station).await?),
        StationEvent::Tariffs => json!(gateway.station_tariffs(station).await?),
        StationEvent::Booted(boot) => json!(gateway.station_booted(station, &boot).await?),
        StationEvent::Status(status) => json!(gateway.station_status(station, &status).await?),
        StationEvent::Authorizes { token } => {
            json!(gateway.station_authorizes(station, &token).await?)
        }
        StationEvent::Started(start) => json!(gateway.station_started(station, &start).await?),
        StationEvent::Read(readings) => json!(gateway.station_read(station, &readings).await?),
        StationEvent::Stopped(stop) => json!(gateway.station_stopped(station, &stop).await?),
        StationEvent::Transaction(event) => {
            json!(gateway.station_transaction(station, &event).await?)
        }
        StationEvent::Named { number, name } => {
            let named = gateway.station_transaction_named(station, number, &name);
            json!(named.await?)
        }
    })
}
