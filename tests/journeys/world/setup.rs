//! What differs between journeys, and how a world is started from it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use chargetap_fleet::example::{EXAMPLE_CONFIG, ExampleSite};
use chargetap_fleet::processor::Processor;
use chargetap_fleet::terminal::Origin;
use chargetap_simulators::station::{StationArgs, StationSimulator, Version};

use super::disk::{Disk, DiskSetup};
use super::{
    API_KEY, CALLBACK_KEY, DATABASE, Gateway, Log, PASSWORD, STATION, TERMINAL, WEBHOOK_KEY,
    components,
};

const ONE_EVSE: &str = r#"evses = [{ station = "CT-1", connector = 1 }]
        hold = "50.00""#;

/// The customer as an issuer of receipts.
pub(crate) const CUSTOMER: &str = r#"[issuers.customer]
        name = "Garage AB"
        address = "Torget 2, 111 23 Stockholm"
        vat_number = "SE112233445901"
        contact = "help@garage.example"
        number_prefix = "G-""#;

/// How many connectors the station has; most journeys use the first.
const CONNECTORS: u32 = 2;

/// The database of an earlier version.
pub(crate) struct Kept {
    /// Its statements, as `.dump` writes them.
    pub(crate) sql: &'static str,
    /// Its operator's token.
    pub(crate) token: &'static str,
}

/// What differs between journeys.
pub(crate) struct Setup {
    /// The address of the database, if it is not a file.
    pub(crate) server: Option<String>,
    /// The database with which the gateway begins; by default, none.
    pub(crate) kept: Option<Kept>,
    pub(crate) payter_faults: Vec<&'static str>,
    pub(crate) station_faults: Vec<&'static str>,
    /// The version of OCPP that the simulated station speaks.
    pub(crate) ocpp: Version,
    /// Whether the station is simulated. Otherwise the test brings its own.
    pub(crate) simulated_station: bool,
    /// How many terminals there are, each with a station of its own. Most journeys are at the first.
    pub(crate) places: u32,
    /// The site of all places but the first; by default, that of the first. Its stations are theirs.
    pub(crate) further_site: Option<ExampleSite<'static>>,
    /// The id of the tariff of all places but the first.
    pub(crate) further_tariff: &'static str,
    /// Whether all places but the first have their stations and terminals on record only.
    pub(crate) further_on_record: bool,
    /// What a vehicle draws, in watts.
    pub(crate) power: u64,
    /// Plug in so many milliseconds after a remote start; never if absent.
    pub(crate) plug_in_after_ms: Option<u64>,
    /// Unplug after this energy; never if absent.
    pub(crate) unplug_after: Option<u64>,
    pub(crate) plug_in_timeout_s: u64,
    /// More of the policy.
    pub(crate) policy: &'static str,
    /// The station's password.
    pub(crate) station_password: &'static str,
    /// The identity of another station with the same password; none if empty.
    pub(crate) further_station: &'static str,
    /// How sessions begin at the terminal.
    pub(crate) terminal: &'static str,
    /// The id of the terminal's tariff.
    pub(crate) terminal_tariff: &'static str,
    /// More tariffs, and terminals that have them.
    pub(crate) tariffs: &'static str,
    /// More of the station's configuration.
    pub(crate) station: &'static str,
    /// More of the provider's configuration.
    pub(crate) provider: &'static str,
    /// The table of the central system above the gateway; none if empty.
    pub(crate) upstream: String,
    /// The disk under the database; by default, that of this machine.
    pub(crate) disk: Option<DiskSetup>,
    /// Further arguments of the gateway.
    pub(crate) gateway: Vec<String>,
    /// Whether the terminal is commissioned before the journey.
    pub(crate) onboarded: bool,
    pub(crate) origin: Origin,
    pub(crate) processor: Processor,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            server: None,
            kept: None,
            payter_faults: Vec::new(),
            station_faults: Vec::new(),
            ocpp: Version::V1_6,
            simulated_station: true,
            places: 1,
            further_site: None,
            further_tariff: "standard",
            further_on_record: false,
            power: 50_000,
            plug_in_after_ms: Some(50),
            unplug_after: Some(7_000),
            plug_in_timeout_s: 60,
            policy: "",
            station_password: PASSWORD,
            further_station: "",
            terminal: ONE_EVSE,
            terminal_tariff: "standard",
            tariffs: "",
            station: "",
            provider: "",
            upstream: String::new(),
            disk: None,
            gateway: Vec::new(),
            onboarded: true,
            origin: Origin::FactoryFitted,
            processor: Processor::Platform,
        }
    }
}

/// The serial number of a place's terminal.
pub(super) fn terminal(place: u32) -> String {
    format!("P66-{place:04}")
}

/// The identity of a place's station.
pub(super) fn station(place: u32) -> String {
    format!("CT-{place}")
}

