//! Swedish.

use chargetap_contract::receipt::{EntryMode, MeasurementProblem, NothingTakenReason};

use super::{Language, Screen};

pub(super) static LANGUAGE: Language = Language {
    tag: "sv",

    receipt: "Kvitto",
    refund: "Återbetalning",
    invoice: "Faktura",
    payout: "Utbetalning",

    paid: "Betalt",
    nothing_taken: "Inget belopp har dragits",
    given_back: "Återbetalt",
    paid_out: "Utbetalt",

    reason: |reason| match reason {
        NothingTakenReason::Declined => "Kortet nekades.",
        NothingTakenReason::NotPluggedIn => "Inget fordon anslöts i tid.",
        NothingTakenReason::CancelledByDriver => "Kortet visades igen innan laddningen började.",
        NothingTakenReason::CancelledByOperator => {
            "Operatören avslutade sessionen innan laddningen började."
        }
        NothingTakenReason::StartFailed => "Laddstationen startade inte laddningen.",
        NothingTakenReason::BelowMinimum => "Priset var för lågt för att debiteras.",
        NothingTakenReason::PaymentFailed => "Betalningen kunde inte genomföras.",
    },
    was_released: |amount| format!("Det reserverade beloppet {amount} har frigjorts."),
    nothing_was_reserved: "Inget belopp hade reserverats.",
    refund_of: |number, date| format!("Återbetalningen avser kvitto {number} daterat {date}."),
    reported_late: "Efter betalningen rapporterade laddstationen en annan mätarställning.",
    instead_of: |number, date| format!("Fakturan ersätter kvitto {number} daterat {date}."),
    payout_to: |payee, statement| format!("Till {payee}, avräkning {statement}."),

    charging: "Laddning",
    site: "Plats",
    address: "Adress",
    evse: "Laddpunkt (EVSE)",
    start: "Start",
    end: "Slut",
    duration: "Tid",
    energy: "Energi",

    price: "Pris",
    tariff: "Tariff",
    vat_included: "inkl. moms",
    parking: "Parkering",
    per_session: "Per laddning",
    minimum_price: "Tillägg till lägsta pris",
    maximum_price: "Avdrag till högsta pris",
    net: "Summa exkl. moms",
    vat: "moms",
    on: "på",
    gross: "Summa inkl. moms",
    without_vat: "Utan moms",
    rounding: |tax_included| match tax_included {
        Some(true) => {
            "Enhetspriserna är inklusive moms. Summan avrundas en gång (halva avrundas uppåt), och \
             momsen räknas ut ur den avrundade summan."
        }
        Some(false) => {
            "Enhetspriserna är exklusive moms. Summan avrundas en gång (halva avrundas uppåt), och \
             momsen räknas ut ur den avrundade summan."
        }
        None => "Summan avrundas en gång (halva avrundas uppåt).",
    },
    price_above_hold: "Priset är högre än det reserverade beloppet; bara det reserverade beloppet \
                       har debiterats.",

    payment: "Betalning",
    held: "Reserverat",
    captured: "Debiterat",
    released: "Frigjort",
    refunded_in_all: "Återbetalt totalt",
    card: "Kort",
    entry: "Läsmetod",
    entry_mode: |mode| match mode {
        EntryMode::Contactless => "Kontaktlöst",
        EntryMode::Chip => "Chip",
        EntryMode::MagneticStripe => "Magnetremsa",
    },
    application: "Applikation (AID)",
    authorisation_code: "Auktorisationskod",
    sequence_number: "Sekvensnummer",
    tapped: "Kortet visades",
    terminal: "Terminal",

    corrected: "Korrigerade värden",
    fee: "Avgift",
    vat_in_fee: "Moms i avgiften",

    measurement: "Mätning",
    measured_only: |energy| {
        format!("Mätarens signerade värden har kontrollerats: {energy} mättes upp.")
    },
    measured: |energy| {
        format!(
            "Mätarens signerade värden har kontrollerats: {energy} mättes upp, lika mycket som \
             debiterades."
        )
    },
    measured_otherwise: |measured, billed| {
        format!(
            "Mätarens signerade värden har kontrollerats: {measured} mättes upp, men {billed} \
             debiterades. Kontakta oss."
        )
    },
    not_measured: |problem| match problem {
        MeasurementProblem::NoKey | MeasurementProblem::UnreadableKey => {
            "Mätarens signerade värden kunde inte kontrolleras: det finns ingen användbar publik \
             nyckel."
        }
        MeasurementProblem::TooLarge
        | MeasurementProblem::UnsupportedCurve
        | MeasurementProblem::UnsupportedAlgorithm
        | MeasurementProblem::UnreadablePacket => {
            "Mätarens signerade värden kunde inte kontrolleras: formatet stöds inte."
        }
        MeasurementProblem::WrongSignature => {
            "Mätarens signerade värden har kontrollerats, och signaturen är felaktig. Kontakta oss."
        }
        MeasurementProblem::NoBeginning
        | MeasurementProblem::NoEnd
        | MeasurementProblem::OtherMeter
        | MeasurementProblem::WrongOrder => {
            "Mätarens signerade värden kunde inte kontrolleras: de är ofullständiga eller \
             motsägelsefulla."
        }
        MeasurementProblem::NotMeasured => {
            "Mätarens signerade värden kunde inte kontrolleras: det finns ingen användbar \
             mätarställning."
        }
    },
    transparency: "De signerade värdena kan sparas och kontrolleras med transparensprogramvaran.",

    buyer: "Fakturamottagare",
    issuer: "Utfärdat av",
    name: "Namn",
    vat_number: "Momsregistreringsnummer",
    contact: "Frågor och reklamationer",
    issued: "Utfärdat",
    number: "Nummer",
    original: "Ursprungligt kvitto",
    receipt_id: "Kvitto-id",
    code: "Kvittokod",
    session: "Laddsession",

    save_pdf: "Spara som PDF",
    save_signed_values: "Spara mätarens signerade värden",
    want_invoice: "Faktura till företag",

    find_receipt: "Hitta ditt kvitto",
    or: "eller",
    date: "Datum",
    amount: "Belopp",
    last_four: "Kortets fyra sista siffror",
    find: "Sök",
    not_found: "Det finns inget sådant kvitto. Kontrollera vad du har skrivit. Det kan ta några \
                minuter efter laddningen innan kvittot är klart.",
    too_many_attempts: "För många försök. Vänta en minut och försök igen.",
    request_invoice: "Begär faktura",
    card_number_typed: "Skriv inte in ett kortnummer här. Fältet som innehöll det har tömts.",
    buyer_refused: "Något saknas, eller så är momsregistreringsnumret fel. Det börjar med landets \
                    bokstäver, till exempel SE556677889901.",
    invoice_coming: "Fakturan skapas. Den här sidan öppnar den automatiskt.",
    no_invoice: "Det finns ingen faktura för det här kvittot: inget belopp har dragits, eller så \
                 har något återbetalats.",

    screen: Screen {
        free: "gratis",
        per_session: |price| format!("{price} per laddning"),
        idle: |price| format!("{price} när bilen inte laddar"),
        up_to: |price| format!("upp till {price}"),
        by_power: |price| format!("beroende på effekt {price}"),
        after_minutes: |price, minutes| format!("{price} efter {minutes} min"),
        later: |price| format!("senare {price}"),
        at_least: |price| format!("minst {price}"),
        hold: |amount| format!("reserveras {amount}"),

        show_card: "Visa ditt kort.",
        card_accepted: "Kortet är godkänt. Anslut bilen för att ladda.",
        charging_begun: "Laddningen har börjat.",
        charging_ended: |price| format!("Laddningen är avslutad: {price}."),
        in_use: "Upptagen.",
        plug_in: "Anslut bilen för att ladda.",
        to_stop: "Visa samma kort igen för att avsluta.",
        show_first_card: "Visa kortet som du började med.",
        out_of_service: "Ur drift.",

        paid: |amount| format!("Betalt: {amount}."),
        receipt_at: |address, code| format!("Kvitto: {address}, kod {code}."),
        to_charge_again: "Visa kortet en gång till för att ladda igen.",

        how_much: "Hur mycket som mest?",
        where_to_charge: "Var laddar du?",
        stop: "Avsluta laddningen",
        stop_at: |place| format!("Avsluta {place}"),
        confirm_stop: "Avsluta laddningen?",
        go_on: "Fortsätt",
    },
};
