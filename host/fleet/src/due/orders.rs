//! Due: activation tickets of orders, and self-assessments of customers.

use std::collections::BTreeMap;

use super::deadline_context::DeadlineContext;
use super::{Due, DueKind, Subject};
use crate::order::Order;
use crate::site::{AssessmentStatus, Customer, SelfAssessment};
use crate::terminal::{State, Terminal};

/// How many days before it expires a self-assessment is due.
const ASSESSMENT_AHEAD: i32 = 30;

/// Orders without terminals, or with terminals that were never activated. They belong to no site.
pub(super) fn tickets(context: &DeadlineContext<'_>, list: &mut Vec<Due>) {
    if !context.is_whole_fleet() {
        return;
    }
    let mut counts = BTreeMap::new();
    for terminal in context.fleet.each::<Terminal>() {
        if terminal.state != State::Retired {
            let order = counts.entry(&terminal.details.order);
            let (all, waiting): &mut (u64, u64) = order.or_default();
            *all += 1;
            *waiting += u64::from(!terminal.licences.has_begun());
        }
    }
    for order in context.fleet.each::<Order>() {
        let (all, waiting) = counts.get(&order.key).copied().unwrap_or_default();
        if all == 0 || waiting > 0 {
            list.push(ticket(context, order, all, waiting));
        }
    }
}

fn ticket(context: &DeadlineContext<'_>, order: &Order, all: u64, waiting: u64) -> Due {
    let key = &order.key;
    let text = match all {
        0 => format!("Put the terminals of order {key} on record."),
        _ => format!("Activate the terminals of order {key}: {waiting} of {all} wait for it."),
    };
    let zone = context.home_calendar(&order.details.customer).zone;
    let due = order.details.wanted_by.map(|day| day.ends(zone));
    context.of(Subject::Order(key.clone()), DueKind::Ticket, due, text)
}

pub(super) fn self_assessments(context: &DeadlineContext<'_>, list: &mut Vec<Due>) {
    let customers = context.fleet.each::<Customer>();
    let customers = customers.filter(|_| context.is_whole_fleet());
    list.extend(
        customers.filter_map(|it| self_assessment(context, it, it.self_assessment.as_ref()?)),
    );
}

/// A compliant self-assessment is due before it expires; a pending or failed one is due now.
fn self_assessment(
    context: &DeadlineContext<'_>,
    customer: &Customer,
    it: &SelfAssessment,
) -> Option<Due> {
    let calendar = context.home_calendar(&customer.key);
    let last = it.valid_until;
    let is_due = match it.status {
        AssessmentStatus::NotRequired => false,
        AssessmentStatus::Pending | AssessmentStatus::NotCompliant => true,
        AssessmentStatus::Compliant => {
            last.is_some_and(|last| calendar.today >= last.plus_days(-ASSESSMENT_AHEAD))
        }
    };
    let key = &customer.key;
    let text = format!("Hand in the self-assessment of PCI DSS of {key}, and put it on record.");
    let due = last.map(|day| day.ends(calendar.zone));
    let about = Subject::Customer(key.clone());
    is_due.then(|| context.of(about, DueKind::SelfAssessment, due, text))
}
