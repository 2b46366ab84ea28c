//! Finnish.

use chargetap_contract::receipt::{EntryMode, MeasurementProblem, NothingTakenReason};

use super::{Language, Screen};

pub(super) static LANGUAGE: Language = Language {
    tag: "fi",

    receipt: "Kuitti",
    refund: "Hyvitys",
    invoice: "Lasku",
    payout: "Tilitys",

    paid: "Maksettu",
    nothing_taken: "Mitään ei veloitettu",
    given_back: "Hyvitetty",
    paid_out: "Tilitetty",

    reason: |reason| match reason {
        NothingTakenReason::Declined => "Kortti hylättiin.",
        NothingTakenReason::NotPluggedIn => "Ajoneuvoa ei kytketty ajoissa.",
        NothingTakenReason::CancelledByDriver => {
            "Kortti näytettiin uudelleen ennen latauksen alkua."
        }
        NothingTakenReason::CancelledByOperator => {
            "Operaattori keskeytti lataustapahtuman ennen latauksen alkua."
        }
        NothingTakenReason::StartFailed => "Latausasema ei käynnistänyt latausta.",
        NothingTakenReason::BelowMinimum => "Hinta oli liian pieni veloitettavaksi.",
        NothingTakenReason::PaymentFailed => "Maksua ei voitu suorittaa.",
    },
    was_released: |amount| format!("Katevaraus {amount} on vapautettu."),
    nothing_was_reserved: "Katevarausta ei ollut tehty.",
    refund_of: |number, date| format!("Hyvitys koskee kuittia {number} ({date})."),
    reported_late: "Latausasema ilmoitti maksun jälkeen eri mittarilukeman kuin aiemmin.",
    instead_of: |number, date| format!("Lasku korvaa kuitin {number} ({date})."),
    payout_to: |payee, statement| format!("Saaja: {payee}, tilityserittely {statement}."),

    charging: "Lataus",
    site: "Latauspaikka",
    address: "Osoite",
    evse: "Latauspiste (EVSE)",
    start: "Alku",
    end: "Loppu",
    duration: "Kesto",
    energy: "Energia",

    price: "Hinta",
    tariff: "Hinnoittelu",
    vat_included: "sis. alv",
    parking: "Pysäköinti",
    per_session: "Latauskertaa kohti",
    minimum_price: "Korotus vähimmäishintaan",
    maximum_price: "Alennus enimmäishintaan",
    net: "Veroton yhteensä",
    vat: "alv",
    on: "summasta",
    gross: "Verollinen yhteensä",
    without_vat: "Ilman arvonlisäveroa",
    rounding: |tax_included| match tax_included {
        Some(true) => {
            "Yksikköhinnat sisältävät arvonlisäveron. Loppusumma pyöristetään kerran (puolikkaat \
             ylöspäin), ja arvonlisävero erotetaan pyöristetystä loppusummasta."
        }
        Some(false) => {
            "Yksikköhinnat eivät sisällä arvonlisäveroa. Loppusumma pyöristetään kerran \
             (puolikkaat ylöspäin), ja arvonlisävero erotetaan pyöristetystä loppusummasta."
        }
        None => "Loppusumma pyöristetään kerran (puolikkaat ylöspäin).",
    },
    price_above_hold: "Hinta on katevarausta suurempi; vain katevarauksen määrä on veloitettu.",

    payment: "Maksu",
    held: "Katevaraus",
    captured: "Veloitettu",
    released: "Vapautettu",
    refunded_in_all: "Hyvitetty yhteensä",
    card: "Kortti",
    entry: "Lukutapa",
    entry_mode: |mode| match mode {
        EntryMode::Contactless => "Lähimaksu",
        EntryMode::Chip => "Siru",
        EntryMode::MagneticStripe => "Magneettijuova",
    },
    application: "Sovellus (AID)",
    authorisation_code: "Varmennuskoodi",
    sequence_number: "Tapahtumanumero",
    tapped: "Kortti näytetty",
    terminal: "Maksupääte",

    corrected: "Korjatut tiedot",
    fee: "Palvelumaksu",
    vat_in_fee: "Palvelumaksun alv",

    measurement: "Mittaus",
    measured_only: |energy| {
        format!("Mittarin allekirjoitetut arvot on tarkistettu: mitattu energia on {energy}.")
    },
    measured: |energy| {
        format!(
            "Mittarin allekirjoitetut arvot on tarkistettu: mitattu energia on {energy}, sama kuin \
             laskutettu."
        )
    },
    measured_otherwise: |measured, billed| {
        format!(
            "Mittarin allekirjoitetut arvot on tarkistettu: mitattu energia on {measured}, mutta \
             laskutettu energia on {billed}. Ota meihin yhteyttä."
        )
    },
    not_measured: |problem| match problem {
        MeasurementProblem::NoKey | MeasurementProblem::UnreadableKey => {
            "Mittarin allekirjoitettuja arvoja ei voitu tarkistaa: käyttökelpoista julkista \
             avainta ei ole."
        }
        MeasurementProblem::TooLarge
        | MeasurementProblem::UnsupportedCurve
        | MeasurementProblem::UnsupportedAlgorithm
        | MeasurementProblem::UnreadablePacket => {
            "Mittarin allekirjoitettuja arvoja ei voitu tarkistaa: niiden muotoa ei tueta."
        }
        MeasurementProblem::WrongSignature => {
            "Mittarin allekirjoitetut arvot on tarkistettu, ja allekirjoitus on virheellinen. Ota \
             meihin yhteyttä."
        }
        MeasurementProblem::NoBeginning
        | MeasurementProblem::NoEnd
        | MeasurementProblem::OtherMeter
        | MeasurementProblem::WrongOrder => {
            "Mittarin allekirjoitettuja arvoja ei voitu tarkistaa: ne ovat puutteellisia tai \
             ristiriitaisia."
        }
        MeasurementProblem::NotMeasured => {
            "Mittarin allekirjoitettuja arvoja ei voitu tarkistaa: käyttökelpoista mittarilukemaa \
             ei ole."
        }
    },
    transparency: "Allekirjoitetut arvot voi tallentaa ja tarkistaa läpinäkyvyysohjelmistolla.",

    buyer: "Ostaja",
    issuer: "Tositteen antaja",
    name: "Nimi",
    vat_number: "Arvonlisäverotunniste",
    contact: "Kysymykset ja reklamaatiot",
    issued: "Antamispäivä",
    number: "Numero",
    original: "Alkuperäinen kuitti",
    receipt_id: "Kuitin tunniste",
    code: "Kuittikoodi",
    session: "Lataustapahtuma",

    save_pdf: "Tallenna PDF-tiedostona",
    save_signed_values: "Tallenna mittarin allekirjoitetut arvot",
    want_invoice: "Lasku yritykselle",

    find_receipt: "Etsi kuittisi",
    or: "tai",
    date: "Päivämäärä",
    amount: "Summa",
    last_four: "Kortin neljä viimeistä numeroa",
    find: "Etsi",
    not_found: "Tällaista kuittia ei löydy. Tarkista antamasi tiedot. Kuitin valmistuminen voi \
                kestää muutaman minuutin latauksen jälkeen.",
    too_many_attempts: "Liian monta yritystä. Odota minuutti ja yritä uudelleen.",
    request_invoice: "Pyydä lasku",
    card_number_typed: "Älä kirjoita tähän kortin numeroa. Kenttä, jossa se oli, tyhjennettiin.",
    buyer_refused: "Jokin tieto puuttuu tai arvonlisäverotunniste on virheellinen. Tunniste alkaa \
                    maatunnuksella, esimerkiksi FI12345678.",
    invoice_coming: "Laskua luodaan. Tämä sivu avaa sen automaattisesti.",
    no_invoice: "Tästä kuitista ei ole laskua: mitään ei veloitettu tai on tehty hyvitys.",

    screen: Screen {
        free: "maksuton",
        per_session: |price| format!("{price} latauskerralta"),
        idle: |price| format!("{price} kytkettynä ilman latausta"),
        up_to: |price| format!("enintään {price}"),
        by_power: |price| format!("tehon mukaan {price}"),
        after_minutes: |price, minutes| format!("{price} {minutes} minuutin jälkeen"),
        later: |price| format!("myöhemmin {price}"),
        at_least: |price| format!("vähintään {price}"),
        hold: |amount| format!("katevaraus {amount}"),

        show_card: "Näytä korttisi.",
        card_accepted: "Kortti hyväksytty. Aloita lataus kytkemällä ajoneuvo.",
        charging_begun: "Lataus on alkanut.",
        charging_ended: |price| format!("Lataus on päättynyt: {price}."),
        in_use: "Varattu.",
        plug_in: "Aloita lataus kytkemällä ajoneuvo.",
        to_stop: "Lopeta näyttämällä sama kortti uudelleen.",
        show_first_card: "Näytä kortti, jolla aloitit.",
        out_of_service: "Poissa käytöstä.",

        paid: |amount| format!("Maksettu: {amount}."),
        receipt_at: |address, code| format!("Kuitti: {address}, koodi {code}."),
        to_charge_again: "Lataa uudelleen näyttämällä kortti vielä kerran.",

        how_much: "Kuinka paljon enintään?",
        where_to_charge: "Missä lataat?",
        stop: "Lopeta lataus",
        stop_at: |place| format!("Lopeta: {place}"),
        confirm_stop: "Lopetetaanko lataus?",
        go_on: "Jatka",
    },
};
