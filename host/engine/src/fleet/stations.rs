//! Stations as people see them, and what people have them do.
//!
//! A station is one of the configuration, one on record, one that was heard of, or one that is pending: connected, and
//! not configured. What is known of a pending one is for those who may see every station.

use std::collections::{BTreeMap, BTreeSet};

use chargetap_fleet::access::AccessScope;
use chargetap_fleet::api::{
    Answer, ConnectionState, ConnectorState, OddityCount, OperationAnswer, OperationOutcome, Page,
    PendingStation, Problem, RefusedSetting, RefusedTariff, ShownStation, StationMessage,
    StationState, TransactionState,
};
use chargetap_fleet::context::Actor;
use chargetap_fleet::credential::PasswordState;
use chargetap_fleet::fleet::{Fleet, Record as _};
use chargetap_fleet::moment::Moment;
use chargetap_fleet::operation::Operation;
use chargetap_fleet::refusal::Refusal;
use chargetap_fleet::site::Station;
use chargetap_fleet::text::{Key, StationId};

use super::terminals::Terminals;
use crate::error::EngineError;
use crate::gateway::Gateway;
use crate::platform::{self, Platform, StationAnswer, StationLink, StationOrder};
use crate::store;
use crate::store::station_states::{Introduction, Listed, Reported};

/// So many of a station's transactions are shown.
const RECENT: u32 = 20;

/// The stations that a caller may see: a page of them.
pub(super) async fn list(
    gateway: &Gateway<impl Platform>,
    fleet: &Fleet,
    access: &AccessScope,
    site: Option<&Key>,
    after: Option<&StationId>,
    limit: u32,
) -> Result<Answer, EngineError> {
    let is_wanted = |id: &StationId| {
        let record = fleet.get::<Station>(id.as_str());
        let is_visible = match record {
            Some(record) => access.includes(&record.details.site),
            None => *access == AccessScope::Everywhere,
        };
        is_visible && site.is_none_or(|site| record.is_some_and(|it| it.details.site == *site))
    };
    let pending = pending(gateway, access).await;
    let all = known(gateway, fleet, &pending).await?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut rest = all
        .into_iter()
        .filter(|id| after.is_none_or(|after| id > after) && is_wanted(id));
    let ids: Vec<StationId> = rest.by_ref().take(limit).collect();
    let next = ids.last().filter(|_| rest.next().is_some());
    let stored = Stored::load(&gateway.platform, &ids).await?;
    let mut items = Vec::new();
    for id in &ids {
        let link = gateway.platform.station_link(id.as_str()).await;
        items.push(state(gateway, fleet, id, &stored, &link, pending.get(id)).await);
    }
    let page = Page {
        items,
        next: next.map(ToString::to_string),
    };
    Ok(Answer::json(200, &page))
}

/// Everything about a station.
pub(super) async fn show(
    gateway: &Gateway<impl Platform>,
    fleet: &Fleet,
    access: &AccessScope,
    id: &StationId,
) -> Result<Answer, EngineError> {
    let pending = pending(gateway, access).await;
    if !known(gateway, fleet, &pending).await?.contains(id) {
        return Ok(Problem::not_found().answer());
    }
    let platform = &gateway.platform;
    let stored = Stored::load(platform, std::slice::from_ref(id)).await?;
    let link = platform.station_link(id.as_str()).await;
    let state = state(gateway, fleet, id, &stored, &link, pending.get(id)).await;
    let introduction = stored.introduction(id);
    let moment = |at: Option<u64>| at.map(Moment::from_millis);
    let recent = store::station_states::recent(platform, id.as_str(), RECENT).await?;
    let shown = ShownStation {
        state,
        booted: moment(introduction.and_then(|it| it.booted_at)),
        last_connected: moment(introduction.and_then(|it| it.connected_at)),
        transactions: recent.iter().map(transaction).collect(),
        oddity_kinds: link.oddities.into_iter().map(oddity).collect(),
        refused_settings: link
            .refused_settings
            .into_iter()
            .map(|(key, wanted)| RefusedSetting { key, wanted })
            .collect(),
        refused_tariffs: link
            .refused_tariffs
            .into_iter()
            .map(|(evse, reason)| RefusedTariff { evse, reason })
            .collect(),
        messages: link.messages.into_iter().map(message).collect(),
    };
    Ok(shown.answer())
}

