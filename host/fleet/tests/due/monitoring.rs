//! Alerts under a clock that goes forwards and backwards.

use chargetap_fleet::alert::{Alert, AlertKind};
use chargetap_fleet::command::Command;
use chargetap_fleet::context::{Actor, DecisionContext, GatewayFacts};
use chargetap_fleet::decide;
use chargetap_fleet::fleet::Fleet;
use chargetap_fleet::monitoring::alert_commands;
use chargetap_fleet::site::Site;
use chargetap_fleet::terminal::Terminal;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::records::{DAY, START, moment, put, site, terminal, year};

const MINUTE: i64 = 60;
const WARNINGS: [AlertKind; 4] = [
    AlertKind::LicenceEndsIn60Days,
    AlertKind::LicenceEndsIn30Days,
    AlertKind::LicenceEndsIn7Days,
    AlertKind::LicenceEnded,
];

/// One monitored terminal.
struct Monitor {
    fleet: Fleet,
    gateway: GatewayFacts,
    /// Every alert that was raised, in order.
    raised: Vec<AlertKind>,
}

impl Monitor {
    fn new(terminal: Value) -> Self {
        let mut fleet = Fleet::default();
        put::<Site>(&mut fleet, site(0, "UTC"));
        put::<Terminal>(&mut fleet, terminal);
        Self {
            fleet,
            gateway: GatewayFacts::default(),
            raised: Vec::new(),
        }
    }

    /// A terminal with a licence up to this day, counted from the start.
    fn licensed(days: i64) -> Self {
        Self::new(terminal("T", "activated", START, years(days)))
    }

    fn activated() -> Self {
        Self::new(terminal("T", "activated", START, json!({})))
    }

    /// Runs the monitoring once, and carries out its commands. Each one must change something.
    fn run(&mut self, now: i64) {
        let actor = Actor::gateway();
        for command in alert_commands(&self.fleet, &self.gateway, moment(now)) {
            if let Command::Raise(_, kind) = command {
                self.raised.push(kind);
            }
            let context = DecisionContext {
                now: moment(now),
                actor: &actor,
                gateway: &self.gateway,
            };
            let changes = decide(&self.fleet, &context, command).unwrap();
            assert!(!changes.is_empty());
            self.fleet.write += 1;
            let write = self.fleet.write;
            for change in changes {
                self.fleet.apply(change, write);
            }
        }
        assert!(alert_commands(&self.fleet, &self.gateway, moment(now)).is_empty());
    }

    /// Records a status of the terminal.
    fn see(&mut self, online: bool, state: &str, now: i64) {
        let before = self.gateway.statuses.get("T").and_then(|it| it.online_at);
        let online_at = if online { Some(moment(now)) } else { before };
        let status =
            json!({ "online": online, "state": state, "online_at": online_at, "at": moment(now) });
        let status = serde_json::from_value(status).unwrap();
        self.gateway.statuses.insert("T".parse().unwrap(), status);
    }

    fn count(&self, kind: AlertKind) -> usize {
        self.raised.iter().filter(|it| **it == kind).count()
    }

    fn open(&self) -> Vec<AlertKind> {
        let alerts = self.fleet.each::<Alert>();
        let open = alerts.filter(|it| it.ended.is_none());
        open.map(|it| it.kind).collect()
    }
}

/// A licence up to this day, counted from the start.
fn years(days: i64) -> Value {
    let until = moment(START + days * DAY).to_string();
    let until = until.split_once('T').unwrap().0;
    json!({ "licences": { "software": [year(&json!("2020-01-01"), &json!(until))] } })
}

/// Records an online status each time, so that no alert for silence is raised.
fn run_online(monitor: &mut Monitor, now: i64) {
    monitor.see(true, "IDLE", now);
    monitor.run(now);
}

