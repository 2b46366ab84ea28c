//! The application with `chargetap bridge` before a simulated station.

use std::net::SocketAddr;

use chargetap::bridge::{Application, Bridge};
use chargetap_engine::config::Config;
use chargetap_simulators::station::{StationArgs, StationSimulator, Version};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime::{Builder, Runtime};

use crate::world::{BRIDGE_TOKEN, PASSWORD, PATIENCE, World, terminal};

/// How many connections may wait to be accepted.
const BACKLOG: u32 = 64;

/// A world whose bridge is the real one.
struct Site {
    world: World,
    address: SocketAddr,
    /// The bridge has a runtime of its own, so that all of it can end at once.
    bridge: Option<Runtime>,
}

impl Drop for Site {
    fn drop(&mut self) {
        self.stop_bridge();
    }
}

impl Site {
    async fn new() -> Self {
        Self::with(async |address| World::with_bridge(&address).await).await
    }

    /// A site with this world, which is told where its bridge is.
    async fn with(world: impl AsyncFnOnce(String) -> World) -> Self {
        // The address is known before anybody listens there.
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_reuseaddr(true).unwrap();
        socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
        let address = socket.local_addr().unwrap();
        let mut site = Self {
            world: world(format!("http://{address}")).await,
            address,
            bridge: None,
        };
        site.serve(socket.listen(BACKLOG).unwrap(), BRIDGE_TOKEN);
        site
    }

    /// Starts the bridge again, at the same address.
    async fn start_bridge(&mut self, token: &str) {
        let listening = async {
            loop {
                match TcpListener::bind(self.address).await {
                    Ok(listener) => break listener,
                    // The one before has not ended altogether.
                    Err(_) => tokio::task::yield_now().await,
                }
            }
        };
        let listener = tokio::time::timeout(PATIENCE, listening).await.unwrap();
        self.serve(listener, token);
    }

    fn serve(&mut self, listener: TcpListener, token: &str) {
        let listener = listener.into_std().unwrap();
        let folder = self.world.folder().to_owned();
        let text = std::fs::read_to_string(folder.join("chargetap.toml")).unwrap();
        let config = Config::parse(&text).unwrap();
        let application = Application::new(self.world.spin.url(), token.into()).unwrap();
        let bridge = Bridge::new(&config, &folder, application).unwrap();
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        runtime.spawn(async move {
            let listener = TcpListener::from_std(listener).unwrap();
            bridge.serve(listener, std::future::pending()).await;
        });
        self.bridge = Some(runtime);
    }

    /// Ends the bridge as `kill -9` does.
    fn stop_bridge(&mut self) {
        if let Some(bridge) = self.bridge.take() {
            bridge.shutdown_background();
        }
    }

    /// A station that charges by 50 kW, 600 times as fast. Its vehicle leaves after so many watt-hours, if it does so by
    /// itself.
    async fn station(
        &self,
        ocpp: Version,
        unplug_after: impl Into<Option<u64>>,
    ) -> StationSimulator {
        StationSimulator::start(StationArgs {
            url: format!("ws://{}/ocpp", self.address),
            identity: "CT-1".into(),
            password: PASSWORD.into(),
            ocpp,
            connectors: 1,
            power: 50_000,
            time_scale: 600,
            meter_interval_ms: 100,
            plug_in_after_ms: Some(50),
            unplug_after: unplug_after.into(),
            faults: Vec::new(),
            control: ([127, 0, 0, 1], 0).into(),
        })
        .await
        .unwrap()
    }

    /// A driver shows a card, and the provider tells of it.
    async fn tap(&self) {
        self.world.until_armed(&terminal(1)).await;
        let callback = self.world.tap(&terminal(1), "card-1").await;
        assert_eq!(self.world.deliver(&callback).await, 200);
    }

    async fn until_out_of_service(&self) {
        let shows = async || {
            self.world
                .shown(&terminal(1))
                .await
                .contains("Out of service")
        };
        self.world.until(shows).await;
    }

