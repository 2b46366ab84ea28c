//! The simulated station against the real central system.

use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::{Value, json};

use chargetap_simulators::station::{StationArgs, StationSimulator};

use crate::client::client;
use crate::ocpp::fake::{Central, FOREIGN, PASSWORD, STATION, TRANSACTION, Told};
use chargetap_engine::platform::StationAnswer;

/// What a new station's register shows.
const FIRST_READING: u64 = 12_345;

/// The simulated station's control interface.
struct Control {
    client: reqwest::Client,
    base_url: String,
}

impl Control {
    fn new(base_url: &str) -> Self {
        Self {
            client: client().unwrap(),
            base_url: base_url.to_owned(),
        }
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        answer(self.client.get(format!("{}{path}", self.base_url))).await
    }

    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        let request = self.client.post(format!("{}{path}", self.base_url));
        let request = request.header("content-type", "application/json");
        answer(request.body(body.to_string())).await
    }
}

async fn answer(request: reqwest::RequestBuilder) -> (u16, Value) {
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let body = answer.bytes().await.unwrap();
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

/// A station connected to a central system.
struct Scene {
    central: Central,
    control: Control,
    _station: StationSimulator,
}

impl Scene {
    /// A station whose vehicles take 1 kWh, at once.
    async fn new() -> Self {
        Self::with(|args| args.unplug_after = Some(1_000)).await
    }

    async fn with(change: impl FnOnce(&mut StationArgs)) -> Self {
        let central = Central::start(Duration::from_secs(60)).await;
        let mut args = StationArgs {
            url: central.url.clone(),
            identity: STATION.to_owned(),
            password: PASSWORD.into(),
            ocpp: chargetap_simulators::station::Version::V1_6,
            connectors: 1,
            power: 50_000,
            time_scale: 1_000_000,
            meter_interval_ms: 20,
            plug_in_after_ms: None,
            unplug_after: None,
            faults: Vec::new(),
            control: "127.0.0.1:0".parse().unwrap(),
        };
        change(&mut args);
        let station = StationSimulator::start(args).await.unwrap();
        central.connected().await;
        Self {
            central,
            control: Control::new(station.control_url()),
            _station: station,
        }
    }

    async fn with_fault(fault: &str) -> Self {
        let fault = fault.parse().unwrap();
        Self::with(|args| {
            args.unplug_after = Some(1_000);
            args.faults = vec![fault];
        })
        .await
    }

    async fn remote_start(&self) -> StationAnswer {
        let stations = &self.central.stations;
        stations.remote_start(STATION, 1, "OURS-1").await
    }

    async fn plug_in(&self) -> u16 {
        let cable = json!({"connector": 1});
        self.control.post("/control/plug-in", cable).await.0
    }

    async fn unplug(&self) -> u16 {
        let cable = json!({"connector": 1});
        self.control.post("/control/unplug", cable).await.0
    }

    async fn state(&self) -> Value {
        self.control.get("/control/state").await.1
    }

    async fn status(&self) -> Value {
        self.state().await["connectors"][0]["status"].clone()
    }

    /// Waits until the station's view of itself is like this.
    async fn until(&self, is_so: impl Fn(&Value) -> bool) -> Value {
        loop {
            let state = self.state().await;
            if is_so(&state) {
                return state;
            }
        }
    }
}

fn started() -> Told {
    Told::Started {
        connector: 1,
        id_tag: "OURS-1".to_owned(),
        energy: FIRST_READING,
    }
}

fn unplugged_when_full() -> Told {
    Told::Stopped {
        transaction: TRANSACTION,
        energy: FIRST_READING + 1_000,
        reason: "EVDisconnected".to_owned(),
    }
}

#[tokio::test]
async fn a_remote_start_waits_for_the_vehicle_and_charges_until_it_leaves() {
    let mut scene = Scene::new().await;
    assert_eq!(scene.status().await, "Available");
    assert_eq!(scene.remote_start().await, StationAnswer::Accepted);
    assert_eq!(scene.status().await, "Preparing");
    assert_eq!(scene.plug_in().await, 204);
    assert_eq!(scene.central.told().await, started());
    assert_eq!(
        scene.central.told_but_samples().await,
        unplugged_when_full()
    );

    let state = scene.state().await;
    assert_eq!(state["connected"], true);
    assert_eq!(
        state["connectors"],
        json!([{"connector": 1, "plugged": false, "status": "Available", "meter_wh": FIRST_READING + 1_000}])
    );
    assert_eq!(
        state["transactions"],
        json!([{"connector": 1, "id_tag": "OURS-1", "transaction_id": TRANSACTION,
                "meter_start": FIRST_READING, "meter_stop": FIRST_READING + 1_000,
                "reason": "EVDisconnected"}])
    );
}

#[tokio::test]
async fn a_vehicle_plugged_in_first_charges_at_the_remote_start() {
    let mut scene = Scene::new().await;
    scene.plug_in().await;
    assert_eq!(scene.status().await, "Preparing");
    assert_eq!(scene.remote_start().await, StationAnswer::Accepted);
    assert_eq!(scene.central.told().await, started());
}

#[tokio::test]
async fn the_driver_can_plug_in_by_itself() {
    let mut scene = Scene::with(|args| {
        args.plug_in_after_ms = Some(1);
        args.unplug_after = Some(1_000);
    })
    .await;
    for round in 0..2 {
        assert_eq!(scene.remote_start().await, StationAnswer::Accepted);
        let begin = FIRST_READING + round * 1_000;
        assert!(
            matches!(scene.central.told().await, Told::Started { energy, .. } if energy == begin)
        );
        assert!(
            matches!(scene.central.told_but_samples().await, Told::Stopped { energy, .. } if energy == begin + 1_000)
        );
        scene
            .until(|state| state["connectors"][0]["status"] == "Available")
            .await;
    }
}

#[tokio::test]
async fn the_register_is_told_while_charging_and_a_remote_stop_ends_it() {
    let mut scene = Scene::with(|_| {}).await;
    scene.plug_in().await;
    scene.remote_start().await;
    assert_eq!(scene.central.told().await, started());
    let mut last = FIRST_READING;
    for _ in 0..3 {
        let Told::Metered {
            transaction: TRANSACTION,
            energy,
            ..
        } = scene.central.told().await
        else {
            panic!("not a meter value");
        };
        assert!(energy > last);
        last = energy;
    }
    let state = scene.state().await;
    assert_eq!(state["connectors"][0]["status"], "Charging");
    assert_eq!(state["connectors"][0]["transaction_id"], TRANSACTION);

    let stations = &scene.central.stations;
    let another = stations.remote_stop(STATION, TRANSACTION + 1, None).await;
    assert_eq!(another, StationAnswer::Rejected);
    let stopped = stations.remote_stop(STATION, TRANSACTION, None).await;
    assert_eq!(stopped, StationAnswer::Accepted);
    let Told::Stopped {
        transaction: TRANSACTION,
        energy,
        reason,
    } = scene.central.told_but_samples().await
    else {
        panic!("not the end");
    };
    assert!(energy >= last);
    assert_eq!(reason, "Remote");
    assert_eq!(scene.status().await, "Finishing");
    assert_eq!(scene.unplug().await, 204);
    assert_eq!(scene.status().await, "Available");
}

#[tokio::test]
async fn an_occupied_connector_rejects_another_start() {
    let scene = Scene::new().await;
    assert_eq!(scene.remote_start().await, StationAnswer::Accepted);
    assert_eq!(scene.remote_start().await, StationAnswer::Rejected);
    let stations = &scene.central.stations;
    let missing = stations.remote_start(STATION, 2, "OURS-2").await;
    assert_eq!(missing, StationAnswer::Rejected);
}

#[tokio::test]
async fn a_token_that_is_not_ours_ends_the_transaction() {
    let scene = Scene::with(|_| {}).await;
    scene.plug_in().await;
    let stations = &scene.central.stations;
    stations.remote_start(STATION, 1, "THEIRS").await;
    let state = scene
        .until(|state| state["transactions"][0]["reason"].is_string())
        .await;
    assert_eq!(state["transactions"][0]["reason"], "DeAuthorized");
    assert_eq!(state["transactions"][0]["transaction_id"], FOREIGN);
    assert_eq!(state["connectors"][0]["status"], "Finishing");
}

#[tokio::test]
async fn what_the_central_system_could_not_store_is_told_again() {
    let mut scene = Scene::new().await;
    scene.plug_in().await;
    scene.central.journal.refusals.store(2, Ordering::Relaxed);
    scene.remote_start().await;
    assert_eq!(scene.central.told().await, started());
    assert_eq!(
        scene.central.told_but_samples().await,
        unplugged_when_full()
    );
}

#[tokio::test]
async fn charging_goes_on_while_offline_and_is_told_afterwards() {
    let mut scene = Scene::new().await;
    scene.plug_in().await;
    let journal = scene.central.journal.clone();
    let closed = journal.gate.acquire().await.unwrap();
    scene.remote_start().await;
    // The connection breaks while the start waits to be stored; all the energy flows meanwhile.
    let fault = json!({"kind": "drop"});
    scene.control.post("/control/faults", fault).await;
    assert_eq!(scene.remote_start().await, StationAnswer::Unknown);
    let offline = scene
        .until(|state| state["transactions"][0]["reason"].is_string())
        .await;
    assert_eq!(
        offline["transactions"][0]["meter_stop"],
        FIRST_READING + 1_000
    );
    assert_eq!(offline["transactions"][0].get("transaction_id"), None);
    drop(closed);

    // Once from the old connection, whose answer was lost, and once more from the new one.
    assert_eq!(scene.central.told().await, started());
    assert_eq!(scene.central.told().await, started());
    assert_eq!(
        scene.central.told_but_samples().await,
        unplugged_when_full()
    );
}

#[tokio::test]
async fn a_station_can_decline_a_remote_start() {
    let scene = Scene::with_fault("decline").await;
    assert_eq!(scene.remote_start().await, StationAnswer::Rejected);
    assert_eq!(scene.remote_start().await, StationAnswer::Accepted);
}

#[tokio::test]
async fn a_station_can_start_and_lose_the_answer() {
    let mut scene = Scene::with_fault("lost-answer").await;
    scene.plug_in().await;
    let stations = scene.central.stations.clone();
    tokio::select! {
        answer = stations.remote_start(STATION, 1, "OURS-1") => panic!("{answer:?}"),
        told = scene.central.told() => assert_eq!(told, started()),
    }
}

#[tokio::test]
async fn a_station_can_start_and_answer_late() {
    let mut scene = Scene::new().await;
    let fault = json!({"kind": "delay", "delay_ms": 100});
    scene.control.post("/control/faults", fault).await;
    scene.plug_in().await;
    let stations = scene.central.stations.clone();
    let answer = stations.remote_start(STATION, 1, "OURS-1");
    tokio::pin!(answer);
    tokio::select! {
        biased;
        told = scene.central.told() => assert_eq!(told, started()),
        early = &mut answer => panic!("{early:?}"),
    }
    assert_eq!(answer.await, StationAnswer::Accepted);
}

#[tokio::test]
async fn a_station_can_drop_the_connection_instead_of_starting() {
    let scene = Scene::with_fault("drop").await;
    assert_eq!(scene.remote_start().await, StationAnswer::Unknown);
    assert_eq!(scene.status().await, "Available");
    scene.central.connected().await;
    assert_eq!(scene.remote_start().await, StationAnswer::Accepted);
}

#[tokio::test]
async fn a_station_can_fail_with_an_error_instead_of_starting() {
    let scene = Scene::with_fault("error").await;
    assert_eq!(scene.remote_start().await, StationAnswer::Rejected);
    assert_eq!(scene.status().await, "Available");
}

#[tokio::test]
async fn a_station_can_tell_the_start_and_the_end_twice() {
    let mut scene = Scene::with_fault("duplicate:2").await;
    scene.plug_in().await;
    scene.remote_start().await;
    assert_eq!(scene.central.told().await, started());
    assert_eq!(scene.central.told().await, started());
    assert_eq!(
        scene.central.told_but_samples().await,
        unplugged_when_full()
    );
    assert_eq!(scene.central.told().await, unplugged_when_full());
}

#[tokio::test]
async fn a_cable_is_moved_only_where_that_is_possible() {
    let scene = Scene::new().await;
    assert_eq!(scene.unplug().await, 409);
    assert_eq!(scene.plug_in().await, 204);
    assert_eq!(scene.plug_in().await, 409);
    let missing = json!({"connector": 2});
    assert_eq!(scene.control.post("/control/plug-in", missing).await.0, 404);
}