/// Tell a station what to do, and answer with what it says.
pub(super) async fn operate(
    gateway: &Gateway<impl Platform>,
    actor: &Actor,
    id: &StationId,
    operation: &Operation,
) -> Answer {
    let order = match operation {
        Operation::Reset { is_hard } => StationOrder::Reset { is_hard: *is_hard },
        Operation::Unlock { connector } => StationOrder::Unlock {
            connector: *connector,
        },
        Operation::Trigger { message, connector } => StationOrder::Trigger {
            message: *message,
            connector: *connector,
        },
        Operation::Configure { key, value } => StationOrder::Configure {
            key: key.as_str().to_owned(),
            value: value.clone(),
        },
    };
    let answer = gateway.platform.order(id.as_str(), order).await;
    tracing::info!(
        station = %id,
        operation = operation.name(),
        by = %actor.key,
        ?answer,
        "somebody operated a station"
    );
    let answer = match answer {
        StationAnswer::Accepted => OperationAnswer::Accepted,
        StationAnswer::Later => OperationAnswer::Later,
        StationAnswer::Rejected => OperationAnswer::Refused,
        StationAnswer::Unknown => OperationAnswer::NoAnswer,
        StationAnswer::NotConnected => {
            let text = format!(
                "station {id} is not connected, and was not asked: see to its power and its network, \
                 and try again once it is connected"
            );
            return Problem::from(Refusal::conflict("station-not-connected", text)).answer();
        }
    };
    Answer::json(200, &OperationOutcome::of(operation, answer))
}

/// Why a station cannot be told to do anything: there is none, or it is pending.
pub(super) async fn obstacle(
    gateway: &Gateway<impl Platform>,
    fleet: &Fleet,
    access: &AccessScope,
    id: &StationId,
) -> Result<Option<Problem>, EngineError> {
    let pending = pending(gateway, access).await;
    if pending.contains_key(id) {
        let text = format!(
            "station {id} is pending, and was not asked: its record does not say how it proves who it is. `chargetap \
             fleet station show {id}` has the commands for that"
        );
        return Ok(Some(Refusal::conflict("station-pending", text).into()));
    }
    let is_known = known(gateway, fleet, &pending).await?.contains(id);
    Ok((!is_known).then(Problem::not_found))
}

/// The stations that are pending, if the caller may see them.
async fn pending(
    gateway: &Gateway<impl Platform>,
    access: &AccessScope,
) -> BTreeMap<StationId, platform::PendingStation> {
    if *access != AccessScope::Everywhere {
        return BTreeMap::new();
    }
    let all = gateway.platform.pending_stations().await.into_iter();
    all.filter_map(|it| Some((it.id.parse().ok()?, it)))
        .collect()
}

/// Every station.
async fn known(
    gateway: &Gateway<impl Platform>,
    fleet: &Fleet,
    pending: &BTreeMap<StationId, platform::PendingStation>,
) -> Result<BTreeSet<StationId>, EngineError> {
    let heard_of = store::station_states::heard_of(&gateway.platform).await?;
    let configured = gateway.config.stations.keys();
    let on_record = Station::all(fleet).keys();
    let ids = heard_of.iter().chain(configured).chain(on_record);
    let ids = ids.filter_map(|id| id.parse().ok());
    Ok(ids.chain(pending.keys().cloned()).collect())
}

/// What the store has of some stations.
struct Stored {
    introductions: BTreeMap<String, Introduction>,
    reported: BTreeMap<String, Vec<Reported>>,
    running: BTreeMap<String, Vec<Listed>>,
}

impl Stored {
    async fn load(platform: &impl Platform, ids: &[StationId]) -> Result<Self, EngineError> {
        let ids: Vec<&str> = ids.iter().map(StationId::as_str).collect();
        let introductions = store::station_states::introductions(platform, &ids).await?;
        let introductions = introductions
            .into_iter()
            .map(|introduction| (introduction.station.clone(), introduction));
        let mut reported: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for status in store::station_states::reported(platform, &ids).await? {
            let of_station = reported.entry(status.station.clone()).or_default();
            of_station.push(status);
        }
        let mut running: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for listed in store::station_states::running_at(platform, &ids).await? {
            let of_station = running.entry(listed.station.clone()).or_default();
            of_station.push(listed);
        }
        Ok(Self {
            introductions: introductions.collect(),
            reported,
            running,
        })
    }

    fn introduction(&self, id: &StationId) -> Option<&Introduction> {
        self.introductions.get(id.as_str())
    }
}

