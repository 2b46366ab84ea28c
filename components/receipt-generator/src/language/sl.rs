//! Slovenian.

use chargetap_contract::receipt::{EntryMode, MeasurementProblem, NothingTakenReason};

use super::{Language, Screen};

pub(super) static LANGUAGE: Language = Language {
    tag: "sl",

    receipt: "Potrdilo o transakciji",
    refund: "Vračilo",
    invoice: "Račun",
    payout: "Izplačilo",

    paid: "Plačano",
    nothing_taken: "Nič ni bilo zaračunano",
    given_back: "Vrnjeno",
    paid_out: "Izplačano",

    reason: |reason| match reason {
        NothingTakenReason::Declined => "Kartica je bila zavrnjena.",
        NothingTakenReason::NotPluggedIn => "Vozilo ni bilo pravočasno priključeno.",
        NothingTakenReason::CancelledByDriver => {
            "Kartica je bila pred začetkom polnjenja znova prislonjena."
        }
        NothingTakenReason::CancelledByOperator => {
            "Upravljavec je sejo končal pred začetkom polnjenja."
        }
        NothingTakenReason::StartFailed => "Polnilna postaja ni začela polniti.",
        NothingTakenReason::BelowMinimum => "Cena je bila prenizka, da bi jo zaračunali.",
        NothingTakenReason::PaymentFailed => "Plačila ni bilo mogoče izvesti.",
    },
    was_released: |amount| format!("Predavtorizirani znesek {amount} je bil sproščen."),
    nothing_was_reserved: "Noben znesek ni bil predavtoriziran.",
    refund_of: |number, date| format!("To vračilo se nanaša na potrdilo {number} z dne {date}."),
    reported_late: "Po plačilu je polnilna postaja sporočila drugačno stanje števca.",
    instead_of: |number, date| format!("Ta račun nadomešča potrdilo {number} z dne {date}."),
    payout_to: |payee, statement| format!("Prejemnik: {payee}, obračun {statement}."),

    charging: "Polnjenje",
    site: "Lokacija",
    address: "Naslov",
    evse: "Polnilno mesto (EVSE)",
    start: "Začetek",
    end: "Konec",
    duration: "Trajanje",
    energy: "Energija",

    price: "Cena",
    tariff: "Tarifa",
    vat_included: "z DDV",
    parking: "Parkiranje",
    per_session: "Na polnjenje",
    minimum_price: "Doplačilo do najnižje cene",
    maximum_price: "Znižanje na najvišjo ceno",
    net: "Skupaj brez DDV",
    vat: "DDV",
    on: "od",
    gross: "Skupaj z DDV",
    without_vat: "Brez DDV",
    rounding: |tax_included| match tax_included {
        Some(true) => {
            "Cene na enoto vključujejo DDV. Skupni znesek se zaokroži enkrat (polovica navzgor), \
             DDV pa se izračuna iz zaokroženega zneska."
        }
        Some(false) => {
            "Cene na enoto ne vključujejo DDV. Skupni znesek se zaokroži enkrat (polovica \
             navzgor), DDV pa se izračuna iz zaokroženega zneska."
        }
        None => "Skupni znesek se zaokroži enkrat (polovica navzgor).",
    },
    price_above_hold: "Cena je višja od predavtoriziranega zneska; zaračunan je bil le \
                       predavtorizirani znesek.",

    payment: "Plačilo",
    held: "Predavtorizirano",
    captured: "Zaračunano",
    released: "Sproščeno",
    refunded_in_all: "Vrnjeno skupaj",
    card: "Kartica",
    entry: "Način branja",
    entry_mode: |mode| match mode {
        EntryMode::Contactless => "Brezstično",
        EntryMode::Chip => "Čip",
        EntryMode::MagneticStripe => "Magnetni trak",
    },
    application: "Aplikacija (AID)",
    authorisation_code: "Avtorizacijska koda",
    sequence_number: "Zaporedna številka",
    tapped: "Branje kartice",
    terminal: "Terminal",

    corrected: "Popravljeni podatki",
    fee: "Provizija",
    vat_in_fee: "DDV v proviziji",

    measurement: "Meritev",
    measured_only: |energy| {
        format!("Podpisane vrednosti števca so bile preverjene: izmerjeno je bilo {energy}.")
    },
    measured: |energy| {
        format!(
            "Podpisane vrednosti števca so bile preverjene: izmerjeno je bilo {energy}, toliko je \
             bilo tudi zaračunano."
        )
    },
    measured_otherwise: |measured, billed| {
        format!(
            "Podpisane vrednosti števca so bile preverjene: izmerjeno je bilo {measured}, \
             zaračunano pa {billed}. Prosimo, obrnite se na nas."
        )
    },
    not_measured: |problem| match problem {
        MeasurementProblem::NoKey | MeasurementProblem::UnreadableKey => {
            "Podpisanih vrednosti števca ni bilo mogoče preveriti: ni uporabnega javnega ključa."
        }
        MeasurementProblem::TooLarge
        | MeasurementProblem::UnsupportedCurve
        | MeasurementProblem::UnsupportedAlgorithm
        | MeasurementProblem::UnreadablePacket => {
            "Podpisanih vrednosti števca ni bilo mogoče preveriti: njihova oblika ni podprta."
        }
        MeasurementProblem::WrongSignature => {
            "Podpisane vrednosti števca so bile preverjene in podpis ni pravilen. Prosimo, obrnite \
             se na nas."
        }
        MeasurementProblem::NoBeginning
        | MeasurementProblem::NoEnd
        | MeasurementProblem::OtherMeter
        | MeasurementProblem::WrongOrder => {
            "Podpisanih vrednosti števca ni bilo mogoče preveriti: so nepopolne ali si \
             nasprotujejo."
        }
        MeasurementProblem::NotMeasured => {
            "Podpisanih vrednosti števca ni bilo mogoče preveriti: ni uporabnega odčitka."
        }
    },
    transparency: "Podpisane vrednosti je mogoče shraniti in preveriti s programom za preverjanje \
                   (Transparenzsoftware).",

    buyer: "Kupec",
    issuer: "Izdajatelj",
    name: "Naziv",
    vat_number: "ID za DDV",
    contact: "Vprašanja in reklamacije",
    issued: "Datum izdaje",
    number: "Številka",
    original: "Prvotno potrdilo",
    receipt_id: "ID potrdila",
    code: "Koda potrdila",
    session: "Seja polnjenja",

    save_pdf: "Shrani kot PDF",
    save_signed_values: "Shrani podpisane vrednosti števca",
    want_invoice: "Račun na ime podjetja",

    find_receipt: "Poiščite svoje potrdilo",
    or: "ali",
    date: "Datum",
    amount: "Znesek",
    last_four: "Zadnje štiri števke kartice",
    find: "Poišči",
    not_found: "Takega potrdila ni. Prosimo, preverite vnesene podatke. Po polnjenju lahko traja \
                nekaj minut, da je potrdilo na voljo.",
    too_many_attempts: "Preveč poskusov. Prosimo, počakajte minuto in poskusite znova.",
    request_invoice: "Zahtevaj račun",
    card_number_typed: "Prosimo, ne vpisujte sem številke kartice. Polje, ki jo je vsebovalo, je \
                        bilo izpraznjeno.",
    buyer_refused: "Nekaj manjka ali pa ID za DDV ni pravilen. Začne se s črkama države, na primer \
                    SI12345678.",
    invoice_coming: "Račun je v pripravi. Ta stran ga bo sama odprla.",
    no_invoice: "Za to potrdilo ni računa: nič ni bilo zaračunano ali pa je bilo izvedeno vračilo.",

    screen: Screen {
        free: "brezplačno",
        per_session: |price| format!("{price} na polnjenje"),
        idle: |price| format!("{price} za parkiranje brez polnjenja"),
        up_to: |price| format!("do {price}"),
        by_power: |price| format!("glede na moč {price}"),
        after_minutes: |price, minutes| format!("{price} po {minutes} min"),
        later: |price| format!("pozneje {price}"),
        at_least: |price| format!("najmanj {price}"),
        hold: |amount| format!("predavtorizacija {amount}"),

        show_card: "Prislonite kartico.",
        card_accepted: "Kartica je sprejeta. Za polnjenje priključite vozilo.",
        charging_begun: "Polnjenje se je začelo.",
        charging_ended: |price| format!("Polnjenje je končano: {price}."),
        in_use: "Zasedeno.",
        plug_in: "Za polnjenje priključite vozilo.",
        to_stop: "Za konec polnjenja znova prislonite isto kartico.",
        show_first_card: "Prislonite kartico, s katero ste začeli.",
        out_of_service: "Ne deluje.",

        paid: |amount| format!("Plačano: {amount}."),
        receipt_at: |address, code| format!("Potrdilo: {address}, koda {code}."),
        to_charge_again: "Za novo polnjenje še enkrat prislonite kartico.",

        how_much: "Do katerega zneska?",
        where_to_charge: "Kje polnite?",
        stop: "Končaj polnjenje",
        stop_at: |place| format!("Končaj: {place}"),
        confirm_stop: "Končam polnjenje?",
        go_on: "Nadaljuj",
    },
};
