//! The demonstration: one driver taps, charges and leaves, against simulated hardware.
//!
//! The gateway is the real one, or the application under Spin with the real bridge. The simulators are reached over real
//! sockets on loopback, and what they recorded is compared with the receipt at the end.

mod configuration;
mod gateway;
mod money;
mod onboarding;
mod screen;
mod timeline;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};
use chargetap_fleet::moment::Moment;
use chargetap_simulators::central_system::{CentralSystemArgs, CentralSystemSimulator};
use chargetap_simulators::payter::{PayterArgs, PayterSimulator};
use chargetap_simulators::station::{StationArgs, StationSimulator, Version};
use clap::Args;
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout};

use self::configuration::Configuration;
use crate::client::client;
use crate::platform::now;

pub(crate) use timeline::{Line, Timeline, channel};

/// How long any part of the demonstration may take.
const PATIENCE: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(100);
/// How long the driver reads the terminal before the tap.
const READING: Duration = Duration::from_secs(1);
/// The driver leaves after this much energy, in watt-hours.
const ENOUGH: u64 = 7_000;
const TERMINAL: &str = "P66-DEMO-1";
const STATION: &str = "CT-DEMO-1";
const CARD: &str = "demo-card-1";
const PASSWORD: &str = "demo-station-password";
const API_KEY: &str = "demo-api-key";

/// The options of the demonstration.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Where the gateway listens; by default, at a free port.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: String,
    /// The folder with the three components.
    #[arg(long, default_value = "components")]
    components: PathBuf,
    /// End after the session. Fails if an amount is wrong.
    #[arg(long)]
    once: bool,
    /// The language of the terminal, such as `sv`; may be given twice: then it shows both.
    #[arg(long = "language", value_name = "LANGUAGE", default_value = "en")]
    languages: Vec<String>,
    /// The version of OCPP that the station speaks. From 2.0.1 on, it is told what charging costs, and in 2.1 its
    /// tariff.
    #[arg(long, value_enum, value_name = "VERSION", default_value_t = Version::V1_6)]
    ocpp: Version,
    /// Put a simulated central system above the gateway, as a customer's. In the end, what it saw of the
    /// transaction is compared, too.
    #[arg(long)]
    upstream: bool,
    /// Run the application under Spin, with the bridge before it, in place of the gateway: by this program, which is
    /// `spin` or takes the same arguments.
    #[arg(long, value_name = "PROGRAM")]
    spin: Option<PathBuf>,
    /// The manifest of the Spin application.
    #[arg(long, value_name = "PATH", default_value = "spin.toml")]
    manifest: PathBuf,
}

/// Run the demonstration. `lines` are the engine's log lines about the session.
pub(crate) async fn run(
    args: DemoArgs,
    lines: mpsc::UnboundedReceiver<Line>,
) -> anyhow::Result<()> {
    let folder = tempfile::tempdir().context("no temporary folder can be made")?;
    let payter = PayterSimulator::start(PayterArgs {
        listen: ([127, 0, 0, 1], 0).into(),
        api_key: API_KEY.into(),
        terminals: vec![TERMINAL.into()],
        currency: "EUR".into(),
        faults: Vec::new(),
    })
    .await?;
    let central_system = match args.upstream {
        true => {
            let args = CentralSystemArgs {
                listen: ([127, 0, 0, 1], 0).into(),
                accept_tokens: false,
            };
            Some(CentralSystemSimulator::start(args).await?)
        }
        false => None,
    };
    let above = central_system.as_ref().map(CentralSystemSimulator::address);
    let listener = TcpListener::bind(&args.listen)
        .await
        .with_context(|| format!("--listen: {} cannot be listened at", args.listen))?;
    let address = listener.local_addr()?;
    let configuration =
        Configuration::new(&args, folder.path(), address, payter.base_url(), above)?;
    let gateway = match &args.spin {
        None => gateway::start(listener, &configuration, lines).await?,
        Some(program) => {
            // Spin listens there itself.
            drop(listener);
            gateway::start_under_spin(program, &args.manifest, &configuration).await?
        }
    };
    let station = StationSimulator::start(StationArgs {
        url: format!("ws://{}/ocpp", gateway.stations),
        identity: STATION.into(),
        password: PASSWORD.into(),
        ocpp: args.ocpp,
        connectors: 1,
        power: 50_000,
        time_scale: 120,
        meter_interval_ms: 1_000,
        plug_in_after_ms: Some(1_000),
        unplug_after: None,
        faults: Vec::new(),
        control: ([127, 0, 0, 1], 0).into(),
    })
    .await?;

    println!("Chargetap demonstration, all on this machine:");
    match &args.spin {
        None => println!("  gateway            http://{address}"),
        Some(program) => {
            println!(
                "  under Spin         http://{address} ({})",
                program.display()
            );
            println!("  bridge             http://{}", gateway.stations);
        }
    }
    println!("  simulated Payter   {}", payter.base_url());
    println!(
        "  simulated station  {} (OCPP {})",
        station.control_url(),
        args.ocpp
    );
    if let Some(above) = above {
        println!("  central system     http://{above} (simulated, above the gateway)");
    }
    println!("A second at this station is worth two minutes of charging at 50 kW.\n");

    let now = Moment::from_millis(now());
    onboarding::onboard(address, gateway.token.expose_secret(), now).await?;
    let driver = Driver {
        payter: payter.base_url(),
        station: station.control_url(),
        central_system: above,
    };
    let mut timeline = Timeline::new(gateway.lines, screen::watch(payter.base_url()));
    driver.charge(&mut timeline).await?;
    let code = timeline.until_terminal_says_a_code().await?;
    let receipt = find_receipt(address, &code).await?;
    let right = money::compare(&driver, &receipt).await?;
    if args.ocpp == Version::V2_1 && !args.upstream {
        driver.print_tariff().await?;
    }

    println!("\nThe receipt: {receipt}");
    if args.once {
        if !right {
            bail!("the money is not right");
        }
        return Ok(());
    }
    println!("Open it in a browser. Ctrl-C ends the demonstration.");
    tokio::signal::ctrl_c().await?;
    Ok(())
}