async fn state(
    gateway: &Gateway<impl Platform>,
    fleet: &Fleet,
    id: &StationId,
    stored: &Stored,
    link: &StationLink,
    pending: Option<&platform::PendingStation>,
) -> StationState {
    let record = Station::all(fleet).get(id.as_str());
    let introduction = match pending {
        Some(pending) => Some(introduction(pending)),
        None => stored.introduction(id).cloned(),
    };
    let introduction = introduction.unwrap_or_default();
    let reported = stored.reported.get(id.as_str());
    let reported = reported.map_or(&[][..], Vec::as_slice);
    let running = stored.running.get(id.as_str());
    let running = running.map_or(&[][..], Vec::as_slice);
    let (state, since) = match pending {
        Some(pending) => (ConnectionState::Pending, Some(pending.since)),
        None => connection(&gateway.platform, id, link).await,
    };
    let pending = pending.map(|it| shown_pending(id, it));

    let serving = Terminals::new(&gateway.config, fleet).at(id.as_str());
    let served = serving.iter().flat_map(|(_, it)| &it.evses);
    let served = served.filter(|it| it.evse.station == id.as_str());
    let mut numbers: BTreeSet<u32> = served.map(|it| it.evse.connector).collect();
    numbers.extend(reported.iter().map(|it| it.connector));
    numbers.extend(running.iter().map(|it| it.transaction.connector));
    if let Some(record) = record {
        numbers.extend(record.value.details.evses.iter().map(|it| it.connector));
    }
    numbers.remove(&0);
    let whole = reported.iter().find(|it| it.connector == 0);
    let connectors = numbers.into_iter().map(|number| {
        let said = reported.iter().find(|it| it.connector == number);
        let mut runs = running
            .iter()
            .filter(|it| it.transaction.connector == number);
        ConnectorState {
            connector: number,
            status: said.map(|it| it.status.clone()),
            error: said.and_then(|it| it.error.clone()),
            reported: said.map(|it| Moment::from_millis(it.at)),
            out_of_order: [whole, said].iter().flatten().any(|it| it.is_out_of_order),
            transaction: runs.next_back().map(transaction),
        }
    });
    let connectors: Vec<ConnectorState> = connectors.collect();
    StationState {
        key: id.clone(),
        version: record.map(|record| record.version),
        details: record.map(|record| record.value.details.clone()),
        password: record.and_then(|it| it.value.credential.as_ref().map(PasswordState::from)),
        state,
        connected: state == ConnectionState::Connected,
        since: since.map(Moment::from_millis),
        vendor: introduction.vendor,
        model: introduction.model,
        serial: introduction.serial,
        firmware: introduction.firmware,
        status: whole.map(|it| it.status.clone()),
        summary: match &pending {
            Some(pending) => pending.summary(),
            None => summary(&connectors),
        },
        pending,
        connectors,
        oddities: link.oddities.iter().map(|it| it.count).sum(),
    }
}

/// What a pending station says of itself.
fn introduction(pending: &platform::PendingStation) -> Introduction {
    let boot = pending.boot.clone();
    let said = |text: String| Some(text).filter(|it| !it.is_empty());
    Introduction {
        vendor: said(boot.vendor),
        model: said(boot.model),
        serial: boot.serial,
        firmware: boot.firmware,
        ..Introduction::default()
    }
}

fn shown_pending(id: &StationId, pending: &platform::PendingStation) -> PendingStation {
    PendingStation {
        ocpp: pending.ocpp.clone(),
        source: pending.source.clone(),
        password: pending.has_password,
        certificate: pending.has_certificate,
        hint: PendingStation::hint(id, pending.has_password, pending.has_certificate),
    }
}

/// Whether a station is connected, and since when it is or is not, as far as the host can tell.
async fn connection(
    platform: &impl Platform,
    id: &StationId,
    link: &StationLink,
) -> (ConnectionState, Option<u64>) {
    match platform.station_connected_for(id.as_str()).await {
        Some(duration) => {
            let since = platform.now().checked_sub(duration);
            (ConnectionState::Connected, since)
        }
        None => (ConnectionState::NotConnected, link.disconnected_at),
    }
}

/// The connectors of a station in one line, such as `1 charging (3200 Wh), 2 available`.
fn summary(connectors: &[ConnectorState]) -> String {
    let connectors = connectors.iter().map(|it| {
        let status = it.status.as_deref().unwrap_or("unknown");
        let energy = it.transaction.as_ref().and_then(|it| it.energy);
        match (&it.transaction, energy) {
            (Some(_), Some(energy)) => format!("{} {status} ({energy} Wh)", it.connector),
            (Some(_), None) => format!("{} {status} (in use)", it.connector),
            (None, _) => format!("{} {status}", it.connector),
        }
    });
    connectors.collect::<Vec<_>>().join(", ")
}

/// A transaction without its token: that of a card is nobody else's business, and that of a session is its id.
fn transaction(listed: &Listed) -> TransactionState {
    let it = &listed.transaction;
    TransactionState {
        number: it.number,
        connector: it.connector,
        session: it.session.as_ref().map(|session| session.session.clone()),
        local: it.is_local,
        started: it.started_at.map(Moment::from_millis),
        energy: it.delivered(),
        ended: listed.ended_at.map(Moment::from_millis),
        lost: listed.is_lost,
    }
}

fn oddity(counted: platform::OddityCount) -> OddityCount {
    OddityCount {
        kind: counted.kind,
        count: counted.count,
        place: counted.place,
    }
}

fn message(kept: platform::StationMessage) -> StationMessage {
    StationMessage {
        at: Moment::from_millis(kept.at),
        sent: kept.is_sent,
        action: kept.action,
        text: kept.text,
    }
}
