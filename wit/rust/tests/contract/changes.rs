//! The lint finds each kind of change that is not allowed, and no other. Which changes break components that exist is
//! told by `wit_component::semver_check` as well.

use std::collections::BTreeMap;
use std::path::PathBuf;

use wit_parser::Resolve;

use crate::lint::{Change, Finding, findings};
use crate::{contract, unedited, wit};

/// A change of a file, and what is found then.
struct Case {
    file: &'static str,
    from: &'static str,
    to: &'static str,
    expected: Vec<Finding>,
}

fn case(file: &'static str, from: &'static str, to: &'static str) -> Case {
    Case {
        file,
        from,
        to,
        expected: Vec::new(),
    }
}

impl Case {
    fn finds(mut self, place: &str, change: Change) -> Self {
        let place = place.to_owned();
        self.expected.push(Finding { place, change });
        self
    }

    fn alters(self, place: &str, released: &str, current: &str) -> Self {
        let [released, current] = [released, current].map(str::to_owned);
        self.finds(place, Change::Altered { released, current })
    }

    /// The contract after this change, in a version of its own.
    fn contract(&self, version: &str) -> Resolve {
        let mut is_changed = false;
        let resolve = contract(&base(), |path, text| {
            let text = if path.ends_with(self.file) {
                is_changed = text.contains(self.from);
                text.replace(self.from, self.to)
            } else {
                text
            };
            text.replace("@0.1.0", &format!("@{version}"))
        });
        assert!(is_changed, "{} has {:?}", self.file, self.from);
        resolve
    }
}

/// What is changed here.
fn base() -> PathBuf {
    wit().join("released/0.1.0")
}

const MONEY: &str = "types/money.wit";
const RECEIPT: &str = "types/receipt.wit";
const SCREEN: &str = "types/screen.wit";
const VERIFIER: &str = "callback-verifier/world.wit";
const ORCHESTRATOR: &str = "session-orchestrator/world.wit";
const GENERATOR: &str = "receipt-generator/world.wit";

