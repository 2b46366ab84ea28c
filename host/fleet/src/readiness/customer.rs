//! What the customer lacks: the terms of use, and the PCI DSS self-assessment.

use super::by_customer;
use crate::moment::{Day, Moment};
use crate::refusal::Reason;
use crate::site::{AssessmentStatus, Customer, SelfAssessment};

pub(super) fn missing(owner: Option<&Customer>, now: Moment, today: Day) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let terms = owner.and_then(|it| it.terms.as_ref());
    if terms.is_none_or(|it| it.at > now) {
        let text = "accept the terms of use of payment terminals";
        reasons.push(by_customer("terms-not-accepted", text));
    }
    match owner.and_then(|it| it.self_assessment.as_ref()) {
        None => {
            let text = "say how you stand with the self-assessment of PCI DSS";
            reasons.push(by_customer("no-self-assessment", text));
        }
        Some(it) => reasons.extend(shortcoming(it, today)),
    }
    reasons
}

/// Why a self-assessment prevents activation. A pending one does not: the acquirer sets its
/// deadline.
fn shortcoming(it: &SelfAssessment, today: Day) -> Option<Reason> {
    match (it.status, it.valid_until) {
        (AssessmentStatus::NotCompliant, _) => {
            let text = "the self-assessment of PCI DSS says that something is not as it should be: \
                        mend that, and assess it anew";
            Some(by_customer("not-compliant", text))
        }
        (AssessmentStatus::Compliant, Some(last)) if last < today => {
            let text = format!("the self-assessment of PCI DSS counted until {last}: renew it");
            Some(by_customer("self-assessment-over", text))
        }
        _ => None,
    }
}

/// Due items that do not prevent activation.
pub(super) fn due(owner: &Customer) -> Option<Reason> {
    let is_pending = |it: &SelfAssessment| it.status == AssessmentStatus::Pending;
    let text = "hand in the self-assessment of PCI DSS to your acquirer";
    let pending = owner.self_assessment.as_ref().is_some_and(is_pending);
    pending.then(|| by_customer("self-assessment-pending", text))
}
