//! An example: the calls that set up a site and onboard a terminal, in their order, and a part of
//! the configuration. The demonstration and the tests use it.

use serde_json::{Value, json};

use crate::api::Method;
use crate::maintenance::checklist;
use crate::model::Model;
use crate::moment::Moment;
use crate::processor::Processor;
use crate::terminal::{Domain, Origin};

/// The customer of the example, with its sites.
#[derive(Clone, Debug)]
pub struct ExampleCustomer<'a> {
    /// The sites; at least one.
    pub sites: &'a [ExampleSite<'a>],
    /// When all of it happened.
    pub at: Moment,
}

/// A site.
#[derive(Clone, Copy, Debug)]
pub struct ExampleSite<'a> {
    /// Its key.
    pub key: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Its address.
    pub address: &'a str,
    /// Its time zone.
    pub time_zone: &'a str,
    /// Its stations, with the numbers of their EVSEs.
    pub stations: &'a [(&'a str, &'a [u32])],
}

impl<'a> ExampleSite<'a> {
    /// The site of [`EXAMPLE_CONFIG`], with these stations.
    #[must_use]
    pub const fn torget(stations: &'a [(&'a str, &'a [u32])]) -> Self {
        Self {
            key: "stora-torget",
            name: "Stora Torget",
            address: "Torget 2, 111 23 Stockholm, Sweden",
            time_zone: "Europe/Stockholm",
            stations,
        }
    }
}

/// A terminal to onboard there.
#[derive(Clone, Debug)]
pub struct Onboarding<'a> {
    /// Its serial number.
    pub serial: &'a str,
    /// The key of its site.
    pub site: &'a str,
    /// Its model.
    pub model: Model,
    /// Its origin.
    pub origin: Origin,
    /// The processor that will take the money.
    pub processor: Processor,
    /// Its station.
    pub station: &'a str,
    /// The connectors that it serves.
    pub connectors: &'a [u32],
    /// How it takes cards; absent if the gateway's configuration says how.
    pub charging: Option<&'a Value>,
    /// When all of it happened.
    pub at: Moment,
}

/// A call of the REST interface.
#[derive(Clone, Debug)]
pub struct ExampleCall {
    /// What it does, for people.
    pub what: &'static str,
    /// The request method.
    pub method: Method,
    /// The path.
    pub path: String,
    /// The body.
    pub body: Option<Value>,
}

/// The tables of the gateway's configuration that every example shares: an issuer of receipts, the
/// site and a tariff without times.
pub const EXAMPLE_CONFIG: &str = r#"
[issuers.platform]
name = "Laddbolaget AB"
address = "Storgatan 1, 111 22 Stockholm, Sweden"
vat_number = "SE556677889901"
contact = "help@laddbolaget.example"
number_prefix = "L-"

[site]
name = "Stora Torget"
address = "Torget 2, 111 23 Stockholm, Sweden"
time_zone = "Europe/Stockholm"

[[tariffs]]
id = "standard"
currency = "EUR"
per_kwh = "0.49"
per_session = "0.25"
vat_percent = "25"
"#;

const CUSTOMER: &str = "parkeringshuset";
const PERSON: &str = "astrid";
const TRAINER: &str = "Laddbolaget AB";

impl ExampleCustomer<'_> {
    /// The calls that set up the customer, the sites, a trained user and the stations.
    #[must_use]
    pub fn steps(&self) -> Vec<ExampleCall> {
        let contact = json!({"name": "Astrid Lund", "email": "astrid@parkeringshuset.example"});
        let mut steps = vec![
            put(
                "the customer",
                format!("/customers/{CUSTOMER}"),
                json!({
                    "name": "Parkeringshuset AB",
                    "contact": contact,
                    "vendor_contract": "PAY-2026-117",
                    "vendor_domain": "parkeringshuset",
                    "merchant": {"acquirer": "Example Acquiring", "id": "M-5552-1"},
                }),
            ),
            post(
                "accepts the terms of use",
                format!("/customers/{CUSTOMER}/terms"),
                json!({"edition": "2026-1", "by": "Astrid Lund", "at": self.at}),
            ),
            post(
                "is asked for no self-assessment of PCI DSS",
                format!("/customers/{CUSTOMER}/self-assessments"),
                json!({"status": "not-required"}),
            ),
        ];
        steps.extend(self.sites.iter().map(ExampleSite::step));
        let sites: Vec<&str> = self.sites.iter().map(|it| it.key).collect();
        steps.push(put(
            "who may use terminals",
            format!("/people/{PERSON}"),
            json!({"contact": contact, "sites": sites}),
        ));
        steps.push(post(
            "is trained",
            format!("/people/{PERSON}/trainings"),
            json!({"at": self.at, "by": TRAINER}),
        ));
        steps.extend(self.sites.iter().flat_map(ExampleSite::station_steps));
        steps
    }
}

