//! Customers, sites, stations, people and orders.

use super::Decision;
use crate::fleet::Fleet;
use crate::order::OrderDetails;
use crate::site::{
    Acceptance, CustomerDetails, PersonDetails, SelfAssessment, SiteDetails, StationDetails,
    Training,
};
use crate::situation::Situation;
use crate::text::Key;

pub(super) fn put_customer(_fleet: &Fleet, _key: Key, _details: CustomerDetails) -> Decision {
    todo!()
}
pub(super) fn accept_terms(_fleet: &Fleet, _key: &Key, _acceptance: Acceptance) -> Decision {
    todo!()
}
pub(super) fn assess(_fleet: &Fleet, _key: &Key, _assessment: SelfAssessment) -> Decision {
    todo!()
}
pub(super) fn put_site(_fleet: &Fleet, _key: Key, _details: SiteDetails) -> Decision {
    todo!()
}
pub(super) fn put_station(_fleet: &Fleet, _key: Key, _details: StationDetails) -> Decision {
    todo!()
}
pub(super) fn put_person(_fleet: &Fleet, _key: Key, _details: PersonDetails) -> Decision {
    todo!()
}
pub(super) fn train(
    _fleet: &Fleet,
    _situation: &Situation<'_>,
    _key: &Key,
    _training: Training,
) -> Decision {
    todo!()
}
pub(super) fn remove_person(_fleet: &Fleet, _key: &Key) -> Decision {
    todo!()
}
pub(super) fn put_order(
    _fleet: &Fleet,
    _situation: &Situation<'_>,
    _key: Key,
    _details: OrderDetails,
) -> Decision {
    todo!()
}