pub(super) async fn start_station(address: &str, setup: &Setup, place: u32) -> StationSimulator {
    StationSimulator::start(StationArgs {
        url: format!("ws://{address}/ocpp"),
        identity: station(place),
        password: PASSWORD.into(),
        ocpp: setup.ocpp,
        connectors: CONNECTORS,
        power: setup.power,
        time_scale: 600,
        meter_interval_ms: 100,
        plug_in_after_ms: setup.plug_in_after_ms,
        unplug_after: setup.unplug_after,
        faults: setup
            .station_faults
            .iter()
            .map(|fault| fault.parse().unwrap())
            .collect(),
        control: ([127, 0, 0, 1], 0).into(),
    })
    .await
    .unwrap()
}

pub(super) fn write_configuration(folder: &Path, address: &str, payter: &str, setup: &Setup) {
    std::fs::write(folder.join("api.key"), API_KEY).unwrap();
    std::fs::write(folder.join("callback.key"), CALLBACK_KEY).unwrap();
    std::fs::write(folder.join("station.key"), setup.station_password).unwrap();
    std::fs::write(folder.join("webhook.key"), WEBHOOK_KEY).unwrap();
    let components = components();
    let text = format!(
        r#"
        [server]
        listen = "{address}"
        database = "{database}"
        components = "{components}"
        unsigned = true
        cache = "{components}-cache"
        trusted_proxies = ["127.0.0.1"]
        [gateway]
        public_url = "http://{address}"
        [payter]
        url = "{payter}"
        api_key = {{ file = "api.key" }}
        {provider}
        [[callback_keys]]
        id = "journey"
        secret = {{ file = "callback.key" }}
        {EXAMPLE_CONFIG}
        {customer}
        [policy]
        authorise_timeout_s = 3
        plug_in_timeout_s = {plug_in_timeout_s}
        {policy}
        [[webhooks]]
        id = "acquirer"
        scheme = "raw-body"
        keys = [{{ id = "w1", secret = {{ file = "webhook.key" }} }}]
        [[stations]]
        id = "{STATION}"
        password = {{ file = "station.key" }}
        {station}
        {further_station}
        [[terminals]]
        serial = "{TERMINAL}"
        model = "apollo"
        tariff = "{terminal_tariff}"
        {terminal}
        {further_places}
        {tariffs}
        {upstream}
        "#,
        database = setup.server.as_deref().unwrap_or(DATABASE),
        components = components.display(),
        plug_in_timeout_s = setup.plug_in_timeout_s,
        policy = setup.policy,
        terminal = setup.terminal,
        terminal_tariff = setup.terminal_tariff,
        tariffs = setup.tariffs,
        station = setup.station,
        further_station = further_station(setup.further_station),
        further_places = further_places(setup),
        provider = setup.provider,
        upstream = setup.upstream,
        customer = match setup.processor {
            Processor::Platform => "",
            Processor::Customer => CUSTOMER,
        },
    );
    std::fs::write(folder.join("chargetap.toml"), text).unwrap();
}

fn further_station(id: &str) -> String {
    match id {
        "" => String::new(),
        id => format!("[[stations]]\nid = \"{id}\"\npassword = {{ file = \"station.key\" }}"),
    }
}

/// The places but the first.
fn further_places(setup: &Setup) -> String {
    let place = |place| {
        let (terminal, station) = (terminal(place), station(place));
        let tariff = setup.further_tariff;
        let access = format!(
            r#"
        [[stations]]
        id = "{station}"
        password = {{ file = "station.key" }}"#
        );
        if setup.further_on_record {
            return String::new();
        }
        format!(
            r#"{access}
        [[terminals]]
        serial = "{terminal}"
        model = "apollo"
        tariff = "{tariff}"
        evses = [{{ station = "{station}", connector = 1 }}]
        hold = "50.00""#
        )
    };
    (2..=setup.places).map(place).collect()
}

/// Start a gateway and wait until it listens or has ended. Returns what it printed until then. It is killed if nobody
/// waits any longer.
pub(super) async fn start_gateway(
    folder: &Path,
    arguments: &[String],
    disk: Option<&Disk>,
    log: &Log,
) -> (Gateway, Vec<String>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chargetap"));
    command
        .args(["--log-format", "json", "serve", "chargetap.toml"])
        .args(arguments)
        .current_dir(folder)
        .env_remove("CHARGETAP_LOG")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    if let Some(disk) = disk {
        disk.put_under(&mut command);
    }
    let mut gateway = Gateway(command.spawn().unwrap());
    let (out, err) = (
        gateway.0.stdout.take().unwrap(),
        gateway.0.stderr.take().unwrap(),
    );
    let log = log.clone();
    std::thread::spawn(move || {
        for line in BufReader::new(err).lines().map_while(Result::ok) {
            log.0.lock().unwrap().push(line);
        }
    });
    let listening = move || {
        let mut printed = Vec::new();
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            let is_last = line.starts_with("listening on");
            printed.push(line);
            if is_last {
                break;
            }
        }
        printed
    };
    let printed = tokio::task::spawn_blocking(listening).await.unwrap();
    (gateway, printed)
}

/// The connectors at which the terminal of a configuration lets drivers charge.
pub(super) fn connectors(terminal: &str) -> Vec<u32> {
    let mut parts = terminal.split("connector = ");
    parts.next();
    parts
        .map(|part| part.split([',', ' ', '}']).next().unwrap().parse().unwrap())
        .collect()
}