    /// Wait for the receipt: what the station metered was captured, once.
    async fn assert_captured_once(&self, station: &StationSimulator) {
        self.world
            .until(async || self.world.rows("paper") == 1)
            .await;
        let state = state(station).await;
        let transactions = state["transactions"].as_array().unwrap();
        assert_eq!(transactions.len(), 1, "{state}");
        let [start, stop] = ["meter_start", "meter_stop"]
            .map(|register| transactions[0][register].as_u64().unwrap());
        let amount = price(stop - start);
        assert!(stop - start >= 7_000, "{state}");
        assert_eq!(self.world.totals().await, [5_000, amount, 5_000 - amount]);
        assert_eq!(self.world.rows("session"), 1);
        assert_eq!(self.world.rows("station_transaction"), 1);
    }
}

async fn state(station: &StationSimulator) -> Value {
    let client = chargetap::client::client().unwrap();
    let url = format!("{}/control/state", station.control_url());
    let answer = client.get(url).send().await.unwrap();
    serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
}

/// The energy that its transaction has taken so far.
async fn energy(station: &StationSimulator) -> u64 {
    let state = state(station).await;
    let start = state["transactions"][0]["meter_start"].as_u64();
    let now = state["connectors"][0]["meter_wh"].as_u64();
    start.zip(now).map_or(0, |(start, now)| now - start)
}

/// What the driver pays for this energy, in cents: (kWh x 0.49 + 0.25) x 1.25, rounded half up.
fn price(energy: u64) -> u64 {
    (energy * 49 * 125 + 25 * 1_000 * 125 + 50_000) / 100_000
}

