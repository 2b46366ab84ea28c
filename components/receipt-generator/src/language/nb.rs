//! Norwegian Bokmål.

use chargetap_contract::receipt::{EntryMode, MeasurementProblem, NothingTakenReason};

use super::{Language, Screen};

pub(super) static LANGUAGE: Language = Language {
    tag: "nb",

    receipt: "Kvittering",
    refund: "Refusjon",
    invoice: "Faktura",
    payout: "Utbetaling",

    paid: "Betalt",
    nothing_taken: "Ingenting er trukket",
    given_back: "Refundert",
    paid_out: "Utbetalt",

    reason: |reason| match reason {
        NothingTakenReason::Declined => "Kortet ble avvist.",
        NothingTakenReason::NotPluggedIn => "Det ble ikke koblet til noe kjøretøy i tide.",
        NothingTakenReason::CancelledByDriver => "Kortet ble vist på nytt før ladingen begynte.",
        NothingTakenReason::CancelledByOperator => {
            "Operatøren avsluttet økten før ladingen begynte."
        }
        NothingTakenReason::StartFailed => "Ladestasjonen startet ikke ladingen.",
        NothingTakenReason::BelowMinimum => "Prisen var for lav til å bli trukket fra kortet.",
        NothingTakenReason::PaymentFailed => "Betalingen kunne ikke gjennomføres.",
    },
    was_released: |amount| format!("Det reserverte beløpet på {amount} er frigitt."),
    nothing_was_reserved: "Det var ikke reservert noe beløp.",
    refund_of: |number, date| format!("Refusjonen gjelder kvittering {number} fra {date}."),
    reported_late: "Etter betalingen meldte ladestasjonen en annen målerstand.",
    instead_of: |number, date| format!("Fakturaen erstatter kvittering {number} fra {date}."),
    payout_to: |payee, statement| format!("Til {payee}, avregning {statement}."),

    charging: "Lading",
    site: "Sted",
    address: "Adresse",
    evse: "Ladepunkt (EVSE)",
    start: "Start",
    end: "Slutt",
    duration: "Varighet",
    energy: "Energi",

    price: "Pris",
    tariff: "Takst",
    vat_included: "inkl. mva.",
    parking: "Parkering",
    per_session: "Per ladeøkt",
    minimum_price: "Tillegg opp til minsteprisen",
    maximum_price: "Reduksjon til maksimalprisen",
    net: "Sum ekskl. mva.",
    vat: "mva.",
    on: "av",
    gross: "Sum inkl. mva.",
    without_vat: "Uten mva.",
    rounding: |tax_included| match tax_included {
        Some(true) => {
            "Enhetsprisene inkluderer merverdiavgift. Summen avrundes én gang (en halv rundes \
             opp), og merverdiavgiften regnes ut av den avrundede summen."
        }
        Some(false) => {
            "Enhetsprisene er uten merverdiavgift. Summen avrundes én gang (en halv rundes opp), \
             og merverdiavgiften regnes ut av den avrundede summen."
        }
        None => "Summen avrundes én gang (en halv rundes opp).",
    },
    price_above_hold: "Prisen er høyere enn det reserverte beløpet; bare det reserverte beløpet er \
                       trukket.",

    payment: "Betaling",
    held: "Reservert",
    captured: "Trukket",
    released: "Frigitt",
    refunded_in_all: "Refundert totalt",
    card: "Kort",
    entry: "Lesemetode",
    entry_mode: |mode| match mode {
        EntryMode::Contactless => "Kontaktløs",
        EntryMode::Chip => "Chip",
        EntryMode::MagneticStripe => "Magnetstripe",
    },
    application: "Applikasjon (AID)",
    authorisation_code: "Autorisasjonskode",
    sequence_number: "Sekvensnummer",
    tapped: "Kort vist",
    terminal: "Terminal",

    corrected: "Korrigerte verdier",
    fee: "Gebyr",
    vat_in_fee: "Mva. i gebyret",

    measurement: "Måling",
    measured_only: |energy| {
        format!("Målerens signerte verdier er kontrollert: Det ble målt {energy}.")
    },
    measured: |energy| {
        format!(
            "Målerens signerte verdier er kontrollert: Det ble målt {energy}, det samme som ble \
             fakturert."
        )
    },
    measured_otherwise: |measured, billed| {
        format!(
            "Målerens signerte verdier er kontrollert: Det ble målt {measured}, men fakturert \
             {billed}. Ta kontakt med oss."
        )
    },
    not_measured: |problem| match problem {
        MeasurementProblem::NoKey | MeasurementProblem::UnreadableKey => {
            "Målerens signerte verdier kunne ikke kontrolleres: Det finnes ingen brukbar offentlig \
             nøkkel."
        }
        MeasurementProblem::TooLarge
        | MeasurementProblem::UnsupportedCurve
        | MeasurementProblem::UnsupportedAlgorithm
        | MeasurementProblem::UnreadablePacket => {
            "Målerens signerte verdier kunne ikke kontrolleres: Formatet støttes ikke."
        }
        MeasurementProblem::WrongSignature => {
            "Målerens signerte verdier er kontrollert, og signaturen er feil. Ta kontakt med oss."
        }
        MeasurementProblem::NoBeginning
        | MeasurementProblem::NoEnd
        | MeasurementProblem::OtherMeter
        | MeasurementProblem::WrongOrder => {
            "Målerens signerte verdier kunne ikke kontrolleres: De er ufullstendige eller \
             motstridende."
        }
        MeasurementProblem::NotMeasured => {
            "Målerens signerte verdier kunne ikke kontrolleres: Det finnes ingen brukbar \
             målerstand."
        }
    },
    transparency: "De signerte verdiene kan lagres og kontrolleres med transparensprogramvaren.",

    buyer: "Fakturamottaker",
    issuer: "Utstedt av",
    name: "Navn",
    vat_number: "MVA-nummer",
    contact: "Spørsmål og klager",
    issued: "Utstedelsesdato",
    number: "Nummer",
    original: "Opprinnelig kvittering",
    receipt_id: "Kvitterings-ID",
    code: "Kvitteringskode",
    session: "Ladeøkt",

    save_pdf: "Lagre som PDF",
    save_signed_values: "Lagre målerens signerte verdier",
    want_invoice: "Faktura til bedrift",

    find_receipt: "Finn kvitteringen din",
    or: "eller",
    date: "Dato",
    amount: "Beløp",
    last_four: "Kortets fire siste sifre",
    find: "Finn",
    not_found: "Det finnes ingen slik kvittering. Kontroller det du har skrevet inn. Det kan ta \
                noen minutter etter ladingen før kvitteringen er klar.",
    too_many_attempts: "For mange forsøk. Vent et minutt og prøv igjen.",
    request_invoice: "Be om faktura",
    card_number_typed: "Ikke skriv inn et kortnummer her. Feltet som inneholdt det, er tømt.",
    buyer_refused: "Noe mangler, eller MVA-nummeret er feil. Det begynner med landets bokstaver, \
                    for eksempel NO123456789MVA.",
    invoice_coming: "Fakturaen blir laget nå. Denne siden åpner den automatisk.",
    no_invoice: "Det finnes ingen faktura for denne kvitteringen: Ingenting er trukket, eller noe \
                 er refundert.",

    screen: Screen {
        free: "gratis",
        per_session: |price| format!("{price} per ladeøkt"),
        idle: |price| format!("{price} når bilen ikke lader"),
        up_to: |price| format!("opptil {price}"),
        by_power: |price| format!("avhengig av effekten {price}"),
        after_minutes: |price, minutes| format!("{price} etter {minutes} min"),
        later: |price| format!("senere {price}"),
        at_least: |price| format!("minst {price}"),
        hold: |amount| format!("det reserveres {amount}"),

        show_card: "Vis kortet ditt.",
        card_accepted: "Kortet er godkjent. Koble til bilen for å lade.",
        charging_begun: "Ladingen har begynt.",
        charging_ended: |price| format!("Ladingen er avsluttet: {price}."),
        in_use: "Opptatt.",
        plug_in: "Koble til bilen for å lade.",
        to_stop: "Vis samme kort igjen for å avslutte.",
        show_first_card: "Vis kortet du begynte med.",
        out_of_service: "Ute av drift.",

        paid: |amount| format!("Betalt: {amount}."),
        receipt_at: |address, code| format!("Kvittering: {address}, kode {code}."),
        to_charge_again: "Vis kortet en gang til for å lade igjen.",

        how_much: "Hvor mye maksimalt?",
        where_to_charge: "Hvor lader du?",
        stop: "Avslutt ladingen",
        stop_at: |place| format!("Avslutt: {place}"),
        confirm_stop: "Avslutte ladingen?",
        go_on: "Fortsett",
    },
};
