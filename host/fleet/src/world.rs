//! A small fleet for unit tests: one customer with a site, a station of four EVSEs, a trained
//! person, an order, and the terminal T1.

use std::fmt::Debug;
use std::str::FromStr;

use crate::access::{AccessScope, Scope};
use crate::command::{Command, TerminalAction};
use crate::context::{Actor, DecisionContext, GatewayFacts, StatusRecord, TerminalConfig};
use crate::decide;
use crate::fleet::{Change, Fleet, Record};
use crate::incident::{Incident, IncidentDetails, IncidentKind};
use crate::licence::Sku;
use crate::maintenance::{Inspection, MaintenanceRecord, Occasion, checklist};
use crate::model::Model;
use crate::moment::{Moment, Zone};
use crate::order::{Order, OrderDetails};
use crate::processor::Processor;
use crate::readiness;
use crate::refusal::{Reason, Refusal};
use crate::site::{
    Acceptance, AssessmentStatus, Contact, Customer, CustomerDetails, EvseDetails, Merchant,
    PersonDetails, SelfAssessment, SiteDetails, StationDetails, Training,
};
use crate::tariff::{TariffForm, TariffNeeds};
use crate::terminal::{Domain, Origin, Sim, Terminal, TerminalDetails};

/// 25 November 2026, noon in Stockholm.
pub(crate) const NOON: &str = "2026-11-25T11:00:00Z";
pub(crate) const DAY: u64 = 24 * 3_600 * 1_000;
pub(crate) const SIM: &str = "8946071512360089522";
pub(crate) const OTHER_SIM: &str = "8944110068880037416";

/// A parsed text of any type.
pub(crate) fn text<T: FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

pub(crate) fn moment(text: &str) -> Moment {
    serde_json::from_value(text.into()).unwrap()
}

pub(crate) struct World {
    pub(crate) fleet: Fleet,
    pub(crate) gateway: GatewayFacts,
    pub(crate) now: Moment,
}

pub(crate) fn contact(name: &str) -> Contact {
    Contact {
        name: text(name),
        email: Some(text("ann@acme.example")),
        phone: Some(text("+46 8 123 45")),
    }
}

fn person() -> PersonDetails {
    PersonDetails {
        contact: contact("Ann Ek"),
        sites: vec![text("depot")],
    }
}

pub(crate) fn details() -> TerminalDetails {
    TerminalDetails {
        model: Model::Apollo,
        order: text("O-1"),
        site: text("depot"),
        station: Some(text("CS-1")),
        connectors: vec![1, 2],
        charging: None,
        sim: Some(Sim::Card(text(SIM))),
        firmware: None,
        users: vec![text("ann")],
    }
}

impl World {
    /// Everything except the terminal.
    pub(crate) fn without_terminal(origin: Origin, processor: Processor) -> Self {
        let mut world = Self {
            fleet: Fleet::default(),
            gateway: GatewayFacts {
                minimum_capture: "0.50".to_owned(),
                ..GatewayFacts::default()
            },
            now: moment(NOON),
        };
        let customer = CustomerDetails {
            name: text("Acme AB"),
            contact: contact("Ann Ek"),
            vendor_contract: Some(text("PC-77")),
            vendor_domain: Some(text("acme")),
            merchant: Some(Merchant {
                acquirer: text("Elavon"),
                id: text("M-1"),
            }),
        };
        let site = |customer: &str, name: &str| SiteDetails {
            customer: text(customer),
            name: text(name),
            address: text("Hamngatan 1, Stockholm"),
            time_zone: Zone::find("Europe/Stockholm").unwrap(),
        };
        let station = StationDetails {
            site: text("depot"),
            client_certificate: false,
            local_tokens: Vec::new(),
            evses: (1..=4)
                .map(|connector| EvseDetails {
                    connector,
                    id: None,
                    label: None,
                    meter_key: None,
                })
                .collect(),
        };
        let order = OrderDetails {
            customer: text("acme"),
            origin,
            processor,
            activations: 3,
            software_years: 3,
            wanted_by: None,
        };
        for command in [
            Command::PutCustomer(text("acme"), customer.clone()),
            Command::PutCustomer(text("other"), customer),
            Command::PutSite(text("depot"), site("acme", "Depot")),
            Command::PutSite(text("elsewhere"), site("other", "Elsewhere")),
            Command::PutStation(text("CS-1"), station),
            Command::PutPerson(text("bo"), person()),
            Command::PutOrder(text("O-1"), order),
        ] {
            world.command(command).unwrap();
        }
        world.agree();
        world
    }

