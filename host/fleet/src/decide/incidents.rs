//! Incidents: opened, described, reported, closed.

use super::Decision;
use crate::fleet::Fleet;
use crate::incident::{IncidentDetails, Outcome, Photograph};
use crate::situation::Situation;
use crate::text::{Key, Prose};

pub(super) fn open(
    _fleet: &Fleet,
    _situation: &Situation<'_>,
    _details: IncidentDetails,
) -> Decision {
    todo!()
}
pub(super) fn put(
    _fleet: &Fleet,
    _situation: &Situation<'_>,
    _key: &Key,
    _details: IncidentDetails,
) -> Decision {
    todo!()
}
pub(super) fn attach(_fleet: &Fleet, _key: &Key, _photograph: Photograph) -> Decision {
    todo!()
}
pub(super) fn report(_fleet: &Fleet, _situation: &Situation<'_>, _key: &Key) -> Decision {
    todo!()
}
pub(super) fn close(
    _fleet: &Fleet,
    _situation: &Situation<'_>,
    _key: &Key,
    _outcome: Outcome,
    _note: Prose,
) -> Decision {
    todo!()
}
