//! Builds the sections from the records.

use chargetap_fleet::access::Token;
use chargetap_fleet::fleet::Fleet;
use chargetap_fleet::incident::{Closing, Incident, SignOff};
use chargetap_fleet::moment::{Moment, Zone};
use chargetap_fleet::site::{Contact, Customer, Site};
use chargetap_fleet::terminal::{Sim, Terminal, TerminalDetails};
use chargetap_fleet::text::Prose;

use super::{Fact, Section};
use crate::clean::clean;
use crate::wording;

pub(super) struct SectionBuilder<'a> {
    fleet: &'a Fleet,
    incident: &'a Incident,
    terminal: Option<&'a Terminal>,
    site: Option<&'a Site>,
    now: Moment,
}

impl<'a> SectionBuilder<'a> {
    pub(super) fn new(fleet: &'a Fleet, incident: &'a Incident, now: Moment) -> Self {
        let terminal = fleet.get::<Terminal>(incident.details.terminal.as_str());
        let site = terminal.and_then(|it| fleet.get(it.details.site.as_str()));
        Self {
            fleet,
            incident,
            terminal,
            site,
            now,
        }
    }

    pub(super) fn sections(&self) -> Vec<Section> {
        let details = &self.incident.details;
        let written = [
            ("What happened", &details.description),
            ("What was done", &details.done),
            ("What is planned", &details.planned),
        ];
        let closing = self.incident.closed.as_ref();
        let mut sections = vec![self.incident(), self.terminal(), self.place()];
        sections.extend(written.map(|(title, prose)| prose_section(title, prose)));
        sections.push(contact(details.contact.as_ref()));
        sections.extend(closing.map(|it| self.closing(it)));
        sections
    }

    /// The time zone of the report.
    pub(super) fn zone(&self) -> Option<&'a Zone> {
        Some(&self.site?.details.time_zone)
    }

    fn incident(&self) -> Section {
        let Self { incident, now, .. } = self;
        let details = &incident.details;
        let due = details.report_due();
        let (state, reported) = (&incident.closed, &incident.reported);
        let reported = match reported {
            Some(sign_off) => self.sign_off(sign_off, (sign_off.at > due).then_some("Too late")),
            None if *now > due => vec!["Not yet: it is overdue".to_owned()],
            None => vec!["Not yet".to_owned()],
        };
        let state = match state {
            Some(_) => "Closed",
            None => "Open",
        };
        let facts = vec![
            fact("Kind", [wording::kind(details.kind)]),
            fact("State", [state]),
            fact("Discovered", self.moment(details.discovered)),
            fact("Put on record", self.moment(incident.opened)),
            fact("To be reported by", self.moment(due)),
            fact("Reported", reported),
        ];
        fact_section("Incident", facts)
    }

    fn terminal(&self) -> Section {
        let serial = fact("Serial number", [self.incident.details.terminal.as_str()]);
        let Some(terminal) = self.terminal else {
            let unknown = fact("State", ["The terminal is not on record"]);
            return fact_section("Terminal", vec![serial, unknown]);
        };
        let details = &terminal.details;
        let firmware = details.firmware.as_ref();
        let facts = vec![
            serial,
            fact("Model", [details.model.traits().label]),
            fact(
                "Firmware",
                [firmware.map_or("Not on record", |it| it.as_str())],
            ),
            fact("SIM card (ICCID)", [sim(details)]),
            fact("State", [wording::state(terminal.state)]),
        ];
        fact_section("Terminal", facts)
    }

    fn place(&self) -> Section {
        let Some(site) = self.site else {
            return fact_section("Place", vec![fact("Site", ["Not on record"])]);
        };
        let details = &site.details;
        let mut facts = vec![
            fact("Site", [details.name.as_str()]),
            fact("Address", [details.address.as_str()]),
        ];
        let terminal = self.terminal.map(|it| &it.details);
        facts.extend(terminal.map(|it| fact("Charging station", station(it))));
        let customer = self.fleet.get::<Customer>(details.customer.as_str());
        facts.extend(customer.map(|it| fact("Operated by", [it.details.name.as_str()])));
        fact_section("Place", facts)
    }

    fn closing(&self, closing: &Closing) -> Section {
        let facts = vec![
            fact("Closed", self.sign_off(&closing.signed, None)),
            fact("Outcome", [wording::outcome(closing.outcome)]),
        ];
        Section {
            facts,
            ..prose_section("How it ended", &closing.note)
        }
    }

    fn moment(&self, moment: Moment) -> Vec<String> {
        wording::moment(moment, self.zone())
    }

    /// When and by whom, with the token's name if it still exists.
    fn sign_off(&self, sign_off: &SignOff, remark: Option<&str>) -> Vec<String> {
        let token = self.fleet.get::<Token>(sign_off.by.as_str());
        let by = match token {
            Some(token) => format!("By {} ({})", token.details.name, sign_off.by),
            None => format!("By {}", sign_off.by),
        };
        let remark = remark.map(str::to_owned);
        let moment = self.moment(sign_off.at).into_iter();
        moment.chain([by]).chain(remark).collect()
    }
}

fn fact_section(title: &'static str, facts: Vec<Fact>) -> Section {
    Section {
        title,
        facts,
        text: vec![],
    }
}

fn fact<T: AsRef<str>>(label: &'static str, lines: impl IntoIterator<Item = T>) -> Fact {
    let lines = lines.into_iter();
    Fact {
        label,
        lines: lines.map(|line| clean(line.as_ref())).collect(),
    }
}

/// A section of free text.
fn prose_section(title: &'static str, prose: &Prose) -> Section {
    let text = clean(prose.as_str());
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut text: Vec<_> = lines.map(str::to_owned).collect();
    if text.is_empty() {
        text.push("Nothing was written.".to_owned());
    }
    Section {
        title,
        facts: vec![],
        text,
    }
}

fn contact(contact: Option<&Contact>) -> Section {
    let title = "Who can be asked";
    let Some(contact) = contact else {
        return fact_section(title, vec![fact("Name", ["Nobody was named"])]);
    };
    let ways = [("Mail", &contact.email), ("Telephone", &contact.phone)];
    let ways = ways
        .into_iter()
        .filter_map(|(label, way)| Some(fact(label, [way.as_ref()?.as_str()])));
    let name = fact("Name", [contact.name.as_str()]);
    fact_section(title, [name].into_iter().chain(ways).collect())
}

fn sim(details: &TerminalDetails) -> &str {
    match &details.sim {
        Some(Sim::Card(iccid)) => iccid.as_str(),
        Some(Sim::None) => "None",
        None => "Not on record",
    }
}

/// The station and the EVSEs that the terminal serves there.
fn station(details: &TerminalDetails) -> Vec<String> {
    let Some(station) = &details.station else {
        return vec!["None".to_owned()];
    };
    let numbers = details.connectors.iter().map(u32::to_string);
    let numbers: Vec<_> = numbers.collect();
    let evses = match numbers.as_slice() {
        [] => None,
        [one] => Some(format!("EVSE {one}")),
        several => Some(format!("EVSEs {}", several.join(", "))),
    };
    [station.to_string()].into_iter().chain(evses).collect()
}
