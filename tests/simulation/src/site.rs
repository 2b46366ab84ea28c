//! The site: which terminals there are, which EVSEs they serve, and how sessions begin there.

use std::fmt::Write as _;
use std::sync::LazyLock;

use chargetap_engine::config::{Config, ConfigErrors};
use chargetap_fleet::example::EXAMPLE_CONFIG;
use serde_json::json;

/// How many stations there are, each with one connector.
pub(crate) const CONNECTORS: u32 = 6;
/// How a session begins at a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Tap,
    PlugIn,
    /// Chosen on the screen, where it can be stopped as well.
    Screen,
}

/// The terminals: which connectors each serves, and how.
const TERMINALS: [(Way, &[u32]); 4] = [
    (Way::Tap, &[1]),
    (Way::Tap, &[2]),
    (Way::PlugIn, &[3, 4]),
    (Way::Screen, &[5, 6]),
];

/// The serial numbers.
pub(crate) fn serials() -> impl Iterator<Item = String> {
    (0..TERMINALS.len()).map(serial)
}

fn serial(terminal: usize) -> String {
    format!("P66-{terminal}")
}

/// The terminal that serves a connector, and how sessions begin there.
pub(crate) fn terminal_of(connector: u32) -> (String, Way) {
    let found = TERMINALS
        .iter()
        .enumerate()
        .find(|(_, (_, connectors))| connectors.contains(&connector));
    let (at, (way, _)) = found.unwrap_or((0, &(Way::Tap, &[])));
    (serial(at), *way)
}

/// The station of a connector.
pub(crate) fn station(connector: u32) -> String {
    format!("CT-{connector}")
}

/// The connector of a station.
pub(crate) fn connector_at(station: &str) -> Option<u32> {
    station.strip_prefix("CT-")?.parse().ok()
}

/// The label under which drivers know a connector.
pub(crate) fn label(connector: u32) -> String {
    format!("E{connector}")
}

/// The connector that a text on a screen names, if it names one.
pub(crate) fn connector_in(text: &str) -> Option<u32> {
    let (label, _) = text.strip_prefix('E')?.split_once(':')?;
    label.parse().ok()
}

/// The records of commissioned terminals. Commissioning itself is tested elsewhere.
pub(crate) fn commissioned_terminals() -> serde_json::Result<String> {
    let commissioned: Vec<_> = TERMINALS
        .iter()
        .enumerate()
        .map(|(at, (_, connectors))| {
            let record = json!({
                "serial": serial(at),
                "details": {
                    "model": "apollo", "order": "SO-1", "site": "torget", "station": "CT-1",
                    "connectors": connectors, "users": [],
                },
                "origin": "factory-fitted", "processor": "platform", "domain": "platform",
                "state": "activated", "since": "2026-01-01T00:00:00Z",
                "routing": {},
                "licences": {
                    "activation": "SO-1", "waiting": [],
                    "software": [{"order": "SO-1", "from": "2026-01-01", "until": "2036-01-01"}],
                },
                "checks": {}, "inspections": [],
            });
            let after = json!({"kind": "terminal", "record": record});
            json!({"kind": "terminal", "key": serial(at), "after": after})
        })
        .collect();
    serde_json::to_string(&commissioned)
}

/// Prices and bounds, of which a gateway starts with either.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PriceList {
    Usual,
    Other,
}

impl PriceList {
    const ALL: [Self; 2] = [Self::Usual, Self::Other];

    /// The one that is not this one.
    pub(crate) fn other(self) -> Self {
        match self {
            Self::Usual => Self::Other,
            Self::Other => Self::Usual,
        }
    }

    /// The price at a terminal.
    fn at(self, terminal: &str) -> Price {
        let is_timed = matches!(terminal, "P66-1" | "P66-3");
        match (self, is_timed) {
            (Self::Usual, false) => Price {
                currency: "EUR",
                per_kwh: 49,
                per_hour: 0,
                per_session: 25,
                shown: "0.6125/kWh",
            },
            (Self::Usual, true) => Price {
                currency: "SEK",
                per_kwh: 40,
                per_hour: 600,
                per_session: 0,
                shown: "0.50/kWh",
            },
            (Self::Other, false) => Price {
                currency: "EUR",
                per_kwh: 79,
                per_hour: 0,
                per_session: 10,
                shown: "0.9875/kWh",
            },
            (Self::Other, true) => Price {
                currency: "SEK",
                per_kwh: 30,
                per_hour: 900,
                per_session: 0,
                shown: "0.375/kWh",
            },
        }
    }

    /// The prices at a terminal, as the REST interface takes them.
    pub(crate) fn prices(self, terminal: &str) -> serde_json::Value {
        let price = self.at(terminal);
        json!({
            "currency": price.currency,
            "per_kwh": decimal(price.per_kwh),
            "per_hour": decimal(price.per_hour),
            "per_session": decimal(price.per_session),
            "vat_percent": "25",
        })
    }

    /// Less is not captured, in minor units.
    fn minimum(self) -> u64 {
        match self {
            Self::Usual => 50,
            Self::Other => 200,
        }
    }

