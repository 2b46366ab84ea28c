//! Whether a terminal can take cards as its record says.

use crate::assignment;
use crate::context::DecisionContext;
use crate::fleet::Fleet;
use crate::form::{Mistake, Step};
use crate::refusal::Reason;
use crate::tariff::TariffNeeds;
use crate::terminal::TerminalDetails;
use crate::text::Serial;

/// Every reason why it cannot, each with its field.
pub(super) fn wrong(
    fleet: &Fleet,
    context: &DecisionContext<'_>,
    serial: &Serial,
    details: &TerminalDetails,
) -> Vec<Reason> {
    let Some(charging) = &details.charging else {
        return Vec::new();
    };
    let mut mistakes = charging.mistakes(details.model, details.connectors.len());
    let mut reasons = Vec::new();
    match charging.needs(&context.gateway.minimum_capture) {
        Ok(needs) => reasons.extend(misfit(fleet, context, serial, details, &needs)),
        Err(found) => mistakes.extend(found),
    }
    reasons.extend(mistakes.into_iter().map(in_details));
    reasons
}

/// Why it cannot have its tariff.
fn misfit(
    fleet: &Fleet,
    context: &DecisionContext<'_>,
    serial: &Serial,
    details: &TerminalDetails,
    needs: &TariffNeeds,
) -> Option<Reason> {
    let zone = assignment::zone(fleet, &details.site);
    let (tariffs, terminal) = (&context.gateway.tariffs, (serial.as_str(), needs));
    let misfit = assignment::misfit(fleet, tariffs, terminal, &zone, context.now)?;
    Some(Reason::from(misfit).at("charging.tariff"))
}

/// A mistake at its field of the details.
fn in_details(mistake: Mistake) -> Reason {
    let place = match mistake.place.steps() {
        [Step::Member("model")] => "model".to_owned(),
        [Step::Member("evses")] => "connectors".to_owned(),
        _ => format!("charging.{}", mistake.place),
    };
    Reason::new("wrong-value", mistake.problem).at(place)
}
