//! Danish.

use chargetap_contract::receipt::{EntryMode, MeasurementProblem, NothingTakenReason};

use super::{Language, Screen};

pub(super) static LANGUAGE: Language = Language {
    tag: "da",

    receipt: "Kvittering",
    refund: "Tilbagebetaling",
    invoice: "Faktura",
    payout: "Udbetaling",

    paid: "Betalt",
    nothing_taken: "Intet beløb er hævet",
    given_back: "Tilbagebetalt",
    paid_out: "Udbetalt",

    reason: |reason| match reason {
        NothingTakenReason::Declined => "Kortet blev afvist.",
        NothingTakenReason::NotPluggedIn => "Der blev ikke tilsluttet et køretøj i tide.",
        NothingTakenReason::CancelledByDriver => "Kortet blev vist igen, før opladningen begyndte.",
        NothingTakenReason::CancelledByOperator => {
            "Operatøren afsluttede sessionen, før opladningen begyndte."
        }
        NothingTakenReason::StartFailed => "Ladestationen startede ikke opladningen.",
        NothingTakenReason::BelowMinimum => "Prisen var for lav til at blive opkrævet.",
        NothingTakenReason::PaymentFailed => "Betalingen kunne ikke gennemføres.",
    },
    was_released: |amount| format!("Det reserverede beløb på {amount} er frigivet."),
    nothing_was_reserved: "Der var ikke reserveret noget beløb.",
    refund_of: |number, date| format!("Tilbagebetalingen vedrører kvittering {number} fra {date}."),
    reported_late: "Efter betalingen oplyste ladestationen en anden målerstand.",
    instead_of: |number, date| format!("Fakturaen erstatter kvittering {number} fra {date}."),
    payout_to: |payee, statement| format!("Til {payee}, afregning {statement}."),

    charging: "Opladning",
    site: "Sted",
    address: "Adresse",
    evse: "Ladepunkt (EVSE)",
    start: "Start",
    end: "Slut",
    duration: "Varighed",
    energy: "Energi",

    price: "Pris",
    tariff: "Takst",
    vat_included: "inkl. moms",
    parking: "Parkering",
    per_session: "Pr. opladning",
    minimum_price: "Tillæg op til minimumsprisen",
    maximum_price: "Nedslag til maksimumsprisen",
    net: "I alt ekskl. moms",
    vat: "moms",
    on: "af",
    gross: "I alt inkl. moms",
    without_vat: "Uden moms",
    rounding: |tax_included| match tax_included {
        Some(true) => {
            "Enhedspriserne er inklusive moms. Totalbeløbet afrundes én gang (en halv rundes op), \
             og momsen trækkes ud af det afrundede totalbeløb."
        }
        Some(false) => {
            "Enhedspriserne er eksklusive moms. Totalbeløbet afrundes én gang (en halv rundes op), \
             og momsen trækkes ud af det afrundede totalbeløb."
        }
        None => "Totalbeløbet afrundes én gang (en halv rundes op).",
    },
    price_above_hold: "Prisen er højere end det reserverede beløb; kun det reserverede beløb er \
                       hævet.",

    payment: "Betaling",
    held: "Reserveret",
    captured: "Hævet",
    released: "Frigivet",
    refunded_in_all: "Tilbagebetalt i alt",
    card: "Kort",
    entry: "Læsemetode",
    entry_mode: |mode| match mode {
        EntryMode::Contactless => "Kontaktløs",
        EntryMode::Chip => "Chip",
        EntryMode::MagneticStripe => "Magnetstribe",
    },
    application: "Applikation (AID)",
    authorisation_code: "Autorisationskode",
    sequence_number: "Sekvensnummer",
    tapped: "Kort vist",
    terminal: "Terminal",

    corrected: "Korrigerede værdier",
    fee: "Gebyr",
    vat_in_fee: "Moms i gebyret",

    measurement: "Måling",
    measured_only: |energy| {
        format!("Målerens signerede værdier er kontrolleret: Der blev målt {energy}.")
    },
    measured: |energy| {
        format!(
            "Målerens signerede værdier er kontrolleret: Der blev målt {energy}, svarende til det \
             afregnede."
        )
    },
    measured_otherwise: |measured, billed| {
        format!(
            "Målerens signerede værdier er kontrolleret: Der blev målt {measured}, men afregnet \
             {billed}. Kontakt os venligst."
        )
    },
    not_measured: |problem| match problem {
        MeasurementProblem::NoKey | MeasurementProblem::UnreadableKey => {
            "Målerens signerede værdier kunne ikke kontrolleres: Der findes ingen brugbar \
             offentlig nøgle."
        }
        MeasurementProblem::TooLarge
        | MeasurementProblem::UnsupportedCurve
        | MeasurementProblem::UnsupportedAlgorithm
        | MeasurementProblem::UnreadablePacket => {
            "Målerens signerede værdier kunne ikke kontrolleres: Formatet understøttes ikke."
        }
        MeasurementProblem::WrongSignature => {
            "Målerens signerede værdier er kontrolleret, og signaturen er forkert. Kontakt os \
             venligst."
        }
        MeasurementProblem::NoBeginning
        | MeasurementProblem::NoEnd
        | MeasurementProblem::OtherMeter
        | MeasurementProblem::WrongOrder => {
            "Målerens signerede værdier kunne ikke kontrolleres: De er ufuldstændige eller \
             modstridende."
        }
        MeasurementProblem::NotMeasured => {
            "Målerens signerede værdier kunne ikke kontrolleres: Der findes ingen brugbar \
             målerstand."
        }
    },
    transparency: "De signerede værdier kan gemmes og kontrolleres med transparenssoftwaren.",

    buyer: "Fakturamodtager",
    issuer: "Udstedt af",
    name: "Navn",
    vat_number: "Momsnummer",
    contact: "Spørgsmål og klager",
    issued: "Udstedelsesdato",
    number: "Nummer",
    original: "Oprindelig kvittering",
    receipt_id: "Kvitterings-id",
    code: "Kvitteringskode",
    session: "Ladesession",

    save_pdf: "Gem som PDF",
    save_signed_values: "Gem målerens signerede værdier",
    want_invoice: "Faktura til virksomhed",

    find_receipt: "Find din kvittering",
    or: "eller",
    date: "Dato",
    amount: "Beløb",
    last_four: "Kortets sidste fire cifre",
    find: "Find",
    not_found: "Der findes ingen sådan kvittering. Kontrollér det indtastede. Der kan gå nogle \
                minutter efter opladningen, før kvitteringen er klar.",
    too_many_attempts: "For mange forsøg. Vent et minut, og prøv igen.",
    request_invoice: "Anmod om faktura",
    card_number_typed: "Indtast venligst ikke et kortnummer her. Feltet, der indeholdt det, er \
                        ryddet.",
    buyer_refused: "Der mangler noget, eller momsnummeret er forkert. Det begynder med landets \
                    bogstaver, for eksempel DK12345678.",
    invoice_coming: "Fakturaen er ved at blive oprettet. Denne side åbner den automatisk.",
    no_invoice: "Der er ingen faktura til denne kvittering: Intet beløb er hævet, eller et beløb \
                 er tilbagebetalt.",

    screen: Screen {
        free: "gratis",
        per_session: |price| format!("{price} pr. opladning"),
        idle: |price| format!("{price} ved parkering uden opladning"),
        up_to: |price| format!("op til {price}"),
        by_power: |price| format!("afhængigt af effekten {price}"),
        after_minutes: |price, minutes| format!("{price} efter {minutes} min"),
        later: |price| format!("senere {price}"),
        at_least: |price| format!("mindst {price}"),
        hold: |amount| format!("der reserveres {amount}"),

        show_card: "Vis dit kort.",
        card_accepted: "Kortet er godkendt. Tilslut bilen for at oplade.",
        charging_begun: "Opladningen er begyndt.",
        charging_ended: |price| format!("Opladningen er afsluttet: {price}."),
        in_use: "Optaget.",
        plug_in: "Tilslut bilen for at oplade.",
        to_stop: "Vis samme kort igen for at stoppe.",
        show_first_card: "Vis det kort, du begyndte med.",
        out_of_service: "Ude af drift.",

        paid: |amount| format!("Betalt: {amount}."),
        receipt_at: |address, code| format!("Kvittering: {address}, kode {code}."),
        to_charge_again: "Vis kortet en gang til for at oplade igen.",

        how_much: "Hvor meget maksimalt?",
        where_to_charge: "Hvor oplader du?",
        stop: "Stop opladningen",
        stop_at: |place| format!("Stop: {place}"),
        confirm_stop: "Stop opladningen?",
        go_on: "Fortsæt",
    },
};
