//! Many records at once: all or none.

use std::collections::BTreeMap;

use super::{Decision, decide};
use crate::command::{Edit, Edits};
use crate::context::DecisionContext;
use crate::fleet::{Change, Fleet};
use crate::refusal::{Obstacle, Reason, Refusal};

/// The changes of all edits, or all reasons against them. Each sees what the ones before it made. A record that stays as
/// it is, is not changed.
pub(super) fn apply(
    fleet: &Fleet,
    context: &DecisionContext<'_>,
    Edits { edits, versions }: Edits,
) -> Decision {
    let mut next = fleet.clone();
    next.write = next.write.saturating_add(1);
    let mut changes = BTreeMap::new();
    let mut reasons = Vec::new();
    let mut obstacle = Obstacle::Conflict;
    for Edit { place, command } in edits {
        match decide(&next, context, command) {
            Ok(made) => {
                for change in made {
                    next.apply(change.clone(), next.write);
                    changes.insert((change.kind, change.key.clone()), change);
                }
            }
            Err(refusal) => {
                if refusal.obstacle != Obstacle::Conflict {
                    obstacle = Obstacle::Invalid;
                }
                let refusal = refusal.reasons.into_iter();
                reasons.extend(refusal.map(|it| placed(it, &place)));
            }
        }
    }
    Refusal::unless_none(obstacle, reasons)?;
    changes.retain(|_, change| is_new(fleet, change));
    if let Some(versions) = versions {
        let others = changes
            .values()
            .filter_map(|it| changed_meanwhile(fleet, it, &versions));
        Refusal::unless_none(Obstacle::Conflict, others.collect())?;
    }
    Ok(changes.into_values().collect())
}

fn placed(reason: Reason, place: &str) -> Reason {
    let place = match &reason.at {
        Some(at) => format!("{place}.{at}"),
        None => place.to_owned(),
    };
    reason.at(place)
}

/// Why a change is not the one that was shown.
fn changed_meanwhile(
    fleet: &Fleet,
    change: &Change,
    versions: &BTreeMap<String, u64>,
) -> Option<Reason> {
    let name = format!("{}.{}", change.kind.name(), change.key);
    let version = fleet
        .item(change.kind, &change.key)
        .map_or(0, |(version, _)| version);
    let text = "it was changed meanwhile: look at what changes, and apply it again";
    let is_shown = versions.get(&name) == Some(&version);
    (!is_shown).then(|| Reason::new("changed-meanwhile", text).at(name))
}

fn is_new(fleet: &Fleet, change: &Change) -> bool {
    let before = fleet.item(change.kind, &change.key).map(|(_, item)| item);
    before != change.after
}

#[cfg(test)]
mod tests {
    use crate::command::{Command, Edit, Edits};
    use crate::processor::Processor;
    use crate::site::Site;
    use crate::terminal::{Domain, Origin, Sim, Terminal, TerminalDetails};
    use crate::world::{World, details, text};

    fn edit(place: &str, command: Command) -> Edit {
        Edit {
            place: place.to_owned(),
            command,
        }
    }

    fn apply(world: &mut World, edits: Vec<Edit>) -> Result<(), Vec<String>> {
        let versions = None;
        world.command(Command::Apply(Edits { edits, versions }))
    }

    #[test]
    fn each_edit_sees_those_before_it_and_all_are_one_write() {
        let mut world = World::new(Origin::FactoryFitted, Processor::Platform, Domain::Platform);
        let site = world.fleet.get::<Site>("depot").unwrap().details.clone();
        let mut station = world
            .fleet
            .get::<crate::site::Station>("CS-1")
            .unwrap()
            .details
            .clone();
        station.site = text("yard");
        let terminal = TerminalDetails {
            site: text("yard"),
            station: Some(text("CS-2")),
            sim: Some(Sim::None),
            users: Vec::new(),
            ..details()
        };
        let before = world.fleet.write;
        let edits = vec![
            edit("sites.yard", Command::PutSite(text("yard"), site)),
            edit("stations.CS-2", Command::PutStation(text("CS-2"), station)),
            edit(
                "terminals.T9",
                Command::Register(text("T9"), terminal, Domain::None),
            ),
        ];
        apply(&mut world, edits).unwrap();
        assert_eq!(world.fleet.write, before + 1);
        let terminal = world.fleet.get::<Terminal>("T9").unwrap();
        assert_eq!(terminal.details.site, text("yard"));
    }

    #[test]
    fn one_mistake_leaves_everything_as_it_was_and_all_mistakes_are_told() {
        let mut world = World::new(Origin::FactoryFitted, Processor::Platform, Domain::Platform);
        let mut site = world.fleet.get::<Site>("depot").unwrap().details.clone();
        let good = edit("sites.yard", Command::PutSite(text("yard"), site.clone()));
        site.customer = text("nobody");
        let edits = vec![
            good,
            edit("sites.a", Command::PutSite(text("a"), site.clone())),
            edit("sites.b", Command::PutSite(text("b"), site)),
        ];
        let refused = vec!["no-such-customer".to_owned(); 2];
        assert_eq!(apply(&mut world, edits), Err(refused));
        assert!(world.fleet.get::<Site>("yard").is_none());
    }

    #[test]
    fn what_is_on_record_already_is_no_change() {
        let mut world = World::new(Origin::FactoryFitted, Processor::Platform, Domain::Platform);
        let site = world.fleet.get::<Site>("depot").unwrap().details.clone();
        let version = |world: &World| {
            world
                .fleet
                .item(crate::fleet::Kind::Site, "depot")
                .unwrap()
                .0
        };
        let before = version(&world);
        let edits = vec![edit("sites.depot", Command::PutSite(text("depot"), site))];
        apply(&mut world, edits).unwrap();
        assert_eq!(version(&world), before);
    }

    #[test]
    fn what_was_not_shown_is_not_written() {
        let mut world = World::new(Origin::FactoryFitted, Processor::Platform, Domain::Platform);
        let mut site = world.fleet.get::<Site>("depot").unwrap().details.clone();
        site.name = text("Another name");
        let version = world
            .fleet
            .item(crate::fleet::Kind::Site, "depot")
            .unwrap()
            .0;
        let mut apply = |versions: &[(&str, u64)]| {
            let edits = vec![edit(
                "sites.depot",
                Command::PutSite(text("depot"), site.clone()),
            )];
            let versions = versions
                .iter()
                .map(|(name, version)| ((*name).to_owned(), *version));
            let versions = Some(versions.collect());
            world.command(Command::Apply(Edits { edits, versions }))
        };
        let refused = Err(vec!["changed-meanwhile".to_owned()]);
        assert_eq!(apply(&[]), refused);
        assert_eq!(apply(&[("site.depot", version + 1)]), refused);
        assert_eq!(apply(&[("site.depot", version)]), Ok(()));
    }
}
