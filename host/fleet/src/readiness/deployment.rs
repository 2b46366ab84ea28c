//! Missing checks before deployment, and missing inspections and tests after storage.

use super::{ReadinessContext, by_customer};
use crate::maintenance::{Check, Occasion, checklist};
use crate::refusal::Reason;

/// The code and instruction for a missing check.
const fn texts(check: Check) -> (&'static str, &'static str) {
    match check {
        Check::Configured => (
            "check-configured",
            "set the terminal up cloud to cloud, as its manual says",
        ),
        Check::Casing => ("check-casing", "look whether the casing is damaged"),
        Check::Sticker => (
            "check-sticker",
            "look whether a sticker covers the terminal that does not belong there",
        ),
        Check::Power => ("check-power", "connect the terminal to power, or charge it"),
        Check::Logo => (
            "check-logo",
            "look whether the maker's logo comes up when the terminal is switched on",
        ),
        Check::Internet => (
            "check-internet",
            "check that the terminal is connected to the internet",
        ),
        Check::Management => (
            "check-management",
            "if the terminal was active before, check that it is connected in its terminal \
             management system",
        ),
        Check::Inventory => (
            "check-inventory",
            "check that the inventory says where the terminal is and who may use it",
        ),
    }
}

pub(super) fn checks(context: &ReadinessContext<'_>) -> Vec<Reason> {
    let is_done = |check: &Check| {
        let done = context.terminal.checks.get(check);
        done.is_some_and(|done| done.at <= context.now)
    };
    let list = checklist(context.terminal.origin).iter();
    list.filter(|check| !is_done(check))
        .map(|check| {
            let (code, text) = texts(*check);
            by_customer(code, text)
        })
        .collect()
}

pub(super) fn storage(context: &ReadinessContext<'_>) -> Vec<Reason> {
    let Some(stored) = context.terminal.stored else {
        return Vec::new();
    };
    let mut reasons = Vec::new();
    let inspected = context
        .terminal
        .inspected(Occasion::AfterStorage, context.now);
    if stored
        .until
        .is_none_or(|until| inspected.is_none_or(|at| at < until))
    {
        let text = "inspect the terminal after it was stored";
        reasons.push(by_customer("not-inspected-after-storage", text));
    }
    let tested = context.terminal.tested.as_ref().map(|it| it.at);
    let tested = tested.filter(|at| *at <= context.now);
    let is_tested = stored
        .until
        .is_some_and(|until| tested.is_some_and(|at| at >= until));
    if stored.needs_test && !is_tested {
        let text = "make a test transaction, as the terminal was stored for long";
        reasons.push(by_customer("no-test-transaction", text));
    }
    reasons
}
