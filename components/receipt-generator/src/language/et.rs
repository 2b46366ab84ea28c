//! Estonian.

use chargetap_contract::receipt::{EntryMode, MeasurementProblem, NothingTakenReason};

use super::{Language, Screen};

pub(super) static LANGUAGE: Language = Language {
    tag: "et",

    receipt: "Kviitung",
    refund: "Tagasimakse",
    invoice: "Arve",
    payout: "Väljamakse",

    paid: "Makstud",
    nothing_taken: "Tasu ei võetud",
    given_back: "Tagastatud",
    paid_out: "Välja makstud",

    reason: |reason| match reason {
        NothingTakenReason::Declined => "Kaart lükati tagasi.",
        NothingTakenReason::NotPluggedIn => "Sõidukit ei ühendatud õigel ajal.",
        NothingTakenReason::CancelledByDriver => "Kaart esitati uuesti enne laadimise algust.",
        NothingTakenReason::CancelledByOperator => {
            "Operaator lõpetas seansi enne laadimise algust."
        }
        NothingTakenReason::StartFailed => "Laadimisjaam ei alustanud laadimist.",
        NothingTakenReason::BelowMinimum => "Hind oli tasu võtmiseks liiga väike.",
        NothingTakenReason::PaymentFailed => "Makset ei õnnestunud teha.",
    },
    was_released: |amount| format!("Broneeritud summa {amount} vabastati."),
    nothing_was_reserved: "Summat ei olnud broneeritud.",
    refund_of: |number, date| format!("Tagasimakse on seotud kviitungiga nr {number} ({date})."),
    reported_late: "Pärast makset edastas laadimisjaam teistsuguse arvestinäidu.",
    instead_of: |number, date| format!("Arve asendab kviitungit nr {number} ({date})."),
    payout_to: |payee, statement| format!("Saaja: {payee}, aruanne {statement}."),

    charging: "Laadimine",
    site: "Asukoht",
    address: "Aadress",
    evse: "Laadimispunkt (EVSE)",
    start: "Algus",
    end: "Lõpp",
    duration: "Kestus",
    energy: "Energia",

    price: "Hind",
    tariff: "Tariif",
    vat_included: "käibemaksuga",
    parking: "Parkimine",
    per_session: "Seansi kohta",
    minimum_price: "Lisa miinimumhinnani",
    maximum_price: "Vähendus maksimumhinnani",
    net: "Summa käibemaksuta",
    vat: "KM",
    on: "summalt",
    gross: "Summa käibemaksuga",
    without_vat: "Käibemaksuta",
    rounding: |tax_included| match tax_included {
        Some(true) => {
            "Ühikuhinnad sisaldavad käibemaksu. Kogusumma ümardatakse üks kord (pool ümardatakse \
             ülespoole) ja selles sisalduv käibemaks arvutatakse ümardatud kogusummast."
        }
        Some(false) => {
            "Ühikuhinnad ei sisalda käibemaksu. Kogusumma ümardatakse üks kord (pool ümardatakse \
             ülespoole) ja selles sisalduv käibemaks arvutatakse ümardatud kogusummast."
        }
        None => "Kogusumma ümardatakse üks kord (pool ümardatakse ülespoole).",
    },
    price_above_hold: "Hind on broneeritud summast suurem; debiteeriti ainult broneeritud summa.",

    payment: "Makse",
    held: "Broneeritud",
    captured: "Debiteeritud",
    released: "Vabastatud",
    refunded_in_all: "Kokku tagastatud",
    card: "Kaart",
    entry: "Lugemisviis",
    entry_mode: |mode| match mode {
        EntryMode::Contactless => "Kontaktivaba",
        EntryMode::Chip => "Kiip",
        EntryMode::MagneticStripe => "Magnetriba",
    },
    application: "Rakendus (AID)",
    authorisation_code: "Autoriseerimiskood",
    sequence_number: "Järjekorranumber",
    tapped: "Kaart esitatud",
    terminal: "Terminal",

    corrected: "Korrigeeritud andmed",
    fee: "Teenustasu",
    vat_in_fee: "KM teenustasus",

    measurement: "Mõõtmine",
    measured_only: |energy| format!("Arvesti allkirjastatud näite kontrolliti: mõõdeti {energy}."),
    measured: |energy| {
        format!(
            "Arvesti allkirjastatud näite kontrolliti: mõõdeti {energy} ja sama kogus ka arveldati."
        )
    },
    measured_otherwise: |measured, billed| {
        format!(
            "Arvesti allkirjastatud näite kontrolliti: mõõdeti {measured}, kuid arveldati \
             {billed}. Palun võtke meiega ühendust."
        )
    },
    not_measured: |problem| match problem {
        MeasurementProblem::NoKey | MeasurementProblem::UnreadableKey => {
            "Arvesti allkirjastatud näite ei saanud kontrollida: kasutatav avalik võti puudub."
        }
        MeasurementProblem::TooLarge
        | MeasurementProblem::UnsupportedCurve
        | MeasurementProblem::UnsupportedAlgorithm
        | MeasurementProblem::UnreadablePacket => {
            "Arvesti allkirjastatud näite ei saanud kontrollida: nende vormingut ei toetata."
        }
        MeasurementProblem::WrongSignature => {
            "Arvesti allkirjastatud näite kontrolliti ja allkiri on vale. Palun võtke meiega \
             ühendust."
        }
        MeasurementProblem::NoBeginning
        | MeasurementProblem::NoEnd
        | MeasurementProblem::OtherMeter
        | MeasurementProblem::WrongOrder => {
            "Arvesti allkirjastatud näite ei saanud kontrollida: need on puudulikud või \
             vastuolulised."
        }
        MeasurementProblem::NotMeasured => {
            "Arvesti allkirjastatud näite ei saanud kontrollida: kasutatav näit puudub."
        }
    },
    transparency: "Allkirjastatud näidud saab salvestada ja läbipaistvustarkvaraga kontrollida.",

    buyer: "Arve saaja",
    issuer: "Väljastaja",
    name: "Nimi",
    vat_number: "KMKR number",
    contact: "Küsimused ja vaidlused",
    issued: "Väljastamise kuupäev",
    number: "Number",
    original: "Algne kviitung",
    receipt_id: "Kviitungi ID",
    code: "Kviitungi kood",
    session: "Seanss",

    save_pdf: "Salvesta PDF-ina",
    save_signed_values: "Salvesta arvesti allkirjastatud näidud",
    want_invoice: "Arve ettevõtte nimele",

    find_receipt: "Leidke oma kviitung",
    or: "või",
    date: "Kuupäev",
    amount: "Summa",
    last_four: "Kaardi neli viimast numbrit",
    find: "Otsi",
    not_found: "Sellist kviitungit ei ole. Palun kontrollige sisestatud andmeid. Pärast laadimist \
                võib kviitungi ilmumiseni kuluda mõni minut.",
    too_many_attempts: "Liiga palju katseid. Palun oodake üks minut ja proovige uuesti.",
    request_invoice: "Telli arve",
    card_number_typed: "Palun ärge sisestage siia kaardinumbrit. Väli, milles see oli, tühjendati.",
    buyer_refused: "Midagi on puudu või on KMKR number vale. See algab riigi tähtedega, näiteks \
                    EE123456789.",
    invoice_coming: "Arvet koostatakse. See leht avab arve automaatselt.",
    no_invoice: "Selle kviitungi kohta arvet ei ole: tasu ei võetud või on tehtud tagasimakse.",

    screen: Screen {
        free: "tasuta",
        per_session: |price| format!("{price} seansi kohta"),
        idle: |price| format!("{price} laadimata seismise eest"),
        up_to: |price| format!("kuni {price}"),
        by_power: |price| format!("sõltuvalt võimsusest {price}"),
        after_minutes: |price, minutes| format!("{price} pärast {minutes} min"),
        later: |price| format!("hiljem {price}"),
        at_least: |price| format!("vähemalt {price}"),
        hold: |amount| format!("broneeritakse {amount}"),

        show_card: "Esitage kaart.",
        card_accepted: "Kaart aktsepteeritud. Laadimiseks ühendage sõiduk.",
        charging_begun: "Laadimine on alanud.",
        charging_ended: |price| format!("Laadimine on lõppenud: {price}."),
        in_use: "Hõivatud.",
        plug_in: "Laadimiseks ühendage sõiduk.",
        to_stop: "Lõpetamiseks esitage sama kaart uuesti.",
        show_first_card: "Esitage kaart, millega alustasite.",
        out_of_service: "Ei tööta.",

        paid: |amount| format!("Makstud: {amount}."),
        receipt_at: |address, code| format!("Kviitung: {address}, kood {code}."),
        to_charge_again: "Uueks laadimiseks esitage kaart veel kord.",

        how_much: "Mis summani?",
        where_to_charge: "Kus laadite?",
        stop: "Lõpeta laadimine",
        stop_at: |place| format!("Lõpeta: {place}"),
        confirm_stop: "Kas lõpetada laadimine?",
        go_on: "Jätka",
    },
};
