//! The same journeys with third-party peers.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::terminals::{PLUG_IN, until_shown};
use crate::world::{PASSWORD, STATION, Setup, World};

/// The public keys of the peers' meters.
const METERS: &str = r#"meters = [
            { connector = 1, public_key = "3059301306072a8648ce3d020106082a8648ce3d03010703420004e9ddc3919b31a3cba046c9103aa39c9bb511241e1ecef00046bd8907dac511fa0c0cb8056789dff834e89ccae2ee0200da583ce78345a7bfcde91d5883826333" },
            { connector = 2, public_key = "3059301306072a8648ce3d020106082a8648ce3d030107034200046af5c2dc7fe44327c13f2e3981b0a623303f3bb1815d92e12ccf68707adf412e0e81d3dbce9fe887b39d45f36152affa85ec17292fcdaed768196babec4a5426" },
        ]"#;

fn python() -> String {
    std::env::var("CHARGETAP_TEST_PYTHON")
        .expect("CHARGETAP_TEST_PYTHON names a Python with the packages of requirements.txt")
}

fn setup() -> Setup {
    Setup {
        simulated_station: false,
        station: METERS,
        ..Setup::default()
    }
}

fn script_path(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/journeys/peers");
    folder.join(name)
}

/// A management system that others wrote, and what it does with tokens that it does not know: none is known.
struct Cms {
    accepts: bool,
    port: String,
    /// Has the file of its frames.
    folder: tempfile::TempDir,
    _process: Child,
}

impl Cms {
    async fn start(version: &str, accepts: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut process = Command::new(python())
            .arg(script_path("cms.py"))
            .arg(version)
            .arg(folder.path().join("frames"))
            .args(accepts.then_some("--accept"))
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let printed = BufReader::new(process.stdout.take().unwrap());
        let port = printed.lines().next_line().await.unwrap().unwrap();
        Self {
            accepts,
            port,
            folder,
            _process: process,
        }
    }

    /// A gateway below it.
    fn setup(&self) -> Setup {
        Setup {
            upstream: format!("[upstream]\nurl = \"ws://127.0.0.1:{}/ocpp\"", self.port),
            ..setup()
        }
    }

    /// What it does with tokens, as the stations' scripts are told.
    fn on_tokens(&self) -> &'static str {
        if self.accepts { "accepts" } else { "refuses" }
    }

    /// It received transactions of the station of the configuration, and calls that are by the schemas only.
    fn assert_valid(&self, transaction: &str) {
        let frames = std::fs::read_to_string(self.folder.path().join("frames")).unwrap();
        let has_transaction = |line: &str| line.contains(transaction);
        assert!(frames.lines().any(has_transaction), "{frames}");
        for line in frames.lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            assert_eq!(line["path"], format!("/ocpp/{STATION}"));
            let frame: Value = serde_json::from_str(line["frame"].as_str().unwrap()).unwrap();
            // Whatever else it receives it refuses, and answers by an error.
            let kind = if line["from"] == "station" { 2 } else { 3 };
            assert_eq!(frame[0], kind, "{line}");
        }
    }
}

/// Run a station's script to its end while drivers come. Returns what the meters signed.
async fn station(
    world: &World,
    script: &str,
    arguments: &[&str],
    drivers: impl Future<Output = ()>,
) -> Vec<String> {
    let url = world.url("/ocpp").replace("http://", "ws://");
    let mut command = Command::new(python());
    command
        .arg(script_path(script))
        .args([url.as_str(), STATION, PASSWORD])
        .args(arguments)
        .kill_on_drop(true);
    let station = async {
        let output = command.output().await.unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    };
    let (signed, ()) = tokio::join!(station, drivers);
    // Every message was valid.
    let metrics = world.metrics().await;
    assert!(
        !metrics.contains("chargetap_station_oddities_total{"),
        "{metrics}"
    );
    signed.lines().map(str::to_owned).collect()
}

/// Show a card once the gateway has logged this.
async fn tap_once_logged(world: &World, field: &str, value: &str) {
    world
        .until(value, async || {
            world.log().values(field).iter().any(|it| it == value)
        })
        .await;
    world.tap("card-1").await;
}

