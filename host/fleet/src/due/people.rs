//! Due: training of the users of terminals.

use std::collections::{BTreeMap, BTreeSet};

use super::deadline_context::DeadlineContext;
use super::{Due, DueKind, Subject};
use crate::site::Person;
use crate::terminal::Terminal;
use crate::text::Key;

pub(super) fn due(context: &DeadlineContext<'_>, list: &mut Vec<Due>) {
    let people = context.fleet.each::<Person>();
    let untrained = people.filter(|it| {
        let training = it.training.as_ref();
        training.is_none_or(|training| training.at > context.now)
    });
    let untrained: BTreeMap<_, _> = untrained.map(|it| (&it.key, it)).collect();
    if untrained.is_empty() {
        return;
    }
    let users = users(context);
    let due = untrained.into_values().filter(|it| users.contains(&it.key));
    list.extend(due.filter_map(|it| training(context, it)));
}

/// The users of all terminals in use.
fn users<'a>(context: &DeadlineContext<'a>) -> BTreeSet<&'a Key> {
    let terminals = context.fleet.each::<Terminal>();
    let current = terminals.filter(|it| it.state.is_current());
    current.flat_map(|it| &it.details.users).collect()
}

fn training(context: &DeadlineContext<'_>, person: &Person) -> Option<Due> {
    let site = person
        .details
        .sites
        .iter()
        .find(|it| context.includes(it))?;
    let key = &person.key;
    let text = format!("Train {key} in the handling of terminals, and put it on record.");
    Some(Due {
        site: Some(site.clone()),
        who: vec![key.clone()],
        ..context.of(Subject::Person(key.clone()), DueKind::Training, None, text)
    })
}
