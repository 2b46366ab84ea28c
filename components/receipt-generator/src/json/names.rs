//! The names of the contract's cases in JSON.

use chargetap_contract::{
    money::Dimension,
    receipt::{EntryMode, MeasurementProblem, NothingTakenReason, Subject},
    terminal::CardScheme,
};

pub(super) fn kind(subject: &Subject) -> &'static str {
    match subject {
        Subject::Session(session) if session.nothing_taken.is_some() => "nothing_taken",
        Subject::Session(_) => "charge",
        Subject::Refund(_) => "refund",
        Subject::Invoice(_) => "invoice",
        Subject::Payout(_) => "payout",
    }
}

pub(super) fn reason(reason: NothingTakenReason) -> &'static str {
    match reason {
        NothingTakenReason::Declined => "declined",
        NothingTakenReason::NotPluggedIn => "not_plugged_in",
        NothingTakenReason::CancelledByDriver => "cancelled_by_driver",
        NothingTakenReason::CancelledByOperator => "cancelled_by_operator",
        NothingTakenReason::StartFailed => "start_failed",
        NothingTakenReason::BelowMinimum => "below_minimum",
        NothingTakenReason::PaymentFailed => "payment_failed",
    }
}

pub(super) fn scheme(scheme: CardScheme) -> &'static str {
    match scheme {
        CardScheme::Visa => "visa",
        CardScheme::Mastercard => "mastercard",
        CardScheme::Maestro => "maestro",
        CardScheme::Amex => "amex",
        CardScheme::Discover => "discover",
        CardScheme::Jcb => "jcb",
        CardScheme::Unionpay => "unionpay",
        CardScheme::Girocard => "girocard",
        CardScheme::Unknown => "unknown",
    }
}

pub(super) fn entry_mode(mode: EntryMode) -> &'static str {
    match mode {
        EntryMode::Contactless => "contactless",
        EntryMode::Chip => "chip",
        EntryMode::MagneticStripe => "magnetic_stripe",
    }
}

pub(super) fn dimension(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Energy => "energy",
        Dimension::Time => "time",
        Dimension::ParkingTime => "parking_time",
        Dimension::Flat => "flat",
    }
}

pub(super) fn measurement_problem(problem: MeasurementProblem) -> &'static str {
    match problem {
        MeasurementProblem::NoKey => "no_key",
        MeasurementProblem::UnreadableKey => "unreadable_key",
        MeasurementProblem::UnsupportedCurve => "unsupported_curve",
        MeasurementProblem::UnreadablePacket => "unreadable_packet",
        MeasurementProblem::UnsupportedAlgorithm => "unsupported_algorithm",
        MeasurementProblem::WrongSignature => "wrong_signature",
        MeasurementProblem::TooLarge => "too_large",
        MeasurementProblem::NoBeginning => "no_beginning",
        MeasurementProblem::NoEnd => "no_end",
        MeasurementProblem::OtherMeter => "other_meter",
        MeasurementProblem::WrongOrder => "wrong_order",
        MeasurementProblem::NotMeasured => "not_measured",
    }
}