/// The receipt bills this energy at this price: net, VAT and gross. What the meter signed is checked, kept character
/// for character, and billed.
async fn assert_billed(
    world: &World,
    receipt: &Value,
    energy: u64,
    price: [u64; 3],
    signed: [&str; 2],
) {
    let charging = &receipt["charging"];
    let billed = &charging["price"];
    assert_eq!(
        json!([billed["net"], billed["vat"], billed["gross"]]),
        json!(price)
    );
    assert_eq!(receipt["captured"], billed["gross"]);
    assert_eq!(charging["energy_wh"], energy);

    let measurement = &receipt["measurement"];
    assert_eq!(measurement["packets"], json!(signed));
    assert_eq!(
        json!([measurement["is_verified"], measurement["energy_wh"]]),
        json!([true, energy])
    );
    let link = receipt["link"].as_str().unwrap();
    let (_, _, text) = world.get(link, "text/plain").await;
    let text = String::from_utf8(text).unwrap().replace('\n', " ");
    assert!(text.contains("was measured, as billed"), "{text}");
    let (status, headers, file) = world.get(&format!("{link}?format=ocmf"), "*/*").await;
    assert_eq!(
        (status, &headers["content-type"]),
        (200, &"application/xml".parse().unwrap())
    );
    let file = String::from_utf8(file).unwrap().replace("&quot;", "\"");
    for packet in signed {
        assert!(file.contains(packet), "{file}");
    }
}

/// 7.42 kWh x 0.49 + 0.25, with 25 % VAT: 4.85725.
const PRICE_OF_7_420_WH: [u64; 3] = [389, 97, 486];

/// The only session is billed for the 7,420 Wh of the first EVSE.
async fn assert_one_session_billed(world: &World, signed: &[String]) {
    let [begin, end] = signed else {
        panic!("{signed:?}");
    };
    assert_eq!(world.closed_sessions(1).await[0]["captured"], 486);
    let receipts = world.receipts(1).await;
    let price = PRICE_OF_7_420_WH;
    assert_billed(world, &receipts[0], 7_420, price, [begin, end]).await;
}

/// A driver pays at the only EVSE of a station that was started with these arguments, once a vehicle is plugged in.
async fn charge_at_charging_station(arguments: &[&str]) {
    charge_in(World::new(setup()).await, arguments).await;
}

async fn charge_in(world: World, arguments: &[&str]) {
    let driver = tap_once_logged(&world, "status", "occupied");
    let signed = station(&world, "charging_station.py", arguments, driver).await;
    assert_one_session_billed(&world, &signed).await;
}

/// The same below a management system that refuses tokens, and below one that accepts them.
async fn charge_at_charging_station_below_a_management_system(version: &str) {
    for accepts in [false, true] {
        let cms = Cms::start(version, accepts).await;
        let world = World::new(cms.setup()).await;
        let driver = tap_once_logged(&world, "status", "occupied");
        let arguments = [version, "--cms", cms.on_tokens()];
        let signed = station(&world, "charging_station.py", &arguments, driver).await;
        assert_one_session_billed(&world, &signed).await;
        cms.assert_valid("TransactionEvent");
    }
}

#[tokio::test]
async fn a_charge_point_of_the_python_ocpp_package_is_charged_at_and_billed_by_its_meter() {
    let world = World::new(setup()).await;
    let driver = tap_once_logged(&world, "message", "station booted");
    let signed = station(&world, "charge_point.py", &[], driver).await;
    assert_one_session_billed(&world, &signed).await;
}

#[tokio::test]
async fn a_charge_point_below_a_management_system_is_charged_at_and_billed_by_its_meter() {
    for accepts in [false, true] {
        let cms = Cms::start("1.6", accepts).await;
        let world = World::new(cms.setup()).await;
        let driver = tap_once_logged(&world, "message", "station booted");
        let signed = station(&world, "charge_point.py", &[], driver).await;
        assert_one_session_billed(&world, &signed).await;
        cms.assert_valid("StopTransaction");
    }
}

#[tokio::test]
async fn a_charging_station_of_ocpp_2_0_1_below_a_management_system_is_charged_at_and_billed() {
    charge_at_charging_station_below_a_management_system("2.0.1").await;
}

#[tokio::test]
async fn a_charging_station_of_ocpp_2_1_below_a_management_system_is_charged_at_and_billed() {
    charge_at_charging_station_below_a_management_system("2.1").await;
}

#[tokio::test]
async fn a_charging_station_of_ocpp_2_0_1_is_charged_at_and_billed_by_its_meter() {
    charge_at_charging_station(&["2.0.1"]).await;
}

#[tokio::test]
async fn a_charging_station_of_ocpp_2_1_is_charged_at_and_billed_by_its_meter() {
    charge_at_charging_station(&["2.1"]).await;
}