    /// The terms are accepted, the self-assessment is recorded, and Ann is a trained person.
    pub(crate) fn agree(&mut self) {
        let at = self.now;
        for command in [
            Command::PutPerson(text("ann"), person()),
            Command::AcceptTerms(
                text("acme"),
                Acceptance {
                    edition: text("2026"),
                    by: text("Ann Ek"),
                    at,
                },
            ),
            Command::Assess(
                text("acme"),
                SelfAssessment {
                    status: AssessmentStatus::NotRequired,
                    questionnaire: None,
                    valid_until: None,
                },
            ),
            Command::Train(
                text("ann"),
                Training {
                    at,
                    by: text("Distributor"),
                    subject: None,
                },
            ),
        ] {
            self.command(command).unwrap();
        }
    }

    /// With a terminal that is only registered.
    pub(crate) fn new(origin: Origin, processor: Processor, domain: Domain) -> Self {
        let mut world = Self::without_terminal(origin, processor);
        world
            .command(Command::Register(text("T1"), details(), domain))
            .unwrap();
        world
    }

    /// A factory-fitted terminal for the platform's processor that lacks nothing.
    pub(crate) fn complete() -> Self {
        let mut world = Self::new(Origin::FactoryFitted, Processor::Platform, Domain::Platform);
        world.provide();
        world
    }

    /// The same, activated.
    pub(crate) fn activated() -> Self {
        let mut world = Self::complete();
        world.act(TerminalAction::Ready).unwrap();
        world.act(TerminalAction::Activate).unwrap();
        world
    }

    /// Provides everything that does not depend on the processor.
    pub(crate) fn provide(&mut self) {
        self.check();
        self.configure();
        self.report_online();
        for sku in [Sku::Activation, Sku::Software] {
            self.act(TerminalAction::License(sku, text("O-1"))).unwrap();
        }
    }

    /// All checks are made.
    pub(crate) fn check(&mut self) {
        let done = self.done();
        self.edit(|it| {
            let list = checklist(it.origin).iter();
            it.checks = list.map(|check| (*check, done.clone())).collect();
        });
    }

    pub(crate) fn configure(&mut self) {
        let evses = [1, 2].map(|connector| (text("CS-1"), connector)).to_vec();
        let configured = TerminalConfig {
            model: Model::Apollo,
            evses,
            needs: TariffNeeds {
                tariff: "standard".to_owned(),
                currency: "EUR".to_owned(),
                holds: vec![5_000],
                minimum_capture: 50,
            },
        };
        self.gateway.configured.insert(text("T1"), configured);
        self.gateway.stations = [text("CS-1")].into();
        self.configure_tariff("standard", "EUR");
        self.gateway.issuers = [Processor::Platform, Processor::Customer].into();
    }

    /// A tariff of this id without prices.
    pub(crate) fn configure_tariff(&mut self, id: &str, currency: &str) {
        let prices = serde_json::json!({"currency": currency, "vat_percent": "25"});
        let form: TariffForm = serde_json::from_value(prices).unwrap();
        let tariff = form.read().unwrap();
        self.gateway.tariffs.insert(id.to_owned(), tariff);
    }

    /// The vendor reports it online.
    pub(crate) fn report_online(&mut self) {
        self.report_terminal_online("T1");
    }

