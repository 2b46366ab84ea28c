//! Lithuanian.

use chargetap_contract::receipt::{EntryMode, MeasurementProblem, NothingTakenReason};

use super::{Language, Screen};

pub(super) static LANGUAGE: Language = Language {
    tag: "lt",

    receipt: "Kvitas",
    refund: "Pinigų grąžinimas",
    invoice: "PVM sąskaita faktūra",
    payout: "Išmokėjimas",

    paid: "Sumokėta",
    nothing_taken: "Pinigai nenuskaičiuoti",
    given_back: "Grąžinta",
    paid_out: "Išmokėta",

    reason: |reason| match reason {
        NothingTakenReason::Declined => "Kortelė buvo atmesta.",
        NothingTakenReason::NotPluggedIn => "Transporto priemonė nebuvo laiku prijungta.",
        NothingTakenReason::CancelledByDriver => {
            "Kortelė buvo pateikta dar kartą prieš prasidedant įkrovimui."
        }
        NothingTakenReason::CancelledByOperator => {
            "Operatorius nutraukė sesiją prieš prasidedant įkrovimui."
        }
        NothingTakenReason::StartFailed => "Įkrovimo stotelė nepradėjo įkrovimo.",
        NothingTakenReason::BelowMinimum => "Kaina buvo per maža, kad ją būtų galima nuskaičiuoti.",
        NothingTakenReason::PaymentFailed => "Mokėjimo atlikti nepavyko.",
    },
    was_released: |amount| format!("Rezervuota suma {amount} buvo atlaisvinta."),
    nothing_was_reserved: "Jokia suma nebuvo rezervuota.",
    refund_of: |number, date| format!("Šis grąžinimas susijęs su kvitu Nr. {number} ({date})."),
    reported_late: "Po mokėjimo įkrovimo stotelė pateikė kitokį skaitiklio rodmenį.",
    instead_of: |number, date| format!("Ši sąskaita faktūra pakeičia kvitą Nr. {number} ({date})."),
    payout_to: |payee, statement| format!("Gavėjas: {payee}, ataskaita {statement}."),

    charging: "Įkrovimas",
    site: "Vieta",
    address: "Adresas",
    evse: "Įkrovimo prieiga (EVSE)",
    start: "Pradžia",
    end: "Pabaiga",
    duration: "Trukmė",
    energy: "Energija",

    price: "Kaina",
    tariff: "Tarifas",
    vat_included: "su PVM",
    parking: "Stovėjimas",
    per_session: "Už sesiją",
    minimum_price: "Priemoka iki mažiausios kainos",
    maximum_price: "Nuolaida iki didžiausios kainos",
    net: "Iš viso be PVM",
    vat: "PVM",
    on: "nuo",
    gross: "Iš viso su PVM",
    without_vat: "Be PVM",
    rounding: |tax_included| match tax_included {
        Some(true) => {
            "Vieneto kainos nurodytos su PVM. Bendra suma apvalinama vieną kartą (pusė – iki \
             didesnio skaičiaus), o į ją įskaičiuotas PVM apskaičiuojamas iš suapvalintos sumos."
        }
        Some(false) => {
            "Vieneto kainos nurodytos be PVM. Bendra suma apvalinama vieną kartą (pusė – iki \
             didesnio skaičiaus), o į ją įskaičiuotas PVM apskaičiuojamas iš suapvalintos sumos."
        }
        None => "Bendra suma apvalinama vieną kartą (pusė – iki didesnio skaičiaus).",
    },
    price_above_hold: "Kaina didesnė už rezervuotą sumą; nuskaičiuota tik rezervuota suma.",

    payment: "Mokėjimas",
    held: "Rezervuota",
    captured: "Nuskaičiuota",
    released: "Atlaisvinta",
    refunded_in_all: "Iš viso grąžinta",
    card: "Kortelė",
    entry: "Nuskaitymo būdas",
    entry_mode: |mode| match mode {
        EntryMode::Contactless => "Bekontaktis",
        EntryMode::Chip => "Lustas",
        EntryMode::MagneticStripe => "Magnetinė juostelė",
    },
    application: "Programa (AID)",
    authorisation_code: "Autorizacijos kodas",
    sequence_number: "Eilės numeris",
    tapped: "Kortelė pateikta",
    terminal: "Terminalas",

    corrected: "Patikslinti duomenys",
    fee: "Komisinis mokestis",
    vat_in_fee: "PVM komisiniame mokestyje",

    measurement: "Matavimas",
    measured_only: |energy| {
        format!("Pasirašyti skaitiklio rodmenys patikrinti: išmatuota {energy}.")
    },
    measured: |energy| {
        format!(
            "Pasirašyti skaitiklio rodmenys patikrinti: išmatuota {energy}, tiek ir pateikta \
             apmokėti."
        )
    },
    measured_otherwise: |measured, billed| {
        format!(
            "Pasirašyti skaitiklio rodmenys patikrinti: išmatuota {measured}, bet pateikta \
             apmokėti {billed}. Prašome susisiekti su mumis."
        )
    },
    not_measured: |problem| match problem {
        MeasurementProblem::NoKey | MeasurementProblem::UnreadableKey => {
            "Pasirašytų skaitiklio rodmenų patikrinti nepavyko: nėra tinkamo viešojo rakto."
        }
        MeasurementProblem::TooLarge
        | MeasurementProblem::UnsupportedCurve
        | MeasurementProblem::UnsupportedAlgorithm
        | MeasurementProblem::UnreadablePacket => {
            "Pasirašytų skaitiklio rodmenų patikrinti nepavyko: jų formatas nepalaikomas."
        }
        MeasurementProblem::WrongSignature => {
            "Pasirašyti skaitiklio rodmenys patikrinti, ir parašas yra neteisingas. Prašome \
             susisiekti su mumis."
        }
        MeasurementProblem::NoBeginning
        | MeasurementProblem::NoEnd
        | MeasurementProblem::OtherMeter
        | MeasurementProblem::WrongOrder => {
            "Pasirašytų skaitiklio rodmenų patikrinti nepavyko: jie neišsamūs arba prieštaringi."
        }
        MeasurementProblem::NotMeasured => {
            "Pasirašytų skaitiklio rodmenų patikrinti nepavyko: nėra tinkamo rodmens."
        }
    },
    transparency: "Pasirašytus rodmenis galima išsaugoti ir patikrinti skaidrumo programine \
                   įranga.",

    buyer: "Pirkėjas",
    issuer: "Išrašė",
    name: "Pavadinimas",
    vat_number: "PVM mokėtojo kodas",
    contact: "Klausimai ir ginčai",
    issued: "Išrašymo data",
    number: "Numeris",
    original: "Pirminis kvitas",
    receipt_id: "Kvito ID",
    code: "Kvito kodas",
    session: "Sesija",

    save_pdf: "Išsaugoti kaip PDF",
    save_signed_values: "Išsaugoti pasirašytus skaitiklio rodmenis",
    want_invoice: "Sąskaita faktūra įmonės vardu",

    find_receipt: "Raskite savo kvitą",
    or: "arba",
    date: "Data",
    amount: "Suma",
    last_four: "Paskutiniai keturi kortelės skaitmenys",
    find: "Ieškoti",
    not_found: "Tokio kvito nėra. Patikrinkite, ką įvedėte. Po įkrovimo gali tekti palaukti kelias \
                minutes.",
    too_many_attempts: "Per daug bandymų. Palaukite minutę ir bandykite dar kartą.",
    request_invoice: "Prašyti sąskaitos faktūros",
    card_number_typed: "Neįveskite čia kortelės numerio. Laukas, kuriame jis buvo, išvalytas.",
    buyer_refused: "Trūksta duomenų arba PVM mokėtojo kodas yra neteisingas. Jis prasideda šalies \
                    raidėmis, pavyzdžiui, LT123456789.",
    invoice_coming: "Sąskaita faktūra rengiama. Šis puslapis ją atvers automatiškai.",
    no_invoice: "Šiam kvitui sąskaitos faktūros nėra: pinigai nenuskaičiuoti arba atliktas \
                 grąžinimas.",

    screen: Screen {
        free: "nemokamai",
        per_session: |price| format!("{price} už sesiją"),
        idle: |price| format!("{price} už stovėjimą be įkrovimo"),
        up_to: |price| format!("iki {price}"),
        by_power: |price| format!("pagal galią {price}"),
        after_minutes: |price, minutes| format!("{price} po {minutes} min"),
        later: |price| format!("vėliau {price}"),
        at_least: |price| format!("ne mažiau kaip {price}"),
        hold: |amount| format!("rezervuojama {amount}"),

        show_card: "Pateikite kortelę.",
        card_accepted: "Kortelė priimta. Norėdami įkrauti, prijunkite transporto priemonę.",
        charging_begun: "Įkrovimas prasidėjo.",
        charging_ended: |price| format!("Įkrovimas baigtas: {price}."),
        in_use: "Užimta.",
        plug_in: "Norėdami įkrauti, prijunkite transporto priemonę.",
        to_stop: "Norėdami baigti, dar kartą pateikite tą pačią kortelę.",
        show_first_card: "Pateikite kortelę, kuria pradėjote įkrovimą.",
        out_of_service: "Neveikia.",

        paid: |amount| format!("Sumokėta: {amount}."),
        receipt_at: |address, code| format!("Kvitas: {address}, kodas {code}."),
        to_charge_again: "Norėdami vėl įkrauti, pateikite kortelę dar kartą.",

        how_much: "Kiek daugiausia?",
        where_to_charge: "Kur įkraunate?",
        stop: "Baigti įkrovimą",
        stop_at: |place| format!("Baigti: {place}"),
        confirm_stop: "Baigti įkrovimą?",
        go_on: "Tęsti",
    },
};
