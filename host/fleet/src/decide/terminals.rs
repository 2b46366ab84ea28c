//! Terminals: registered, licensed, transferred, and through their life.

use super::{Decision, duties};
use crate::command::Deed;
use crate::fleet::Fleet;
use crate::import::Row;
use crate::situation::Situation;
use crate::terminal::{Domain, TerminalDetails};
use crate::text::{Key, Serial};

pub(super) fn register(
    _fleet: &Fleet,
    _situation: &Situation<'_>,
    _serial: Serial,
    _details: TerminalDetails,
    _domain: Domain,
) -> Decision {
    todo!()
}
pub(super) fn put(
    _fleet: &Fleet,
    _situation: &Situation<'_>,
    _serial: &Serial,
    _details: TerminalDetails,
) -> Decision {
    todo!()
}
pub(super) fn import(
    _fleet: &Fleet,
    _situation: &Situation<'_>,
    _order: &Key,
    _rows: Vec<Row>,
) -> Decision {
    todo!()
}
pub(super) fn license_all(_fleet: &Fleet, _situation: &Situation<'_>, _order: &Key) -> Decision {
    todo!()
}
pub(super) fn deed(
    fleet: &Fleet,
    situation: &Situation<'_>,
    serial: &Serial,
    deed: Deed,
) -> Decision {
    match deed {
        Deed::Check(check, done) => duties::check(fleet, situation, serial, check, done),
        Deed::Inspect(inspection) => duties::inspect(fleet, situation, serial, inspection),
        Deed::Charge(done) => duties::charge(fleet, situation, serial, done),
        Deed::Test(done) => duties::test(fleet, situation, serial, done),
        _ => todo!(),
    }
}