/// It costs the same now as the other one, and has everything that OCPP has, too.
const TARIFF: &str = r#"[[tariffs]]
        id = "journey"
        currency = "EUR"
        min_price = { before_taxes = "0.50" }
        max_price = { before_taxes = "100.00", after_taxes = "125.00" }
        [[tariffs.elements]]
        price_components = [
            { type = "ENERGY", price = "0.29", vat = "25" },
            { type = "TIME", price = "0.60", vat = "7.7" },
            { type = "PARKING_TIME", price = "1.00", vat = "25" },
        ]
        [tariffs.elements.restrictions]
        start_date = "2099-01-01"
        end_date = "2100-01-01"
        start_time = "22:00"
        end_time = "06:30"
        day_of_week = ["MONDAY", "SUNDAY"]
        min_kwh = "1.5"
        max_kwh = "20"
        min_power = "11"
        max_power = "50.5"
        min_duration = 60
        max_duration = 7200
        [[tariffs.elements]]
        price_components = [{ type = "FLAT", price = "1.00", vat = "25" }]
        restrictions = { start_date = "2099-01-01", start_time = "08:00", day_of_week = ["FRIDAY"] }
        [[tariffs.elements]]
        price_components = [
            { type = "ENERGY", price = "0.49", vat = "25" },
            { type = "FLAT", price = "0.25", vat = "25" },
        ]"#;

#[tokio::test]
async fn a_tariff_with_every_condition_is_valid_for_a_charging_station_of_ocpp_2_1() {
    let world = World::new(Setup {
        terminal_tariff: "journey",
        tariffs: TARIFF,
        ..setup()
    })
    .await;
    charge_in(world, &["2.1"]).await;
}

#[tokio::test]
async fn a_transaction_that_is_told_when_the_connection_is_back_is_billed_by_its_meter() {
    charge_at_charging_station(&["2.0.1", "--offline"]).await;
}

#[tokio::test]
async fn two_drivers_who_charge_at_one_station_at_the_same_time_are_each_billed_by_their_meter() {
    let world = World::new(Setup {
        terminal: PLUG_IN,
        ..setup()
    })
    .await;
    let drivers = async {
        for (evse, card) in [("Left: ", "card-1"), ("Right: ", "card-2")] {
            until_shown(&world, evse).await;
            world.tap(card).await;
        }
    };
    let arguments = ["2.0.1", "--evses", "2"];
    let signed = station(&world, "charging_station.py", &arguments, drivers).await;
    let [left_begin, right_begin, left_end, right_end] = signed.as_slice() else {
        panic!("{signed:?}");
    };

    let mut sessions = world.closed_sessions(2).await;
    sessions.sort_by_key(|it| it["card_id"].to_string());
    let captured: Vec<_> = sessions.iter().map(|it| it["captured"].clone()).collect();
    assert_eq!(json!(captured), json!([486, 215]), "{sessions:?}");
    let receipts = world.receipts(2).await;
    let of = |energy: u64| {
        let mut receipts = receipts.iter();
        receipts.find(|it| it["charging"]["energy_wh"] == energy)
    };
    let (left, right) = (of(7_420).unwrap(), of(3_000).unwrap());
    let price = PRICE_OF_7_420_WH;
    assert_billed(&world, left, 7_420, price, [left_begin, left_end]).await;
    // 3 kWh x 0.49 + 0.25, with 25 % VAT: 2.15.
    let price = [172, 43, 215];
    assert_billed(&world, right, 3_000, price, [right_begin, right_end]).await;
}

/// Valid data may still be refused for its meaning (an unknown site, a moment in the future), and a
/// stateless generator cannot know what another call removed. So valid data need not be accepted.
const LEFT_OUT: &str = "positive_data_acceptance";

#[tokio::test]
async fn schemathesis_finds_no_answer_outside_the_document_and_no_failure() {
    let world = World::new(Setup::default()).await;
    let output = Command::new(Path::new(&python()).with_file_name("st"))
        .args(["run", &world.url("/api/v1/openapi.json")])
        .args([
            "--header",
            &format!("Authorization: Bearer {}", world.token()),
        ])
        .args(["--exclude-checks", LEFT_OUT])
        .args(["--phases", "examples,coverage,fuzzing"])
        .args(["--max-examples", "10", "--seed", "1", "--workers", "1"])
        .args(["--rate-limit", "80/s"])
        .current_dir(world.folder())
        .kill_on_drop(true)
        .output()
        .await
        .unwrap();
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
