//! Croatian.

use chargetap_contract::receipt::{EntryMode, MeasurementProblem, NothingTakenReason};

use super::{Language, Screen};

pub(super) static LANGUAGE: Language = Language {
    tag: "hr",

    receipt: "Potvrda o transakciji",
    refund: "Povrat novca",
    invoice: "Račun",
    payout: "Isplata",

    paid: "Plaćeno",
    nothing_taken: "Ništa nije naplaćeno",
    given_back: "Vraćeno",
    paid_out: "Isplaćeno",

    reason: |reason| match reason {
        NothingTakenReason::Declined => "Kartica je odbijena.",
        NothingTakenReason::NotPluggedIn => "Vozilo nije priključeno na vrijeme.",
        NothingTakenReason::CancelledByDriver => {
            "Kartica je ponovno prislonjena prije početka punjenja."
        }
        NothingTakenReason::CancelledByOperator => {
            "Operator je prekinuo sesiju prije početka punjenja."
        }
        NothingTakenReason::StartFailed => "Postaja za punjenje nije počela puniti vozilo.",
        NothingTakenReason::BelowMinimum => "Cijena je bila preniska za naplatu.",
        NothingTakenReason::PaymentFailed => "Plaćanje nije bilo moguće provesti.",
    },
    was_released: |amount| format!("Oslobođen je predautorizirani iznos od {amount}."),
    nothing_was_reserved: "Nijedan iznos nije bio predautoriziran.",
    refund_of: |number, date| format!("Ovaj povrat odnosi se na potvrdu {number} ({date})."),
    reported_late: "Nakon plaćanja postaja za punjenje dojavila je drukčije stanje brojila.",
    instead_of: |number, date| format!("Ovaj račun zamjenjuje potvrdu {number} ({date})."),
    payout_to: |payee, statement| format!("Primatelj: {payee}, obračun {statement}."),

    charging: "Punjenje",
    site: "Lokacija",
    address: "Adresa",
    evse: "Mjesto za punjenje (EVSE)",
    start: "Početak",
    end: "Završetak",
    duration: "Trajanje",
    energy: "Energija",

    price: "Cijena",
    tariff: "Tarifa",
    vat_included: "s PDV-om",
    parking: "Parkiranje",
    per_session: "Po punjenju",
    minimum_price: "Doplata do najniže cijene",
    maximum_price: "Sniženje na najvišu cijenu",
    net: "Ukupno bez PDV-a",
    vat: "PDV",
    on: "na",
    gross: "Ukupno s PDV-om",
    without_vat: "Bez PDV-a",
    rounding: |tax_included| match tax_included {
        Some(true) => {
            "Jedinične cijene uključuju PDV. Ukupni iznos zaokružuje se jednom (polovica naviše), \
             a PDV se izračunava iz zaokruženog iznosa."
        }
        Some(false) => {
            "Jedinične cijene ne uključuju PDV. Ukupni iznos zaokružuje se jednom (polovica \
             naviše), a PDV se izračunava iz zaokruženog iznosa."
        }
        None => "Ukupni iznos zaokružuje se jednom (polovica naviše).",
    },
    price_above_hold: "Cijena je viša od predautoriziranog iznosa; naplaćen je samo \
                       predautorizirani iznos.",

    payment: "Plaćanje",
    held: "Predautorizirano",
    captured: "Naplaćeno",
    released: "Oslobođeno",
    refunded_in_all: "Ukupno vraćeno",
    card: "Kartica",
    entry: "Način očitanja",
    entry_mode: |mode| match mode {
        EntryMode::Contactless => "Beskontaktno",
        EntryMode::Chip => "Čip",
        EntryMode::MagneticStripe => "Magnetska traka",
    },
    application: "Aplikacija (AID)",
    authorisation_code: "Autorizacijski kod",
    sequence_number: "Redni broj",
    tapped: "Očitanje kartice",
    terminal: "Terminal",

    corrected: "Ispravljeni podaci",
    fee: "Naknada",
    vat_in_fee: "PDV u naknadi",

    measurement: "Mjerenje",
    measured_only: |energy| {
        format!("Potpisane vrijednosti brojila provjerene su: izmjereno je {energy}.")
    },
    measured: |energy| {
        format!(
            "Potpisane vrijednosti brojila provjerene su: izmjereno je {energy}, koliko je i \
             obračunano."
        )
    },
    measured_otherwise: |measured, billed| {
        format!(
            "Potpisane vrijednosti brojila provjerene su: izmjereno je {measured}, a obračunano je \
             {billed}. Molimo, obratite nam se."
        )
    },
    not_measured: |problem| match problem {
        MeasurementProblem::NoKey | MeasurementProblem::UnreadableKey => {
            "Potpisane vrijednosti brojila nije bilo moguće provjeriti: nema upotrebljivog javnog \
             ključa."
        }
        MeasurementProblem::TooLarge
        | MeasurementProblem::UnsupportedCurve
        | MeasurementProblem::UnsupportedAlgorithm
        | MeasurementProblem::UnreadablePacket => {
            "Potpisane vrijednosti brojila nije bilo moguće provjeriti: njihov format nije podržan."
        }
        MeasurementProblem::WrongSignature => {
            "Potpisane vrijednosti brojila provjerene su i potpis nije ispravan. Molimo, obratite \
             nam se."
        }
        MeasurementProblem::NoBeginning
        | MeasurementProblem::NoEnd
        | MeasurementProblem::OtherMeter
        | MeasurementProblem::WrongOrder => {
            "Potpisane vrijednosti brojila nije bilo moguće provjeriti: nepotpune su ili \
             proturječne."
        }
        MeasurementProblem::NotMeasured => {
            "Potpisane vrijednosti brojila nije bilo moguće provjeriti: nema upotrebljivog \
             očitanja."
        }
    },
    transparency: "Potpisane vrijednosti mogu se spremiti i provjeriti u programu za provjeru \
                   (Transparenzsoftware).",

    buyer: "Kupac",
    issuer: "Izdavatelj",
    name: "Naziv",
    vat_number: "PDV ID broj",
    contact: "Pitanja i prigovori",
    issued: "Datum izdavanja",
    number: "Broj",
    original: "Izvorna potvrda",
    receipt_id: "ID potvrde",
    code: "Kod potvrde",
    session: "Sesija punjenja",

    save_pdf: "Spremi kao PDF",
    save_signed_values: "Spremi potpisane vrijednosti brojila",
    want_invoice: "Račun na tvrtku",

    find_receipt: "Pronađite svoju potvrdu",
    or: "ili",
    date: "Datum",
    amount: "Iznos",
    last_four: "Posljednje četiri znamenke kartice",
    find: "Pronađi",
    not_found: "Takva potvrda ne postoji. Molimo, provjerite unesene podatke. Nakon punjenja može \
                proći nekoliko minuta dok potvrda ne bude dostupna.",
    too_many_attempts: "Previše pokušaja. Molimo, pričekajte minutu i pokušajte ponovno.",
    request_invoice: "Zatraži račun",
    card_number_typed: "Molimo, ne unosite ovdje broj kartice. Polje koje ga je sadržavalo \
                        ispražnjeno je.",
    buyer_refused: "Nešto nedostaje ili PDV ID broj nije ispravan. Počinje slovima države, na \
                    primjer HR12345678901.",
    invoice_coming: "Račun se izrađuje. Ova će ga stranica sama otvoriti.",
    no_invoice: "Za ovu potvrdu nema računa: ništa nije naplaćeno ili je izvršen povrat novca.",

    screen: Screen {
        free: "besplatno",
        per_session: |price| format!("{price} po punjenju"),
        idle: |price| format!("{price} za stajanje bez punjenja"),
        up_to: |price| format!("do {price}"),
        by_power: |price| format!("ovisno o snazi {price}"),
        after_minutes: |price, minutes| format!("{price} nakon {minutes} min"),
        later: |price| format!("kasnije {price}"),
        at_least: |price| format!("najmanje {price}"),
        hold: |amount| format!("predautorizacija {amount}"),

        show_card: "Prislonite karticu.",
        card_accepted: "Kartica je prihvaćena. Za punjenje priključite vozilo.",
        charging_begun: "Punjenje je počelo.",
        charging_ended: |price| format!("Punjenje je završeno: {price}."),
        in_use: "Zauzeto.",
        plug_in: "Za punjenje priključite vozilo.",
        to_stop: "Za prekid ponovno prislonite istu karticu.",
        show_first_card: "Prislonite karticu kojom ste započeli punjenje.",
        out_of_service: "Izvan uporabe.",

        paid: |amount| format!("Plaćeno: {amount}."),
        receipt_at: |address, code| format!("Potvrda: {address}, kod {code}."),
        to_charge_again: "Za novo punjenje prislonite karticu još jednom.",

        how_much: "Do kojeg iznosa?",
        where_to_charge: "Gdje punite?",
        stop: "Prekini punjenje",
        stop_at: |place| format!("Prekini: {place}"),
        confirm_stop: "Prekinuti punjenje?",
        go_on: "Nastavi",
    },
};