proptest! {
    /// Under any clock: each licence alert is raised once, if the clock ever shows a moment at
    /// which it is the latest one.
    #[test]
    fn each_warning_is_given_once_for_each_end_of_a_licence(
        jumps in prop::collection::vec(-100 * DAY..100 * DAY, 0..30),
        ends in prop::collection::vec(200..4_000_i64, 1..4),
    ) {
        let mut ends = ends;
        ends.sort_unstable();
        ends.dedup_by(|a, b| *a - *b < 200);
        let mut monitor = Monitor::licensed(ends[0]);
        for end in &ends {
            put::<Terminal>(&mut monitor.fleet, terminal("T", "activated", START, years(*end)));
            let at = START + end * DAY;
            monitor.raised.clear();
            for jump in &jumps {
                run_online(&mut monitor, at + jump);
            }
            for day in [-61, -60, -31, -30, -8, -7, -1, 0, 1, -45, 2] {
                run_online(&mut monitor, at + day * DAY);
            }
            for kind in WARNINGS {
                prop_assert_eq!(monitor.count(kind), 1, "{:?}", kind);
            }
        }
    }

    /// An alert for silence is raised after 15 minutes, plus the time by which the clock was set
    /// back, and once per silence.
    #[test]
    fn silence_is_told_once_and_never_lost(
        spells in prop::collection::vec((1..60_i64, 0..90_i64), 1..6),
        steps in prop::collection::vec((0..400_i64, 0..15 * MINUTE), 0..2),
    ) {
        let mut monitor = Monitor::activated();
        let (mut minute, mut behind) = (0, 0);
        for (online, offline) in spells {
            for spell in 0..online + offline {
                behind += steps.iter().filter(|(at, _)| *at == minute).map(|(_, by)| by).sum::<i64>();
                let now = START + DAY + minute * MINUTE - behind;
                monitor.see(spell < online, "IDLE", now);
                monitor.run(now);
                prop_assert!(spell >= online || monitor.open().is_empty() || behind > 0);
                minute += 1;
            }
            let raised = monitor.raised.len();
            prop_assert!(raised <= 1);
            prop_assert!(raised == 1 || offline <= 16 + 15);
            monitor.raised.clear();
        }
    }
}

#[test]
fn silence_is_more_than_a_quarter_of_an_hour() {
    let mut monitor = Monitor::activated();
    monitor.see(true, "IDLE", START);
    monitor.run(START + 15 * MINUTE);
    assert_eq!(monitor.open(), []);
    monitor.run(START + 15 * MINUTE + 1);
    assert_eq!(monitor.open(), [AlertKind::Silent]);
    monitor.see(true, "IDLE", START + 16 * MINUTE);
    monitor.run(START + 16 * MINUTE);
    assert_eq!(monitor.open(), []);
}

#[test]
fn a_terminal_that_was_never_heard_is_silent_from_its_activation() {
    let mut monitor = Monitor::activated();
    monitor.run(START + 15 * MINUTE);
    assert_eq!(monitor.open(), []);
    monitor.run(START + 15 * MINUTE + 1);
    assert_eq!(monitor.open(), [AlertKind::Silent]);
}

#[test]
fn only_an_activated_terminal_can_be_too_silent() {
    for state in [
        "ordered",
        "ready",
        "in-storage",
        "suspended",
        "reported",
        "returned",
        "retired",
    ] {
        let mut monitor = Monitor::new(terminal("T", state, START, json!({})));
        monitor.run(START + DAY);
        assert_eq!(monitor.open(), [], "{state}");
    }
}

#[test]
fn a_clock_that_was_far_ahead_hides_no_silence() {
    let mut monitor = Monitor::activated();
    monitor.see(true, "IDLE", START + 365 * DAY);
    monitor.run(START + 365 * DAY);
    // The clock is correct again, and the terminal is offline.
    monitor.see(false, "IDLE", START + DAY);
    monitor.run(START + DAY);
    assert_eq!(monitor.open(), [AlertKind::Silent]);
}

#[test]
fn a_clock_that_steps_back_makes_no_silence_where_the_terminal_was_online() {
    let mut monitor = Monitor::activated();
    monitor.see(true, "IDLE", START + DAY);
    monitor.run(START + DAY - 60 * MINUTE);
    assert_eq!(monitor.raised, []);
}

#[test]
fn tampering_is_told_in_whatever_letters_and_until_the_terminal_says_otherwise() {
    let mut monitor = Monitor::new(terminal("T", "in-storage", START, json!({})));
    monitor.see(true, "Tampered_Hardware", START);
    monitor.run(START);
    monitor.run(START - DAY);
    assert_eq!(monitor.open(), [AlertKind::Tampered]);
    monitor.see(true, "IDLE", START + 1);
    monitor.run(START + 1);
    assert_eq!(monitor.open(), []);
    assert_eq!(monitor.count(AlertKind::Tampered), 1);
}

#[test]
fn a_warning_is_over_once_the_licence_was_renewed() {
    let mut monitor = Monitor::licensed(30);
    run_online(&mut monitor, START);
    assert_eq!(monitor.open(), [AlertKind::LicenceEndsIn30Days]);
    put::<Terminal>(
        &mut monitor.fleet,
        terminal("T", "activated", START, years(395)),
    );
    run_online(&mut monitor, START + 1);
    assert_eq!(monitor.open(), []);
}

#[test]
fn days_of_a_licence_are_those_of_the_site() {
    let mut monitor = Monitor::licensed(7);
    put::<Site>(&mut monitor.fleet, site(0, "Pacific/Kiritimati"));
    // There the next day begins 14 hours earlier.
    run_online(&mut monitor, START - 14 * 60 * MINUTE - 1);
    assert_eq!(monitor.open(), [AlertKind::LicenceEndsIn30Days]);
    run_online(&mut monitor, START - 14 * 60 * MINUTE);
    assert_eq!(monitor.count(AlertKind::LicenceEndsIn7Days), 1);
}
