//! The names of events, results and phases in the log, in metrics and in the database.

use chargetap_contract::callback::PaymentChange;
use chargetap_contract::session::{CommandResult, Event, Phase};

pub(crate) fn event_name(event: &Event) -> &'static str {
    match event {
        Event::CardPresented(_) => "card-presented",
        Event::EvseOccupied(_) => "evse-occupied",
        Event::OrphanHoldFound(_) => "orphan-hold-found",
        Event::CommandEnded(outcome) => result_name(&outcome.result),
        Event::PaymentHinted => "payment-hinted",
        Event::ChargingStarted(_) => "charging-started",
        Event::MeterRead(_) => "meter-read",
        Event::ChargingStopped(_) => "charging-stopped",
        Event::StopRequested(_) => "stop-requested",
        Event::Refunded(_) => "refunded",
        Event::InvoiceRequested(_) => "invoice-requested",
        Event::DeadlineReached(_) => "deadline-reached",
        Event::ClockSet(_) => "clock-set",
        Event::Resolved(_) => "resolved",
    }
}

/// How a command ended.
pub(crate) fn result_name(result: &CommandResult) -> &'static str {
    match result {
        CommandResult::Authorised(_) => "authorised",
        CommandResult::Declined(_) => "declined",
        CommandResult::Done => "done",
        CommandResult::Captured(_) => "captured-in-part",
        CommandResult::Conflict => "conflict",
        CommandResult::NotDone(_) => "not-done",
        CommandResult::Unknown => "answer-lost",
        CommandResult::OpenHolds(_) => "looked-up",
    }
}

/// The contract's name of a phase, which is also stored.
pub(crate) fn phase_name(phase: Phase) -> &'static str {
    match phase {
        Phase::Authorising => "authorising",
        Phase::Starting => "starting",
        Phase::Charging => "charging",
        Phase::Stopping => "stopping",
        Phase::Capturing => "capturing",
        Phase::Voiding => "voiding",
        Phase::Settled => "settled",
        Phase::Refunded => "refunded",
        Phase::Cancelled => "cancelled",
        Phase::Declined => "declined",
        Phase::FailedNothingTaken => "failed-nothing-taken",
        Phase::NeedsAttention => "needs-attention",
    }
}

/// What a provider reports of a payment.
pub(crate) fn change_name(change: PaymentChange) -> &'static str {
    match change {
        PaymentChange::Captured => "captured",
        PaymentChange::CaptureFailed => "capture-failed",
        PaymentChange::Refunded => "refunded",
        PaymentChange::RefundFailed => "refund-failed",
        PaymentChange::Disputed => "disputed",
        PaymentChange::DisputeWon => "dispute-won",
        PaymentChange::DisputeLost => "dispute-lost",
    }
}
