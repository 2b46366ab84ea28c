//! Swedish.

use chargetap_contract::receipt::NothingTakenReason;

use super::Language;

pub(super) static LANGUAGE: Language = Language {
    tag: "sv",

    receipt: "Kvitto",
    paid: "Betalt",
    nothing_taken: "Inget belopp har dragits",
    reason: |reason| match reason {
        NothingTakenReason::Declined => "Kortet nekades.",
        NothingTakenReason::NotPluggedIn => "Inget fordon anslöts i tid.",
        NothingTakenReason::CancelledByDriver => "Kortet visades igen innan laddningen började.",
        NothingTakenReason::CancelledByOperator => "Operatören avbröt innan laddningen började.",
        NothingTakenReason::StartFailed => "Laddstationen startade inte.",
        NothingTakenReason::BelowMinimum => "Priset var för lågt för att debiteras.",
        NothingTakenReason::PaymentFailed => "Betalningen kunde inte genomföras.",
    },
    was_released: |amount| format!("Det reserverade beloppet {amount} har frigjorts."),
    nothing_was_reserved: "Inget belopp hade reserverats.",

    charging: "Laddning",
    site: "Plats",
    address: "Adress",
    evse: "Laddpunkt (EVSE)",
    start: "Start",
    end: "Slut",
    duration: "Tid",
    energy: "Energi",

    price: "Pris",
    parking: "Parkering",
    per_session: "Per laddning",
    minimum_price: "Lägsta pris",
    maximum_price: "Högsta pris",
    net: "Summa exkl. moms",
    vat: "Moms",
    on: "på",
    gross: "Summa inkl. moms",
    rounding: |tax_included| {
        if tax_included {
            "Enhetspriserna är inklusive moms. Summan avrundas en gång, uppåt från en halv, och momsen \
             räknas ut ur den avrundade summan."
        } else {
            "Enhetspriserna är exklusive moms. Summan avrundas en gång, uppåt från en halv, och momsen \
             räknas ut ur den avrundade summan."
        }
    },
    price_above_hold: "Priset är högre än det reserverade beloppet; bara det reserverade beloppet \
                       har debiterats.",

    payment: "Betalning",
    held: "Reserverat",
    captured: "Debiterat",
    released: "Frigjort",
    card: "Kort",
    some_card: "Kort",
    tapped: "Kortet visades",
    terminal: "Terminal",

    issuer: "Utfärdat av",
    name: "Namn",
    vat_number: "Momsregistreringsnummer",
    contact: "Kontakt",
    issued: "Utfärdat",
    receipt_id: "Kvitto-id",
    session: "Laddsession",
};
