//! Sites and stations.

use std::collections::BTreeSet;

use super::{find, unknown};
use crate::context::DecisionContext;
use crate::credential::{Credential, PasswordHash};
use crate::decide::Decision;
use crate::fleet::{Change, Fleet};
use crate::operation::{Operation, StationOperation};
use crate::refusal::{Obstacle, Reason, Refusal};
use crate::site::{Customer, EvseDetails, Site, SiteDetails, Station, StationDetails, is_evse_id};
use crate::terminal::Terminal;
use crate::text::{Key, Line, StationId};

/// The maximum number of EVSEs of a station, and the greatest number of an EVSE.
const EVSES: u32 = 64;

/// A site cannot change its customer while stations or terminals are there.
pub(in crate::decide) fn put_site(fleet: &Fleet, key: Key, details: SiteDetails) -> Decision {
    let nobody = unknown::<Customer>(fleet, &details.customer, "customer");
    Refusal::unless_none(Obstacle::Invalid, nobody.into_iter().collect())?;

    let is_sold = |site: &Site| site.details.customer != details.customer;
    let is_in_use = || {
        let mut terminals = fleet.each::<Terminal>();
        let mut stations = fleet.each::<Station>();
        terminals.any(|it| it.details.site == key) || stations.any(|it| it.details.site == key)
    };
    if fleet.get::<Site>(key.as_str()).is_some_and(is_sold) && is_in_use() {
        let text = "stations or terminals are there, so the site stays its customer's";
        return Err(Refusal::conflict("site-in-use", text));
    }
    Ok(vec![Change::put(Site { key, details })])
}

/// A station cannot move, or lose an EVSE, while terminals serve it.
pub(in crate::decide) fn put_station(
    fleet: &Fleet,
    key: StationId,
    details: StationDetails,
) -> Decision {
    let reasons = [
        unknown::<Site>(fleet, &details.site, "site")
            .into_iter()
            .collect(),
        wrong_connectors(&details),
        taken_ids(fleet, &key, &details),
        wrong_ids(&details),
        repeated_labels(&key, &details),
    ];
    Refusal::unless_none(Obstacle::Invalid, reasons.concat())?;

    let served = fleet
        .each::<Terminal>()
        .filter(|it| it.state.is_current() && it.details.station.as_ref() == Some(&key));
    let mut reasons = Vec::new();
    for terminal in served {
        let serial = &terminal.serial;
        if terminal.details.site != details.site {
            let text = format!("terminal {serial} serves the station where it is");
            reasons.push(Reason::new("station-served", text).at("site"));
        }
        let is_gone = |it: &&u32| !details.evses.iter().any(|evse| evse.connector == **it);
        for connector in terminal.details.connectors.iter().filter(is_gone) {
            let text = format!("terminal {serial} serves EVSE {connector}");
            reasons.push(Reason::new("evse-served", text).at("evses"));
        }
    }
    Refusal::unless_none(Obstacle::Conflict, reasons)?;
    let credential = fleet
        .get::<Station>(key.as_str())
        .and_then(|it| it.credential.clone());
    Ok(vec![Change::put(Station {
        key,
        details,
        credential,
    })])
}

pub(in crate::decide) fn set_station_password(
    fleet: &Fleet,
    context: &DecisionContext<'_>,
    key: &StationId,
    password: PasswordHash,
    at_once: bool,
) -> Decision {
    let station = find::<Station>(fleet, key.as_str())?;
    let before = station.credential.as_ref();
    Ok(vec![Change::put(Station {
        credential: Some(Credential::replacing(
            before,
            password,
            context.now,
            at_once,
        )),
        ..station.clone()
    })])
}

/// Who told a station what is on record. The gateway knows stations that are not.
pub(in crate::decide) fn operate(
    context: &DecisionContext<'_>,
    key: StationId,
    operation: Operation,
) -> Decision {
    Ok(vec![Change::put(StationOperation {
        key,
        operation: operation.without_secret(),
        at: context.now,
    })])
}

fn wrong_connectors(details: &StationDetails) -> Vec<Reason> {
    let numbers: BTreeSet<_> = details.evses.iter().map(|it| it.connector).collect();
    let fits = numbers.iter().all(|it| (1..=EVSES).contains(it));
    if fits && !numbers.is_empty() && numbers.len() == details.evses.len() {
        return Vec::new();
    }
    let text = "a station has 1 to 64 EVSEs, each with a number of its own from 1 to 64";
    vec![Reason::new("evses", text).at("evses")]
}

fn wrong_ids(details: &StationDetails) -> Vec<Reason> {
    let ids = details.evses.iter().filter_map(|it| it.id.as_ref());
    let wrong = ids.filter(|id| !is_evse_id(id.as_str()));
    let reason = |id: &Line| {
        let text = format!("{id} is no id of an EVSE: one is like SE*ABC*E1234*1");
        Reason::new("wrong-value", text).at("evses")
    };
    wrong.map(reason).collect()
}

/// A driver who chooses on the screen goes by them.
fn repeated_labels(key: &StationId, details: &StationDetails) -> Vec<Reason> {
    if !wrong_connectors(details).is_empty() {
        return Vec::new();
    }
    let mut labels = BTreeSet::new();
    let of_evse = |evse: &EvseDetails| evse.label_at(key);
    let repeated = details
        .evses
        .iter()
        .map(of_evse)
        .filter(|it| !labels.insert(it.clone()));
    let reason = |label: String| {
        let text = format!("{label:?} is the label of another EVSE as well");
        Reason::new("label-taken", text).at("evses")
    };
    repeated.map(reason).collect()
}

fn taken_ids(fleet: &Fleet, key: &StationId, details: &StationDetails) -> Vec<Reason> {
    let others = fleet.each::<Station>().filter(|it| it.key != *key);
    let others = others.flat_map(|it| &it.details.evses);
    let mut ids: BTreeSet<_> = others.filter_map(|it| it.id.as_ref()).collect();
    let own = details.evses.iter().filter_map(|it| it.id.as_ref());
    own.filter(|id| !ids.insert(*id))
        .map(|id| {
            let text = format!("another EVSE has the id {id}");
            Reason::new("evse-id-taken", text).at("evses")
        })
        .collect()
}