impl ExampleSite<'_> {
    fn step(&self) -> ExampleCall {
        let site = json!({
            "customer": CUSTOMER,
            "name": self.name,
            "address": self.address,
            "time_zone": self.time_zone,
        });
        put("the site", format!("/sites/{}", self.key), site)
    }

    fn station_steps(&self) -> impl Iterator<Item = ExampleCall> {
        self.stations.iter().map(|(station, connectors)| {
            let evses = connectors.iter().map(|it| json!({"connector": it}));
            let evses: Vec<Value> = evses.collect();
            let body = json!({"site": self.key, "evses": evses});
            put("the station", format!("/stations/{station}"), body)
        })
    }
}

impl Onboarding<'_> {
    /// The calls that onboard the terminal. The last one activates it.
    #[must_use]
    pub fn steps(&self) -> Vec<ExampleCall> {
        let mut steps = self.order();
        steps.extend(self.vendor());
        let done = |check| json!({"check": check, "at": self.at, "by": PERSON});
        steps.extend(checklist(self.origin).iter().map(|check| {
            self.terminal_action("is checked before deployment", "checks", Some(done(*check)))
        }));
        steps.push(self.terminal_action("nothing is missing but activation", "ready", None));
        steps.push(self.terminal_action(
            "seen online at the vendor, and activated",
            "activate",
            None,
        ));
        steps
    }

    /// The order with its licences, and the terminal.
    fn order(&self) -> Vec<ExampleCall> {
        let order = self.order_key();
        let mut details = json!({
            "model": self.model,
            "order": order,
            "site": self.site,
            "station": self.station,
            "connectors": self.connectors,
            "sim": "none",
            "users": [PERSON],
        });
        if let (Some(details), Some(charging)) = (details.as_object_mut(), self.charging) {
            details.insert("charging".to_owned(), charging.clone());
        }
        vec![
            put(
                "the order, with its licences",
                format!("/orders/{order}"),
                json!({
                    "customer": CUSTOMER,
                    "origin": self.origin,
                    "processor": self.processor,
                    "activations": 1,
                    "software_years": 1,
                }),
            ),
            post(
                "the terminal",
                format!("/orders/{order}/terminals"),
                json!({
                    "serial": self.serial,
                    "domain": self.domain(),
                    "details": details,
                }),
            ),
            ExampleCall {
                what: "is licensed",
                method: Method::Post,
                path: path(&format!("/orders/{order}/licences")),
                body: None,
            },
        ]
    }

    /// Each terminal has an order of its own.
    fn order_key(&self) -> String {
        format!("SO-{}", self.serial)
    }

    /// The terminal's domain at first.
    fn domain(&self) -> Domain {
        match (self.origin, self.processor) {
            (Origin::FactoryFitted, _) => Domain::Platform,
            (Origin::CustomerOwned, Processor::Platform) => Domain::Other,
            (Origin::CustomerOwned, Processor::Customer) => Domain::Customer,
        }
    }

    /// The calls for what the vendor has to do.
    fn vendor(&self) -> Vec<ExampleCall> {
        let mut steps = Vec::new();
        let is_there = match self.processor {
            Processor::Platform => self.domain() == Domain::Platform,
            Processor::Customer => self.domain() == Domain::Customer,
        };
        if !is_there {
            let to = Some(json!({"to": self.processor}));
            let number = Some(json!({"number": "TT-0042"}));
            steps.push(self.terminal_action("its transfer is asked for", "transfer", to));
            steps.push(self.terminal_action(
                "the vendor's number of it",
                "transfer/number",
                number,
            ));
            steps.push(self.terminal_action("is transferred", "transfer/complete", None));
        }
        if self.processor == Processor::Customer {
            steps.push(self.terminal_action(
                "the vendor is asked to re-route it",
                "routing/asked",
                None,
            ));
            steps.push(self.terminal_action("is re-routed", "routing/confirmed", None));
        }
        steps
    }

    fn terminal_action(
        &self,
        what: &'static str,
        action: &str,
        body: Option<Value>,
    ) -> ExampleCall {
        ExampleCall {
            what,
            method: Method::Post,
            path: path(&format!("/terminals/{}/{action}", self.serial)),
            body,
        }
    }
}

fn put(what: &'static str, to: String, body: Value) -> ExampleCall {
    ExampleCall {
        what,
        method: Method::Put,
        path: path(&to),
        body: Some(body),
    }
}

fn post(what: &'static str, to: String, body: Value) -> ExampleCall {
    ExampleCall {
        method: Method::Post,
        ..put(what, to, body)
    }
}

fn path(under: &str) -> String {
    format!("/api/v1{under}")
}
