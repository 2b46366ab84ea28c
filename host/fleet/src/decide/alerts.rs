//! Alerts, and where they are sent.

use super::Decision;
use crate::alert::{AlertKind, Secret, WebhookDetails};
use crate::fleet::Fleet;
use crate::situation::Situation;
use crate::text::{Key, Serial};

pub(super) fn raise(
    _fleet: &Fleet,
    _situation: &Situation<'_>,
    _serial: Serial,
    _kind: AlertKind,
) -> Decision {
    todo!()
}
pub(super) fn end(
    _fleet: &Fleet,
    _situation: &Situation<'_>,
    _serial: &Serial,
    _kind: AlertKind,
) -> Decision {
    todo!()
}
pub(super) fn acknowledge(_fleet: &Fleet, _situation: &Situation<'_>, _key: &Key) -> Decision {
    todo!()
}
pub(super) fn put_webhook(
    _fleet: &Fleet,
    _key: Key,
    _details: WebhookDetails,
    _secret: Secret,
) -> Decision {
    todo!()
}
pub(super) fn remove_webhook(_fleet: &Fleet, _key: &Key) -> Decision {
    todo!()
}
