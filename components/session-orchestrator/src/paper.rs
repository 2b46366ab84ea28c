//! What a session contributes to a receipt.

use chargetap_contract::money::Price;
use chargetap_contract::receipt::{Charging, Summary};
use chargetap_contract::session::Evse;

use crate::meter::Meter;
use crate::pricing::share;
use crate::session::{Ended, Stage, Void};
use crate::step::Step;

/// What happened, once it ended. An orphan's driver has the receipt of the session that made the
/// hold, and where none was asked for there is nothing to say.
pub(crate) fn summary(step: &Step<'_>) -> Option<Summary> {
    let session = &step.session;
    let Stage::Ended(ended) = &session.stage else {
        return None;
    };
    let nothing_taken = match ended {
        Ended::Settled(_) | Ended::RefundDue { .. } | Ended::Refunded { .. } => None,
        Ended::Voided(Void::Unused(reason)) | Ended::NotHeld(reason) => Some(*reason),
        Ended::Voided(Void::Orphan) | Ended::NoEvse | Ended::NeedsAttention(_) => return None,
    };
    let Evse { station, connector } = session.evse.as_ref()?;
    let view = session.view();
    Some(Summary {
        session: session.id.clone(),
        terminal: session.terminal.clone(),
        evse: format!("{station}/{connector}"),
        card: session.card,
        tapped_at: session.tapped_at,
        settled_at: step.now,
        currency: view.currency,
        captured_vat: share(&view.cost, view.captured),
        charging: session
            .meter
            .as_ref()
            .map(|meter| charging(meter, view.cost)),
        held: session.held(),
        captured: view.captured,
        released: view.released,
        nothing_taken,
    })
}

/// The energy part of a session with this meter.
pub(crate) fn charging(meter: &Meter, cost: Price) -> Charging {
    Charging {
        started_at: meter.start().at,
        ended_at: meter.last().at,
        energy: meter.energy(),
        cost,
    }
}
