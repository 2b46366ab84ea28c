//! Dutch.

use chargetap_contract::receipt::{EntryMode, MeasurementProblem, NothingTakenReason};

use super::{Language, Screen};

pub(super) static LANGUAGE: Language = Language {
    tag: "nl",

    receipt: "Bon",
    refund: "Terugbetaling",
    invoice: "Factuur",
    payout: "Uitbetaling",

    paid: "Betaald",
    nothing_taken: "Niets afgeschreven",
    given_back: "Terugbetaald",
    paid_out: "Uitbetaald",

    reason: |reason| match reason {
        NothingTakenReason::Declined => "De kaart is geweigerd.",
        NothingTakenReason::NotPluggedIn => "Er is niet op tijd een voertuig aangesloten.",
        NothingTakenReason::CancelledByDriver => {
            "De kaart is opnieuw aangeboden voordat het laden begon."
        }
        NothingTakenReason::CancelledByOperator => {
            "De exploitant heeft de sessie beëindigd voordat het laden begon."
        }
        NothingTakenReason::StartFailed => "Het laadstation heeft het laden niet gestart.",
        NothingTakenReason::BelowMinimum => "De prijs was te laag om in rekening te brengen.",
        NothingTakenReason::PaymentFailed => "De betaling kon niet worden uitgevoerd.",
    },
    was_released: |amount| format!("Het gereserveerde bedrag van {amount} is vrijgegeven."),
    nothing_was_reserved: "Er was geen bedrag gereserveerd.",
    refund_of: |number, date| format!("De terugbetaling betreft bon {number} van {date}."),
    reported_late: "Na de betaling heeft het laadstation een andere meterstand doorgegeven.",
    instead_of: |number, date| format!("De factuur vervangt bon {number} van {date}."),
    payout_to: |payee, statement| format!("Aan {payee}, afrekening {statement}."),

    charging: "Laden",
    site: "Locatie",
    address: "Adres",
    evse: "Laadpunt (EVSE)",
    start: "Begin",
    end: "Einde",
    duration: "Duur",
    energy: "Energie",

    price: "Prijs",
    tariff: "Tarief",
    vat_included: "incl. btw",
    parking: "Parkeren",
    per_session: "Per laadsessie",
    minimum_price: "Aanvulling tot de minimumprijs",
    maximum_price: "Verlaging tot de maximumprijs",
    net: "Totaal excl. btw",
    vat: "btw",
    on: "over",
    gross: "Totaal incl. btw",
    without_vat: "Zonder btw",
    rounding: |tax_included| match tax_included {
        Some(true) => {
            "De eenheidsprijzen zijn inclusief btw. Het totaal wordt één keer afgerond (vanaf een \
             half naar boven) en de btw wordt uit het afgeronde totaal berekend."
        }
        Some(false) => {
            "De eenheidsprijzen zijn exclusief btw. Het totaal wordt één keer afgerond (vanaf een \
             half naar boven) en de btw wordt uit het afgeronde totaal berekend."
        }
        None => "Het totaal wordt één keer afgerond (vanaf een half naar boven).",
    },
    price_above_hold: "De prijs is hoger dan het gereserveerde bedrag; alleen het gereserveerde \
                       bedrag is afgeschreven.",

    payment: "Betaling",
    held: "Gereserveerd",
    captured: "Afgeschreven",
    released: "Vrijgegeven",
    refunded_in_all: "In totaal terugbetaald",
    card: "Kaart",
    entry: "Leesmethode",
    entry_mode: |mode| match mode {
        EntryMode::Contactless => "Contactloos",
        EntryMode::Chip => "Chip",
        EntryMode::MagneticStripe => "Magneetstrip",
    },
    application: "Applicatie (AID)",
    authorisation_code: "Autorisatiecode",
    sequence_number: "Transactievolgnummer",
    tapped: "Kaart aangeboden",
    terminal: "Terminal",

    corrected: "Gecorrigeerde waarden",
    fee: "Servicekosten",
    vat_in_fee: "Btw in de servicekosten",

    measurement: "Meting",
    measured_only: |energy| {
        format!("De ondertekende meterwaarden zijn gecontroleerd: er is {energy} gemeten.")
    },
    measured: |energy| {
        format!(
            "De ondertekende meterwaarden zijn gecontroleerd: er is {energy} gemeten, net zoveel \
             als in rekening is gebracht."
        )
    },
    measured_otherwise: |measured, billed| {
        format!(
            "De ondertekende meterwaarden zijn gecontroleerd: er is {measured} gemeten, maar \
             {billed} in rekening gebracht. Neem contact met ons op."
        )
    },
    not_measured: |problem| match problem {
        MeasurementProblem::NoKey | MeasurementProblem::UnreadableKey => {
            "De ondertekende meterwaarden konden niet worden gecontroleerd: er is geen bruikbare \
             publieke sleutel."
        }
        MeasurementProblem::TooLarge
        | MeasurementProblem::UnsupportedCurve
        | MeasurementProblem::UnsupportedAlgorithm
        | MeasurementProblem::UnreadablePacket => {
            "De ondertekende meterwaarden konden niet worden gecontroleerd: de indeling wordt niet \
             ondersteund."
        }
        MeasurementProblem::WrongSignature => {
            "De ondertekende meterwaarden zijn gecontroleerd en de handtekening klopt niet. Neem \
             contact met ons op."
        }
        MeasurementProblem::NoBeginning
        | MeasurementProblem::NoEnd
        | MeasurementProblem::OtherMeter
        | MeasurementProblem::WrongOrder => {
            "De ondertekende meterwaarden konden niet worden gecontroleerd: ze zijn onvolledig of \
             tegenstrijdig."
        }
        MeasurementProblem::NotMeasured => {
            "De ondertekende meterwaarden konden niet worden gecontroleerd: er is geen bruikbare \
             meterstand."
        }
    },
    transparency: "De ondertekende meterwaarden kunnen worden opgeslagen en met de \
                   transparantiesoftware worden gecontroleerd.",

    buyer: "Gefactureerd aan",
    issuer: "Uitgereikt door",
    name: "Naam",
    vat_number: "Btw-nummer",
    contact: "Vragen en klachten",
    issued: "Datum van uitreiking",
    number: "Nummer",
    original: "Oorspronkelijke bon",
    receipt_id: "Bon-id",
    code: "Boncode",
    session: "Laadsessie",

    save_pdf: "Opslaan als PDF",
    save_signed_values: "Ondertekende meterwaarden opslaan",
    want_invoice: "Factuur op bedrijfsnaam",

    find_receipt: "Uw bon opzoeken",
    or: "of",
    date: "Datum",
    amount: "Bedrag",
    last_four: "Laatste vier cijfers van de kaart",
    find: "Zoeken",
    not_found: "Deze bon bestaat niet. Controleer wat u hebt ingevoerd. Na het laden kan het \
                enkele minuten duren voordat de bon beschikbaar is.",
    too_many_attempts: "Te veel pogingen. Wacht een minuut en probeer het opnieuw.",
    request_invoice: "Factuur aanvragen",
    card_number_typed: "Vul hier geen kaartnummer in. Het veld waarin dat stond, is leeggemaakt.",
    buyer_refused: "Er ontbreekt iets of het btw-nummer is onjuist. Het begint met de letters van \
                    het land, bijvoorbeeld NL123456789B01.",
    invoice_coming: "De factuur wordt gemaakt. Deze pagina opent de factuur automatisch.",
    no_invoice: "Er is geen factuur voor deze bon: er is niets afgeschreven of er is iets \
                 terugbetaald.",

    screen: Screen {
        free: "gratis",
        per_session: |price| format!("{price} per laadsessie"),
        idle: |price| format!("{price} als er niet wordt geladen"),
        up_to: |price| format!("maximaal {price}"),
        by_power: |price| format!("afhankelijk van het vermogen {price}"),
        after_minutes: |price, minutes| format!("{price} na {minutes} min"),
        later: |price| format!("later {price}"),
        at_least: |price| format!("minimaal {price}"),
        hold: |amount| format!("reservering van {amount}"),

        show_card: "Bied uw kaart aan.",
        card_accepted: "Kaart geaccepteerd. Sluit het voertuig aan om te laden.",
        charging_begun: "Het laden is begonnen.",
        charging_ended: |price| format!("Laden beëindigd: {price}."),
        in_use: "In gebruik.",
        plug_in: "Sluit het voertuig aan om te laden.",
        to_stop: "Bied dezelfde kaart opnieuw aan om te stoppen.",
        show_first_card: "Bied de kaart aan waarmee u bent begonnen.",
        out_of_service: "Buiten gebruik.",

        paid: |amount| format!("Betaald: {amount}."),
        receipt_at: |address, code| format!("Bon: {address}, code {code}."),
        to_charge_again: "Bied de kaart nog een keer aan om opnieuw te laden.",

        how_much: "Hoeveel maximaal?",
        where_to_charge: "Waar laadt u?",
        stop: "Laden stoppen",
        stop_at: |place| format!("Stoppen: {place}"),
        confirm_stop: "Laden stoppen?",
        go_on: "Doorgaan",
    },
};
