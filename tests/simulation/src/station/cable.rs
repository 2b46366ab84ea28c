//! Transactions that begin when a vehicle is plugged in, before anybody pays, and end when it leaves.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::speech::{Report, Told};
use super::{REPEAT, send};
use crate::world::{State, World, pass};

/// A task that tells what happened so far; what comes next is told after it. It returns the register, unless the
/// transaction ended.
pub(super) type Telling = JoinHandle<Option<u64>>;

/// The transaction of a vehicle.
#[derive(Debug)]
pub(super) struct Cable {
    pub(super) id: Value,
    pub(super) telling: Option<Telling>,
}

/// A vehicle is plugged in.
pub(super) fn plug_in(world: &Arc<World>, state: &mut State, connector: u32) {
    let Some(found) = state.connector(connector) else {
        return;
    };
    if !found.begins_by_plug || found.cable.is_some() {
        return;
    }
    let id = json!(format!("V-{connector}-{}", found.vehicles));
    found.untold += 1;
    let register = found.register - found.forgotten;
    let (world, told) = (world.clone(), id.clone());
    let telling = tokio::spawn(async move {
        let at = world.station_clock();
        tell(
            &world,
            connector,
            &Report::PlugIn(empty(told, register, at)),
        )
        .await;
        Some(register)
    });
    if let Some(found) = state.connector(connector) {
        found.cable = Some(Cable {
            id,
            telling: Some(telling),
        });
    }
}

/// The vehicle leaves. Its transaction ends with that, unless it ended before.
pub(super) fn unplug(world: &Arc<World>, connector: u32) {
    let at = world.station_clock();
    let mut state = world.state();
    let Some(found) = state.connector(connector) else {
        return;
    };
    let Some(cable) = found.cable.take() else {
        return;
    };
    found.untold += 1;
    let world = world.clone();
    tokio::spawn(async move {
        let register = match cable.telling {
            Some(telling) => telling.await.unwrap_or_default(),
            None => None,
        };
        match register {
            Some(register) => {
                let told = empty(cable.id, register, at);
                tell(&world, connector, &Report::Unplug(told)).await;
            }
            None => end(&world, connector),
        }
    });
}

/// A vehicle is there that does not charge.
fn empty(id: Value, register: u64, at: u64) -> Told {
    Told {
        token: String::new(),
        id,
        is_named: true,
        is_repeated: false,
        began_by_plug: true,
        begin: register,
        register: Some(register),
        at: Some(at),
    }
}

/// Tell it until it is taken.
async fn tell(world: &Arc<World>, connector: u32, report: &Report) {
    while send(world, connector, report).await.is_none() {
        pass(REPEAT).await;
    }
    end(world, connector);
}

/// There is one less who has something to tell.
fn end(world: &World, connector: u32) {
    if let Some(found) = world.state().connector(connector) {
        found.untold -= 1;
    }
}