/// With them, a component that exists cannot be used by a host of the new version.
fn breaking_for_components() -> Vec<Case> {
    use Change::{AddedExport, AddedMember, AddedToInterface, Removed, Reordered};
    vec![
        case(MONEY, "step-size: u32,", "step-size: u32, id: string,")
            .finds("chargetap:types/money.price-component.id", AddedMember),
        // Nor with one that may be absent: every value is laid out in another way.
        case(
            MONEY,
            "step-size: u32,",
            "step-size: u32, id: option<string>,",
        )
        .finds("chargetap:types/money.price-component.id", AddedMember),
        case(MONEY, "step-size: u32,", "")
            .finds("chargetap:types/money.price-component.step-size", Removed),
        case(MONEY, "step-size: u32,", "block: u32,")
            .finds("chargetap:types/money.price-component.step-size", Removed)
            .finds("chargetap:types/money.price-component.block", AddedMember),
        case(
            MONEY,
            "amount: minor-units,\n        currency: currency,",
            "currency: currency,\n        amount: minor-units,",
        )
        .finds("chargetap:types/money.money", Reordered),
        case(MONEY, "step-size: u32,", "step-size: option<u32>,").alters(
            "chargetap:types/money.price-component.step-size",
            "u32",
            "option<u32>",
        ),
        case(
            MONEY,
            "duration(range),",
            "duration(range), humidity(range),",
        )
        .finds("chargetap:types/money.restriction.humidity", AddedMember),
        case(MONEY, "weekday(list<u8>)", "weekday(tuple<u8, bool>)").alters(
            "chargetap:types/money.restriction.weekday",
            "list<u8>",
            "tuple<u8, bool>",
        ),
        case(MONEY, "date(range)", "date").alters(
            "chargetap:types/money.restriction.date",
            "chargetap:types/money.range",
            "",
        ),
        case(
            MONEY,
            "        flat,\n",
            "        flat,\n        reservation,\n",
        )
        .finds("chargetap:types/money.dimension.reservation", AddedMember),
        case(MONEY, "        parking-time,\n", "")
            .finds("chargetap:types/money.dimension.parking-time", Removed),
        case(MONEY, "enum dimension", "flags dimension").alters(
            "chargetap:types/money.dimension",
            "enum",
            "flags",
        ),
        case(MONEY, "type unix-ms = u64", "type unix-ms = s64").alters(
            "chargetap:types/money.unix-ms",
            "u64",
            "s64",
        ),
        case(
            VERIFIER,
            "mint-state-webhook: func(endpoint: string, ",
            "mint-state-webhook: func(",
        )
        .finds(
            "chargetap:callback-verifier/verification.verifier.mint-state-webhook.endpoint",
            Removed,
        ),
        case(
            VERIFIER,
            "expires-at: unix-ms)",
            "expires-at: unix-ms, read: string)",
        )
        .finds(
            "chargetap:callback-verifier/verification.verifier.mint-state-webhook.read",
            AddedMember,
        ),
        case(
            VERIFIER,
            "verify: func(request: request)",
            "verify: func(request: borrow<verifier>)",
        )
        .alters(
            "chargetap:callback-verifier/verification.verifier.verify.request",
            "chargetap:callback-verifier/verification.request",
            "borrow<chargetap:callback-verifier/verification.verifier>",
        ),
        case(ORCHESTRATOR, "-> quote", "-> option<quote>").alters(
            "chargetap:session-orchestrator/orchestration.offer.result",
            "chargetap:session-orchestrator/orchestration.quote",
            "option<chargetap:session-orchestrator/orchestration.quote>",
        ),
        case(ORCHESTRATOR, " -> quote", "").finds(
            "chargetap:session-orchestrator/orchestration.offer.result",
            Removed,
        ),
        case(
            VERIFIER,
            "mint-state-webhook: func",
            "mint-state-webhook: static func",
        )
        .alters(
            "chargetap:callback-verifier/verification.verifier.mint-state-webhook",
            "method",
            "static func",
        ),
        case(ORCHESTRATOR, "offer: func", "offer: async func").alters(
            "chargetap:session-orchestrator/orchestration.offer",
            "func",
            "async func",
        ),
        case(
            ORCHESTRATOR,
            "interface orchestration {",
            "interface orchestration { version: func() -> string;",
        )
        .finds(
            "chargetap:session-orchestrator/orchestration.version",
            AddedToInterface,
        ),
        case(
            VERIFIER,
            "resource verifier {",
            "resource verifier { version: func() -> string;",
        )
        .finds(
            "chargetap:callback-verifier/verification.verifier.version",
            AddedToInterface,
        ),
        case(
            ORCHESTRATOR,
            "interface orchestration {",
            "interface orchestration { resource session;",
        )
        .finds(
            "chargetap:session-orchestrator/orchestration.session",
            AddedToInterface,
        ),
        case(
            GENERATOR,
            "use chargetap:types/screen@0.1.0.{message};",
            "use chargetap:types/screen@0.1.0.{message, quote};",
        )
        .finds(
            "chargetap:receipt-generator/rendering.quote",
            AddedToInterface,
        ),
        case(
            GENERATOR,
            "export rendering;",
            "export rendering; export version: func() -> string;",
        )
        .finds(
            "chargetap:receipt-generator/receipt-generator export version",
            AddedExport,
        ),
    ]
}

/// With them, a host that exists cannot use a new component.
fn breaking_for_hosts() -> Vec<Case> {
    use Change::{AddedImport, AddedToInterface, Removed};
    vec![
        case(ORCHESTRATOR, "offer: func(policy: policy, hold: minor-units, now: unix-ms) -> quote;", "").finds(
            "chargetap:session-orchestrator/orchestration.offer",
            Removed,
        ),
        case(GENERATOR, "export rendering;", "import rendering;")
            .finds(
                "chargetap:receipt-generator/receipt-generator export chargetap:receipt-generator/rendering",
                Removed,
            )
            .finds(
                "chargetap:receipt-generator/receipt-generator import chargetap:receipt-generator/rendering",
                AddedImport,
            ),
        case(GENERATOR, "world receipt-generator", "world generator")
            .finds("chargetap:receipt-generator/receipt-generator", Removed),
        case(GENERATOR, "export rendering;", "export rendering; import now: func() -> u64;").finds(
            "chargetap:receipt-generator/receipt-generator import now",
            AddedImport,
        ),
        case(SCREEN, "interface screen {", "interface screen { now: func() -> u64;")
            .finds(
                "chargetap:receipt-generator/receipt-generator import chargetap:types/screen",
                AddedImport,
            )
            .finds(
                "chargetap:session-orchestrator/session-orchestrator import chargetap:types/screen",
                AddedImport,
            )
            .finds("chargetap:host/host import chargetap:types/screen", AddedImport)
            .finds("chargetap:types/all import chargetap:types/screen", AddedImport)
            .finds("chargetap:types/screen.now", AddedToInterface),
    ]
}