/// The link of the receipt with this code, as a driver finds it.
async fn find_receipt(gateway: SocketAddr, code: &str) -> anyhow::Result<String> {
    let request = client()?
        .post(format!("http://{gateway}/receipts"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("code={code}"));
    let answer = request.send().await?;
    let link = answer.headers().get("location");
    let link = link.and_then(|link| link.to_str().ok());
    Ok(link
        .context("there is no receipt with this code")?
        .to_owned())
}

/// The person with the card, acting through the simulators' control APIs.
struct Driver<'a> {
    payter: &'a str,
    station: &'a str,
    /// Where the central system above the gateway is, if there is one.
    central_system: Option<SocketAddr>,
}

/// The station's state, from its control API.
#[derive(Debug, Deserialize)]
struct StationState {
    connected: bool,
    connectors: Vec<Connector>,
    transactions: Vec<Transaction>,
}

#[derive(Debug, Deserialize)]
struct Connector {
    meter_wh: u64,
    /// The tariff that it shows, if it was told one.
    tariff: Option<Tariff>,
}

#[derive(Debug, Deserialize)]
struct Tariff {
    description: Vec<Description>,
}

#[derive(Debug, Deserialize)]
struct Description {
    content: String,
}

/// A transaction, as the station has it or as the central system was told of it.
#[derive(Debug, Deserialize)]
struct Transaction {
    meter_start: u64,
    meter_stop: Option<u64>,
    /// What the station was told that it costs, in whole units of the currency.
    total_cost: Option<f64>,
}

impl StationState {
    fn tariff(&self) -> Option<&Tariff> {
        self.connectors.first()?.tariff.as_ref()
    }
}

impl Driver<'_> {
    /// Tap, charge, tap again, leave.
    async fn charge(&self, timeline: &mut Timeline) -> anyhow::Result<()> {
        self.until("the station does not connect", |state| state.connected)
            .await?;
        let reading = async {
            sleep(READING).await;
            Ok(())
        };
        timeline.during(reading).await?;
        timeline.during(self.tap()).await?;
        timeline.until_phase("charging").await?;
        let enough = |state: &StationState| {
            let start = state
                .transactions
                .first()
                .map(|transaction| transaction.meter_start);
            let now = state.connectors.first().map(|connector| connector.meter_wh);
            start
                .zip(now)
                .is_some_and(|(start, now)| now.saturating_sub(start) >= ENOUGH)
        };
        timeline
            .during(self.until("no energy flows", enough))
            .await?;
        timeline.during(self.tap()).await?;
        timeline.until_receipt().await
    }

    /// Show the card as soon as the terminal is armed.
    async fn tap(&self) -> anyhow::Result<()> {
        let tap = json!({
            "terminal": TERMINAL, "card_id": CARD,
            "masked_pan": "************1234", "aid": "A0000000031010",
        });
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            let url = format!("{}/control/tap", self.payter);
            let answer = client()?
                .post(url)
                .header("content-type", "application/json")
                .body(tap.to_string())
                .send()
                .await?;
            match answer.status().as_u16() {
                200 => return Ok(()),
                // The terminal is not armed yet.
                409 => sleep(POLL).await,
                status => bail!("the tap was answered {status}"),
            }
        }
        bail!("the terminal reads no card")
    }

    /// Print the tariff that the station shows to drivers who come.
    async fn print_tariff(&self) -> anyhow::Result<()> {
        let has_one = |state: &StationState| state.tariff().is_some();
        self.until("the station is told no tariff", has_one).await?;
        if let Some(tariff) = self.station_state().await?.tariff() {
            let words = tariff.description.iter().map(|it| it.content.as_str());
            let words: Vec<_> = words.collect();
            println!("The station shows as its tariff: {}", words.join(" / "));
        }
        Ok(())
    }

    async fn until(
        &self,
        otherwise: &'static str,
        condition: impl Fn(&StationState) -> bool,
    ) -> anyhow::Result<()> {
        let reached = async {
            while !condition(&self.station_state().await?) {
                sleep(POLL).await;
            }
            anyhow::Ok(())
        };
        timeout(PATIENCE, reached).await.context(otherwise)?
    }

    async fn station_state(&self) -> anyhow::Result<StationState> {
        get(&format!("{}/control/state", self.station)).await
    }
}

async fn get<T: serde::de::DeserializeOwned>(url: &str) -> anyhow::Result<T> {
    let request = client()?.get(url).header("accept", "application/json");
    let body = request.send().await?.error_for_status()?.bytes().await?;
    serde_json::from_slice(&body).with_context(|| format!("{url} answered something else"))
}
