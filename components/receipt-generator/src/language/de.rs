//! German.

use chargetap_contract::receipt::{EntryMode, MeasurementProblem, NothingTakenReason};

use super::{Language, Screen};

pub(super) static LANGUAGE: Language = Language {
    tag: "de",

    receipt: "Beleg",
    refund: "Erstattung",
    invoice: "Rechnung",
    payout: "Auszahlung",

    paid: "Bezahlt",
    nothing_taken: "Nichts abgebucht",
    given_back: "Erstattet",
    paid_out: "Ausgezahlt",

    reason: |reason| match reason {
        NothingTakenReason::Declined => "Die Karte wurde abgelehnt.",
        NothingTakenReason::NotPluggedIn => {
            "Es wurde nicht rechtzeitig ein Fahrzeug angeschlossen."
        }
        NothingTakenReason::CancelledByDriver => {
            "Die Karte wurde vor Ladebeginn erneut vorgehalten."
        }
        NothingTakenReason::CancelledByOperator => {
            "Der Betreiber hat den Vorgang vor Ladebeginn beendet."
        }
        NothingTakenReason::StartFailed => "Die Ladestation hat den Ladevorgang nicht gestartet.",
        NothingTakenReason::BelowMinimum => "Der Preis war zu niedrig, um abgebucht zu werden.",
        NothingTakenReason::PaymentFailed => "Die Zahlung konnte nicht durchgeführt werden.",
    },
    was_released: |amount| format!("Der vorautorisierte Betrag von {amount} wurde freigegeben."),
    nothing_was_reserved: "Es war kein Betrag vorautorisiert.",
    refund_of: |number, date| {
        format!("Die Erstattung bezieht sich auf den Beleg {number} vom {date}.")
    },
    reported_late: "Nach der Zahlung hat die Ladestation einen anderen Zählerstand gemeldet.",
    instead_of: |number, date| format!("Die Rechnung ersetzt den Beleg {number} vom {date}."),
    payout_to: |payee, statement| format!("An {payee}, Abrechnung {statement}."),

    charging: "Laden",
    site: "Standort",
    address: "Adresse",
    evse: "Ladepunkt (EVSE)",
    start: "Beginn",
    end: "Ende",
    duration: "Dauer",
    energy: "Energie",

    price: "Preis",
    tariff: "Tarif",
    vat_included: "inkl. MwSt.",
    parking: "Standzeit",
    per_session: "Pro Ladevorgang",
    minimum_price: "Aufschlag auf den Mindestpreis",
    maximum_price: "Ermäßigung auf den Höchstpreis",
    net: "Summe ohne MwSt.",
    vat: "MwSt.",
    on: "auf",
    gross: "Summe inkl. MwSt.",
    without_vat: "Ohne MwSt.",
    rounding: |tax_included| match tax_included {
        Some(true) => {
            "In den Einzelpreisen ist die MwSt. enthalten. Die Summe wird einmal kaufmännisch \
             gerundet, und die MwSt. wird aus der gerundeten Summe herausgerechnet."
        }
        Some(false) => {
            "In den Einzelpreisen ist die MwSt. nicht enthalten. Die Summe wird einmal \
             kaufmännisch gerundet, und die MwSt. wird aus der gerundeten Summe herausgerechnet."
        }
        None => "Die Summe wird einmal kaufmännisch gerundet.",
    },
    price_above_hold: "Der Preis ist höher als der vorautorisierte Betrag; abgebucht wurde nur der \
                       vorautorisierte Betrag.",

    payment: "Zahlung",
    held: "Vorautorisiert",
    captured: "Abgebucht",
    released: "Freigegeben",
    refunded_in_all: "Insgesamt erstattet",
    card: "Karte",
    entry: "Leseverfahren",
    entry_mode: |mode| match mode {
        EntryMode::Contactless => "Kontaktlos",
        EntryMode::Chip => "Chip",
        EntryMode::MagneticStripe => "Magnetstreifen",
    },
    application: "Anwendung (AID)",
    authorisation_code: "Autorisierungscode",
    sequence_number: "Sequenznummer",
    tapped: "Karte vorgehalten",
    terminal: "Terminal",

    corrected: "Korrigierte Werte",
    fee: "Gebühr",
    vat_in_fee: "MwSt. in der Gebühr",

    measurement: "Messung",
    measured_only: |energy| {
        format!("Die signierten Messwerte des Zählers wurden geprüft: Gemessen wurden {energy}.")
    },
    measured: |energy| {
        format!(
            "Die signierten Messwerte des Zählers wurden geprüft: Gemessen wurden {energy}, wie \
             abgerechnet."
        )
    },
    measured_otherwise: |measured, billed| {
        format!(
            "Die signierten Messwerte des Zählers wurden geprüft: Gemessen wurden {measured}, \
             abgerechnet wurden aber {billed}. Bitte wenden Sie sich an uns."
        )
    },
    not_measured: |problem| match problem {
        MeasurementProblem::NoKey | MeasurementProblem::UnreadableKey => {
            "Die signierten Messwerte des Zählers konnten nicht geprüft werden: Es gibt keinen \
             verwendbaren öffentlichen Schlüssel."
        }
        MeasurementProblem::TooLarge
        | MeasurementProblem::UnsupportedCurve
        | MeasurementProblem::UnsupportedAlgorithm
        | MeasurementProblem::UnreadablePacket => {
            "Die signierten Messwerte des Zählers konnten nicht geprüft werden: Das Format wird \
             nicht unterstützt."
        }
        MeasurementProblem::WrongSignature => {
            "Die signierten Messwerte des Zählers wurden geprüft, und die Signatur ist falsch. \
             Bitte wenden Sie sich an uns."
        }
        MeasurementProblem::NoBeginning
        | MeasurementProblem::NoEnd
        | MeasurementProblem::OtherMeter
        | MeasurementProblem::WrongOrder => {
            "Die signierten Messwerte des Zählers konnten nicht geprüft werden: Sie sind \
             unvollständig oder widersprüchlich."
        }
        MeasurementProblem::NotMeasured => {
            "Die signierten Messwerte des Zählers konnten nicht geprüft werden: Es gibt keinen \
             verwendbaren Zählerstand."
        }
    },
    transparency: "Die signierten Messwerte können gespeichert und mit der Transparenzsoftware \
                   geprüft werden.",

    buyer: "Rechnungsempfänger",
    issuer: "Ausgestellt von",
    name: "Name",
    vat_number: "USt-IdNr.",
    contact: "Fragen und Reklamationen",
    issued: "Ausstellungsdatum",
    number: "Nummer",
    original: "Ursprünglicher Beleg",
    receipt_id: "Beleg-ID",
    code: "Belegcode",
    session: "Ladevorgang",

    save_pdf: "Als PDF speichern",
    save_signed_values: "Signierte Messwerte speichern",
    want_invoice: "Rechnung auf Firmennamen",

    find_receipt: "Ihren Beleg finden",
    or: "oder",
    date: "Datum",
    amount: "Betrag",
    last_four: "Letzte vier Ziffern der Kartennummer",
    find: "Suchen",
    not_found: "Diesen Beleg gibt es nicht. Bitte prüfen Sie Ihre Eingabe. Nach dem Laden kann es \
                einige Minuten dauern, bis der Beleg vorliegt.",
    too_many_attempts: "Zu viele Versuche. Bitte warten Sie eine Minute und versuchen Sie es dann \
                        erneut.",
    request_invoice: "Rechnung anfordern",
    card_number_typed: "Bitte geben Sie hier keine Kartennummer ein. Das Feld, das eine enthielt, \
                        wurde geleert.",
    buyer_refused: "Es fehlt eine Angabe, oder die USt-IdNr. ist falsch. Diese beginnt mit dem \
                    Länderkürzel, zum Beispiel DE123456789.",
    invoice_coming: "Die Rechnung wird erstellt. Diese Seite öffnet sie automatisch.",
    no_invoice: "Zu diesem Beleg gibt es keine Rechnung: Es wurde nichts abgebucht, oder es wurde \
                 etwas erstattet.",

    screen: Screen {
        free: "kostenlos",
        per_session: |price| format!("{price} pro Ladevorgang"),
        idle: |price| format!("{price}, wenn nicht geladen wird"),
        up_to: |price| format!("bis zu {price}"),
        by_power: |price| format!("je nach Leistung {price}"),
        after_minutes: |price, minutes| format!("{price} nach {minutes} min"),
        later: |price| format!("später {price}"),
        at_least: |price| format!("mindestens {price}"),
        hold: |amount| format!("reserviert werden {amount}"),

        show_card: "Karte vorhalten.",
        card_accepted: "Karte angenommen. Zum Laden Fahrzeug anschließen.",
        charging_begun: "Der Ladevorgang hat begonnen.",
        charging_ended: |price| format!("Ladevorgang beendet: {price}."),
        in_use: "Besetzt.",
        plug_in: "Zum Laden Fahrzeug anschließen.",
        to_stop: "Zum Beenden dieselbe Karte noch einmal vorhalten.",
        show_first_card: "Die Karte vorhalten, mit der begonnen wurde.",
        out_of_service: "Außer Betrieb.",

        paid: |amount| format!("Bezahlt: {amount}."),
        receipt_at: |address, code| format!("Beleg: {address}, Code {code}."),
        to_charge_again: "Um erneut zu laden, die Karte noch einmal vorhalten.",

        how_much: "Wie viel höchstens?",
        where_to_charge: "Wo laden Sie?",
        stop: "Laden beenden",
        stop_at: |place| format!("{place} beenden"),
        confirm_stop: "Laden beenden?",
        go_on: "Weiterladen",
    },
};