    /// The same of another terminal.
    pub(crate) fn report_terminal_online(&mut self, serial: &str) {
        let status = StatusRecord {
            online: true,
            state: text("IDLE"),
            online_at: Some(self.now),
            at: self.now,
        };
        self.gateway.statuses.insert(text(serial), status);
    }

    pub(crate) fn inspect(&mut self, occasion: Occasion) {
        let done = self.done();
        self.edit(|it| {
            it.inspections
                .retain(|inspection| inspection.occasion != occasion);
            it.inspections.push(Inspection {
                occasion,
                done,
                findings: Vec::new(),
                note: None,
            });
        });
    }

    pub(crate) fn done(&self) -> MaintenanceRecord {
        MaintenanceRecord {
            at: self.now,
            by: text("ann"),
        }
    }

    pub(crate) fn open_incident(&mut self) {
        let incident = Incident {
            key: text("I-1"),
            details: IncidentDetails {
                kind: IncidentKind::Tampering,
                terminal: text("T1"),
                discovered: self.now,
                description: text("odd"),
                done: text(""),
                planned: text(""),
                contact: None,
            },
            opened: self.now,
            photographs: Vec::new(),
            reported: None,
            closed: None,
        };
        self.put(incident);
    }

    /// The changes that a command makes, or the refusal.
    pub(crate) fn decide(&self, command: Command) -> Result<Vec<Change>, Refusal> {
        let actor = Actor {
            key: text("K-1"),
            scope: Scope::Operator,
            access: AccessScope::Everywhere,
        };
        let context = DecisionContext {
            now: self.now,
            actor: &actor,
            gateway: &self.gateway,
        };
        decide(&self.fleet, &context, command)
    }

    /// Carries out a command, or returns the codes of the reasons against it.
    pub(crate) fn command(&mut self, command: Command) -> Result<(), Vec<String>> {
        match self.decide(command) {
            Ok(changes) => {
                self.fleet.write += 1;
                let write = self.fleet.write;
                for change in changes {
                    self.fleet.apply(change, write);
                }
                Ok(())
            }
            Err(refusal) => Err(codes(&refusal.reasons)),
        }
    }

    pub(crate) fn act(&mut self, action: TerminalAction) -> Result<(), Vec<String>> {
        self.command(Command::Terminal(text("T1"), action))
    }

    pub(crate) fn put<T: Record>(&mut self, record: T) {
        self.fleet.apply(Change::put(record), 1);
    }

    /// Edits the terminal's record.
    pub(crate) fn edit(&mut self, edit: impl FnOnce(&mut Terminal)) {
        let mut terminal = self.terminal().clone();
        edit(&mut terminal);
        self.put(terminal);
    }

    pub(crate) fn edit_customer(&mut self, edit: impl FnOnce(&mut Customer)) {
        let mut customer = self.fleet.get::<Customer>("acme").unwrap().clone();
        edit(&mut customer);
        self.put(customer);
    }

    /// Adds an untrained person who works at these sites.
    pub(crate) fn put_person(&mut self, key: &str, sites: &[&str]) {
        let details = PersonDetails {
            sites: sites.iter().map(|site| text(site)).collect(),
            ..person()
        };
        self.command(Command::PutPerson(text(key), details))
            .unwrap();
    }

    pub(crate) fn terminal(&self) -> &Terminal {
        self.fleet.get("T1").unwrap()
    }

    pub(crate) fn order(&self) -> &Order {
        self.fleet.get("O-1").unwrap()
    }

    /// The codes of what the terminal lacks.
    pub(crate) fn missing(&self) -> Vec<String> {
        let terminal = self.terminal();
        codes(&readiness::missing(
            &self.fleet,
            &self.gateway,
            self.now,
            terminal,
        ))
    }

    pub(crate) fn pass(&mut self, millis: u64) {
        self.now = Moment::from_millis(self.now.millis() + millis);
    }
}

pub(crate) fn codes(reasons: &[Reason]) -> Vec<String> {
    reasons.iter().map(|it| it.code.clone()).collect()
}