async fn a_whole_session(ocpp: Version) {
    let site = Site::new().await;
    let station = site.station(ocpp, 7_000).await;
    site.tap().await;
    site.assert_captured_once(&station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tap_becomes_a_charge_at_a_station_of_ocpp_1_6() {
    a_whole_session(Version::V1_6).await;
}

#[cfg(feature = "peers")]
#[tokio::test(flavor = "multi_thread")]
async fn a_tap_becomes_a_charge_with_the_store_on_postgresql() {
    let cluster = postgres_cluster::Cluster::start();
    let site = Site::with(async |address| World::with_bridge_on(&address, cluster).await).await;
    let station = site.station(Version::V1_6, 7_000).await;
    site.tap().await;
    site.assert_captured_once(&station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tap_becomes_a_charge_at_a_station_of_ocpp_2_1_which_is_told_prices() {
    let site = Site::new().await;
    let station = site.station(Version::V2_1, 7_000).await;
    site.tap().await;
    site.assert_captured_once(&station).await;
    let told = state(&station).await["transactions"][0]["total_cost"].as_f64();
    let [_, captured, _] = site.world.totals().await;
    let cents = (told.unwrap() * 100.0).round();
    assert_eq!(cents.to_string(), captured.to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_station_tells_while_nothing_can_be_stored_is_told_again_and_counts_once() {
    let site = Site::new().await;
    let station = site.station(Version::V1_6, None).await;
    site.tap().await;
    let charges = async || site.world.phases().contains_key("charging");
    site.world
        .until(async || charges().await && energy(&station).await > 7_000)
        .await;
    let read_only = |is_on: bool| {
        let database = site.world.spin.database();
        database.pragma_update(None, "query_only", is_on).unwrap();
    };
    read_only(true);
    let client = chargetap::client::client().unwrap();
    let url = format!("{}/control/unplug", station.control_url());
    let unplug = client.post(url).header("content-type", "application/json");
    let unplugged = unplug.body(r#"{"connector": 1}"#).send().await.unwrap();
    assert_eq!(unplugged.status(), 204);
    // The station repeats what is refused before it tells what came after.
    let is_refused = async || site.world.spin.log().contains("could not be stored");
    site.world.until(is_refused).await;
    assert!(charges().await);
    read_only(false);
    site.assert_captured_once(&station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_goes_on_after_the_bridge_was_killed() {
    let mut site = Site::new().await;
    let station = site.station(Version::V1_6, 20_000).await;
    site.tap().await;
    site.world
        .until(async || energy(&station).await > 1_000)
        .await;
    site.stop_bridge();
    let before = energy(&station).await;
    site.world
        .until(async || energy(&station).await > before + 1_000)
        .await;
    site.start_bridge(BRIDGE_TOKEN).await;
    site.assert_captured_once(&station).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_is_out_of_service_while_its_station_is_away() {
    let site = Site::new().await;
    site.until_out_of_service().await;
    let station = site.station(Version::V1_6, 7_000).await;
    site.world.until_armed(&terminal(1)).await;
    drop(station);
    site.until_out_of_service().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_sees_what_the_bridge_knows_of_stations() {
    let site = Site::new().await;
    let _station = site.station(Version::V1_6, 7_000).await;
    site.world.until_armed(&terminal(1)).await;
    // A bridge that does not answer in time is not asked again for a moment.
    site.world
        .until(async || site.world.operator_sees("/stations/CT-1").await["state"] == "connected")
        .await;
    let shown = site.world.operator_sees("/stations/CT-1").await;
    let messages = shown["messages"].as_array().unwrap();
    let mut actions = messages.iter().map(|message| &message["action"]);
    assert!(
        actions.any(|action| action == "BootNotification"),
        "{shown}"
    );

    let stranger = StationSimulator::start(StationArgs {
        url: format!("ws://{}/ocpp", site.address),
        identity: "CT-9".into(),
        password: PASSWORD.into(),
        ocpp: Version::V1_6,
        connectors: 1,
        power: 50_000,
        time_scale: 1,
        meter_interval_ms: 1_000,
        plug_in_after_ms: None,
        unplug_after: None,
        faults: Vec::new(),
        control: ([127, 0, 0, 1], 0).into(),
    });
    let _stranger = stranger.await.unwrap();
    let is_pending = async || {
        let listed = site.world.operator_sees("/stations").await;
        let mut listed = listed["items"].as_array().unwrap().iter();
        listed.any(|station| station["key"] == "CT-9" && station["state"] == "pending")
    };
    site.world.until(is_pending).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bridge_with_another_token_is_not_listened_to() {
    let mut site = Site::new().await;
    site.stop_bridge();
    let other_token = "x".repeat(32);
    site.start_bridge(&other_token).await;
    let station = site.station(Version::V1_6, 7_000).await;
    let client = chargetap::client::client().unwrap();
    let url = format!("http://{}/stations/CT-1/link", site.address);
    // The station is answered by an error what the application did not take in: that it started, and its status.
    let is_refused = async || {
        let link = client.get(&url).bearer_auth(&other_token);
        let link = link.send().await.unwrap().bytes().await.unwrap();
        let link: Value = serde_json::from_slice(&link).unwrap();
        let messages = link["messages"].as_array().unwrap();
        let is_error = |message: &&Value| {
            message["is_sent"] == true
                && message["text"].as_str().unwrap().contains("InternalError")
        };
        messages.iter().filter(is_error).count() >= 2
    };
    site.world.until(is_refused).await;
    assert_eq!(state(&station).await["connected"], true);
    let shown = site.world.operator_sees("/stations/CT-1").await;
    assert_eq!(shown["state"], "not-connected");
    let kept = |world: &World| world.rows("connector") + world.rows("station");
    assert_eq!(kept(&site.world), 0);

    site.stop_bridge();
    site.start_bridge(BRIDGE_TOKEN).await;
    site.world.until(async || kept(&site.world) > 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bridge_obeys_nobody_without_the_token() {
    let site = Site::new().await;
    let station = site.station(Version::V1_6, 7_000).await;
    site.world.until_armed(&terminal(1)).await;
    let client = chargetap::client::client().unwrap();
    let url = |path: &str| format!("http://{}{path}", site.address);
    let start = json!({"start": {"connector": 1, "id_tag": "STRANGER"}}).to_string();
    for token in [None, Some("wrong"), Some(PASSWORD)] {
        let mut order = client.post(url("/stations/CT-1/orders"));
        order = order
            .header("content-type", "application/json")
            .body(start.clone());
        let questions = [
            "/stations/CT-1/connected-for",
            "/stations/CT-1/link",
            "/pending-stations",
        ];
        let questions = questions.map(|path| client.get(url(path)));
        for mut request in questions.into_iter().chain([order]) {
            if let Some(token) = token {
                request = request.bearer_auth(token);
            }
            assert_eq!(request.send().await.unwrap().status(), 401);
        }
    }
    assert_eq!(state(&station).await["transactions"], json!([]));
}
