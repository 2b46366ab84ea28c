//! A session's course, taken through the component's own steps.

use chargetap_contract::money::{Price, Tariff, UtcOffset};
use chargetap_contract::session::{
    Action, CommandResult, Decision, Event, Evse, MeterReading, Outcome, Policy, Stopped, Tap,
};
use chargetap_contract::terminal::{Card, CardRead, CardReference, CardScheme, Hold};
use session_orchestrator::step;

/// The register at the start of the session. It does not start at 0.
const REGISTER: u64 = 1_000;
const DAY_S: u64 = 24 * 60 * 60;

/// A day and a time of day in UTC, as milliseconds since 1970.
pub(crate) fn at(days_since_1970: u64, hour: u64, minute: u64) -> u64 {
    (days_since_1970 * DAY_S + hour * 3_600 + minute * 60) * 1_000
}

/// Monday, 5 January 2026.
pub(crate) const MONDAY: u64 = 20_458;

/// Readings after so many seconds, of so many watt-hours since the start.
pub(crate) type Readings<'a> = &'a [(u64, u64)];

/// What a session costs that starts on a Monday at noon UTC.
#[track_caller]
pub(crate) fn price(tariff: &Tariff, readings: Readings<'_>) -> Price {
    price_from(at(MONDAY, 12, 0), &[], tariff, readings)
}

/// What a session costs in the end, as captured and on its receipt.
#[track_caller]
pub(crate) fn price_from(
    start: u64,
    utc_offsets: &[UtcOffset],
    tariff: &Tariff,
    readings: Readings<'_>,
) -> Price {
    let mut session = Session::charging(start, utc_offsets, tariff, u64::MAX);
    let (last, before) = readings.split_last().expect("readings");
    for reading in before {
        session.meter(*reading);
    }
    session.stop(*last);
    let cost = session.last.view.cost.clone();
    let captured = session
        .last
        .commands
        .iter()
        .find_map(|it| match &it.action {
            Action::Capture(capture) => Some(capture.amount),
            _ => None,
        });
    assert_eq!(
        captured.unwrap_or(0),
        cost.gross,
        "gross is what is captured"
    );
    cost
}

pub(crate) struct Session {
    policy: Policy,
    start: u64,
    now: u64,
    pub(crate) last: Decision,
}

impl Session {
    /// A session whose transaction just began, with a hold of this amount.
    pub(crate) fn charging(
        start: u64,
        utc_offsets: &[UtcOffset],
        tariff: &Tariff,
        hold: u64,
    ) -> Self {
        let policy = Policy {
            tariff: tariff.clone(),
            utc_offsets: utc_offsets.to_vec(),
            currency_decimals: 2,
            minimum_capture: 0,
            authorise_timeout: 60_000,
            plug_in_timeout: 300_000,
            maximum_duration: 7 * DAY_S * 1_000,
            hold_lifetime: u64::MAX,
            stop_timeout: 120_000,
            offline_timeout: 60 * 60_000,
            maximum_power: u32::MAX,
        };
        let card = Event::CardPresented(Tap {
            read: CardRead {
                terminal: "P66-1".into(),
                read: "READ".into(),
                card: Card {
                    scheme: CardScheme::Visa,
                    last_four: Some(1_234),
                    reference: CardReference { high: 7, low: 1 },
                },
                application: None,
            },
            told_price: None,
            evse: Some(Evse {
                station: "CT-1".into(),
                connector: 1,
            }),
        });
        let last = step(&policy, None, card, start).unwrap();
        let mut session = Self {
            policy,
            start,
            now: start,
            last,
        };
        session.ended("look-up-before", CommandResult::OpenHolds(vec![]));
        let hold = Hold {
            payment: "pay-1".into(),
            amount: hold,
        };
        session.ended("authorise", CommandResult::Authorised(hold));
        let reading = session.reading((0, 0));
        session.apply(Event::ChargingStarted(reading));
        session
    }

    pub(crate) fn apply(&mut self, event: Event) {
        self.last = step(&self.policy, Some(&self.last.state), event, self.now).unwrap();
    }

    fn ended(&mut self, kind: &str, result: CommandResult) {
        let command = format!("READ/{kind}");
        self.apply(Event::CommandEnded(Outcome { command, result }));
    }

    fn reading(&mut self, (seconds, energy): (u64, u64)) -> MeterReading {
        let at = self.start + seconds * 1_000;
        self.now = self.now.max(at);
        MeterReading {
            energy: REGISTER.saturating_add(energy),
            at,
        }
    }

    /// Let the time pass until the deadline of the last decision, and step the session.
    pub(crate) fn reach_deadline(&mut self) {
        self.now = self.last.deadline.expect("a deadline");
        self.apply(Event::DeadlineReached(Some(u64::MAX)));
    }

    pub(crate) fn meter(&mut self, reading: (u64, u64)) {
        let reading = self.reading(reading);
        self.apply(Event::MeterRead(reading));
    }

    pub(crate) fn stop(&mut self, reading: (u64, u64)) {
        let MeterReading { energy, at } = self.reading(reading);
        self.apply(Event::ChargingStopped(Stopped {
            at,
            energy: Some(energy),
            reason: "Local".into(),
        }));
    }
}
