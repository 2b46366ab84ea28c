//! The site: which terminals there are, which EVSEs they serve, and how sessions begin there.

use std::fmt::Write as _;

use chargetap_fleet::example::EXAMPLE_CONFIG;
use serde_json::json;

/// How many connectors the one station has.
pub(crate) const CONNECTORS: u32 = 6;
/// What a terminal holds, in cents.
const HOLD: u64 = 5_000;
/// What drivers can choose on the screen, in cents.
const CHOICES: [u64; 2] = [2_000, 5_000];

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

/// The configuration. Its tariff does not depend on time, so that the oracle's price is one line.
pub(crate) fn configuration() -> String {
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
        [[stations]]
        id = "CT-1"
        password = {{ env = "UNUSED" }}
        "#,
    );
    for (at, (way, connectors)) in TERMINALS.iter().enumerate() {
        let evses: Vec<_> = connectors
            .iter()
            .map(|connector| {
                let label = label(*connector);
                format!(r#"{{ station = "CT-1", connector = {connector}, label = "{label}" }}"#)
            })
            .collect();
        let cents = |cents: u64| format!("\"{}.{:02}\"", cents / 100, cents % 100);
        let start = match way {
            Way::Tap => format!("start = \"tap\"\nhold = {}", cents(HOLD)),
            Way::PlugIn => format!("start = \"plug-in\"\nhold = {}", cents(HOLD)),
            Way::Screen => format!(
                "start = \"screen\"\nstop_on_screen = true\nhold_choices = [{}]",
                CHOICES.map(cents).join(", ")
            ),
        };
        // Writing to a string does not fail.
        let _ = write!(
            text,
            "\n[[terminals]]\nserial = \"{}\"\nmodel = \"apollo\"\ntariff = \"standard\"\nevses = [{}]\n{start}\n",
            serial(at),
            evses.join(", ")
        );
    }
    text
}