fn compatible() -> Vec<Case> {
    vec![
        case(
            MONEY,
            "/// An amount together with its currency.",
            "/// Money.",
        ),
        case(
            MONEY,
            "interface money {",
            "interface money { record pair { a: u8, b: u8 }",
        ),
        case(
            ORCHESTRATOR,
            "world session-orchestrator {",
            "interface forecasts { forecast: func() -> u64; }
            world forecaster { export orchestration; export forecasts; }
            world session-orchestrator {",
        ),
        // The world of the generator then imports `callback`, which has types only.
        case(
            RECEIPT,
            "interface receipt {",
            "interface receipt { use callback.{capability};",
        ),
    ]
}

#[track_caller]
fn assert_found(case: &Case, mut found: Vec<Finding>) {
    let mut expected: Vec<_> = case.expected.iter().map(ToString::to_string).collect();
    expected.sort();
    found.sort_by_key(ToString::to_string);
    let found: Vec<_> = found.iter().map(ToString::to_string).collect();
    assert_eq!(found, expected, "{}: {:?}", case.file, case.to);
}

#[test]
fn a_compatible_version_may_add_types_interfaces_and_worlds_and_nothing_else() {
    let released = unedited(&base());
    for cases in [
        breaking_for_components(),
        breaking_for_hosts(),
        compatible(),
    ] {
        for case in cases {
            assert_found(&case, findings(&released, &case.contract("0.1.1")));
        }
    }
}

#[test]
fn a_released_version_changes_in_its_documentation_only() {
    let released = unedited(&base());
    for mut case in breaking_for_components() {
        // What is new is the same mistake, whatever it is.
        for it in &mut case.expected {
            if matches!(it.change, Change::AddedToInterface | Change::AddedExport) {
                it.change = Change::AddedToRelease;
            }
        }
        assert_found(&case, findings(&released, &case.contract("0.1.0")));
    }
    let [docs, added_type, added_interface, types_only] =
        compatible().try_into().unwrap_or_else(|_| panic!());
    let cases = [
        docs,
        added_type.finds("chargetap:types/money.pair", Change::AddedToRelease),
        added_interface
            .finds(
                "chargetap:session-orchestrator/forecasts",
                Change::AddedToRelease,
            )
            .finds(
                "chargetap:session-orchestrator/forecaster",
                Change::AddedToRelease,
            ),
        types_only.finds("chargetap:types/receipt.capability", Change::AddedToRelease),
    ];
    for case in cases {
        assert_found(&case, findings(&released, &case.contract("0.1.0")));
    }
}

#[test]
fn a_version_that_is_not_compatible_may_change_everything() {
    let released = unedited(&base());
    for case in breaking_for_components()
        .iter()
        .chain(&breaking_for_hosts())
    {
        assert_eq!(findings(&released, &case.contract("0.2.0")), []);
    }
}

#[test]
fn the_component_models_own_check_agrees_on_what_breaks_components_that_exist() {
    for (cases, breaks) in [
        (breaking_for_components(), true),
        (breaking_for_hosts(), false),
        (compatible(), false),
    ] {
        for case in cases {
            let broken = broken_worlds(case.contract("0.1.1"));
            assert_eq!(
                !broken.is_empty(),
                breaks,
                "{}: {:?}: {broken:?}",
                case.file,
                case.to
            );
        }
    }
}

/// What is wrong with components of the released contract for a host of this newer one.
fn broken_worlds(newer: Resolve) -> Vec<String> {
    let mut both = unedited(&base());
    both.merge(newer).unwrap();
    let worlds = |version: &str| {
        let packages = both.packages.iter().map(|(_, it)| it);
        let packages =
            packages.filter(|it| it.name.version.as_ref().unwrap().to_string() == version);
        let worlds = packages.flat_map(|it| it.worlds.iter());
        worlds
            .map(|(name, id)| (name.clone(), *id))
            .collect::<BTreeMap<_, _>>()
    };
    let newer = worlds("0.1.1");
    let mut broken = Vec::new();
    for component in [
        "callback-verifier",
        "session-orchestrator",
        "receipt-generator",
    ] {
        // A world that is gone is of no host any more.
        let Some(is) = newer.get(component) else {
            continue;
        };
        let was = worlds("0.1.0")[component];
        if let Err(error) = wit_component::semver_check(both.clone(), was, *is) {
            broken.push(format!("{error:#}"));
        }
    }
    broken
}