    /// What a terminal holds, or lets drivers choose on the screen, in minor units.
    fn holds(self) -> [u64; 2] {
        match self {
            Self::Usual => [2_000, 5_000],
            Self::Other => [2_100, 5_100],
        }
    }

    /// Whether a text on a terminal says these prices.
    pub(crate) fn is_shown(self, terminal: &str, text: &str) -> bool {
        text.contains(self.at(terminal).shown)
    }

    /// Whether a terminal that shows this text has these bounds: it says the hold.
    fn is_of(self, text: &str) -> bool {
        let mut holds = self.holds().into_iter().map(decimal);
        holds.any(|hold| text.contains(&format!("{hold}. ")))
    }
}

/// The id of a terminal's tariff.
pub(crate) fn tariff_of(terminal: &str) -> String {
    format!("of-{terminal}").to_lowercase()
}

/// What a terminal's driver pays: in cents or in öre, with 25 % VAT on top.
pub(crate) struct Price {
    pub(crate) currency: &'static str,
    /// In hundredths of a minor unit.
    pub(crate) per_kwh: u64,
    pub(crate) per_hour: u64,
    pub(crate) per_session: u64,
    /// What of the price a terminal shows, with VAT.
    shown: &'static str,
}

/// What a text on a terminal may mean: a price, and what is not captured. All that it ever is there, if nobody knows what
/// was shown.
pub(crate) fn shown(terminal: &str, text: Option<&str>) -> Vec<(Price, u64)> {
    let lists = PriceList::ALL.into_iter();
    let lists = lists.filter(|list| text.is_none_or(|text| list.is_shown(terminal, text)));
    let prices = lists.map(|list| list.at(terminal));
    let bounds = PriceList::ALL
        .into_iter()
        .filter(|list| text.is_none_or(|text| list.is_of(text)));
    let minimum = bounds.map(PriceList::minimum).max().unwrap_or(0);
    prices.map(|price| (price, minimum)).collect()
}

/// An amount in minor units as people write it.
fn decimal(amount: u64) -> String {
    format!("{}.{:02}", amount / 100, amount % 100)
}

/// The configuration with these prices, read once: gateways are started often.
pub(crate) fn configuration(prices: PriceList) -> Result<Config, &'static ConfigErrors> {
    type Read = LazyLock<Result<Config, ConfigErrors>>;
    static USUAL: Read = LazyLock::new(|| Config::parse(&configuration_file(PriceList::Usual)));
    static OTHER: Read = LazyLock::new(|| Config::parse(&configuration_file(PriceList::Other)));
    let read = match prices {
        PriceList::Usual => &USUAL,
        PriceList::Other => &OTHER,
    };
    read.as_ref().cloned()
}

fn configuration_file(prices: PriceList) -> String {
    let cents = |cents: u64| format!("{:?}", decimal(cents));
    let holds = prices.holds();
    let mut text = format!(
        r#"
        [gateway]
        public_url = "http://gateway"
        [payter]
        url = "http://payter"
        api_key = {{ env = "UNUSED" }}
        [[callback_keys]]
        id = "simulation"
        secret = {{ env = "UNUSED" }}
        {EXAMPLE_CONFIG}
        [policy]
        maximum_duration_s = 14400
        minimum_capture = {}
        "#,
        cents(prices.minimum())
    );
    for connector in 1..=CONNECTORS {
        let station = station(connector);
        // Writing to a string does not fail.
        let _ = write!(
            text,
            "\n[[stations]]\nid = \"{station}\"\npassword = {{ env = \"UNUSED\" }}\n"
        );
    }
    for (at, (way, connectors)) in TERMINALS.iter().enumerate() {
        let evses: Vec<_> = connectors
            .iter()
            .map(|connector| {
                let label = label(*connector);
                let station = station(*connector);
                format!(
                    r#"{{ station = "{station}", connector = {connector}, label = "{label}" }}"#
                )
            })
            .collect();
        let start = match way {
            Way::Tap => format!("start = \"tap\"\nhold = {}", cents(holds[1])),
            Way::PlugIn => format!("start = \"plug-in\"\nhold = {}", cents(holds[1])),
            Way::Screen => format!(
                "start = \"screen\"\nstop_on_screen = true\nhold_choices = [{}]",
                holds.map(cents).join(", ")
            ),
        };
        let serial = serial(at);
        let (price, tariff) = (prices.at(&serial), tariff_of(&serial));
        // Writing to a string does not fail.
        let _ = write!(
            text,
            "\n[[tariffs]]\nid = \"{tariff}\"\ncurrency = \"{}\"\nvat_percent = \"25\"
             per_kwh = {}\nper_hour = {}\nper_session = {}
             \n[[terminals]]\nserial = \"{serial}\"\nmodel = \"apollo\"\ntariff = \"{tariff}\"
             evses = [{}]\n{start}\n",
            price.currency,
            cents(price.per_kwh),
            cents(price.per_hour),
            cents(price.per_session),
            evses.join(", ")
        );
    }
    text
}
