//! Maltese.

use chargetap_contract::receipt::{EntryMode, MeasurementProblem, NothingTakenReason};

use super::{Language, Screen};

pub(super) static LANGUAGE: Language = Language {
    tag: "mt",

    receipt: "Irċevuta",
    refund: "Rifużjoni",
    invoice: "Fattura",
    payout: "Żborż",

    paid: "Imħallas",
    nothing_taken: "Ma ttieħed xejn",
    given_back: "Rifuż",
    paid_out: "Żborżat",

    reason: |reason| match reason {
        NothingTakenReason::Declined => "Il-kard ġiet irrifjutata.",
        NothingTakenReason::NotPluggedIn => "L-ebda vettura ma tqabbdet fil-ħin.",
        NothingTakenReason::CancelledByDriver => {
            "Il-kard reġgħet intweriet qabel ma beda l-irriċarġjar."
        }
        NothingTakenReason::CancelledByOperator => {
            "L-operatur temm is-sessjoni qabel ma beda l-irriċarġjar."
        }
        NothingTakenReason::StartFailed => "L-istazzjon tal-irriċarġjar ma bediex l-irriċarġjar.",
        NothingTakenReason::BelowMinimum => "Il-prezz kien baxx wisq biex jinġabar.",
        NothingTakenReason::PaymentFailed => "Il-ħlas ma setax isir.",
    },
    was_released: |amount| format!("L-ammont awtorizzat minn qabel ta’ {amount} ġie rilaxxat."),
    nothing_was_reserved: "L-ebda ammont ma kien ġie awtorizzat minn qabel.",
    refund_of: |number, date| {
        format!("Ir-rifużjoni tirreferi għall-irċevuta {number} bid-data ta’ {date}.")
    },
    reported_late: "Wara l-ħlas, l-istazzjon tal-irriċarġjar irrapporta qari tal-miter differenti.",
    instead_of: |number, date| {
        format!("Il-fattura tieħu post l-irċevuta {number} bid-data ta’ {date}.")
    },
    payout_to: |payee, statement| format!("Benefiċjarju: {payee}, rendikont {statement}."),

    charging: "Irriċarġjar",
    site: "Post",
    address: "Indirizz",
    evse: "Punt tal-irriċarġjar (EVSE)",
    start: "Bidu",
    end: "Tmiem",
    duration: "Durata",
    energy: "Enerġija",

    price: "Prezz",
    tariff: "Tariffa",
    vat_included: "bil-VAT",
    parking: "Parkeġġ",
    per_session: "Għal kull sessjoni",
    minimum_price: "Żieda sal-prezz minimu",
    maximum_price: "Tnaqqis sal-prezz massimu",
    net: "Total mingħajr VAT",
    vat: "VAT",
    on: "fuq",
    gross: "Total bil-VAT",
    without_vat: "Mingħajr VAT",
    rounding: |tax_included| match tax_included {
        Some(true) => {
            "Il-prezzijiet unitarji jinkludu l-VAT. It-total jiġi arrotondat darba biss (in-nofs \
             ’il fuq), u l-VAT tinħadem mit-total arrotondat."
        }
        Some(false) => {
            "Il-prezzijiet unitarji ma jinkludux il-VAT. It-total jiġi arrotondat darba biss \
             (in-nofs ’il fuq), u l-VAT tinħadem mit-total arrotondat."
        }
        None => "It-total jiġi arrotondat darba biss (in-nofs ’il fuq).",
    },
    price_above_hold: "Il-prezz huwa ogħla mill-ammont awtorizzat minn qabel; inġabar biss \
                       l-ammont awtorizzat minn qabel.",

    payment: "Ħlas",
    held: "Awtorizzat minn qabel",
    captured: "Miġbur",
    released: "Rilaxxat",
    refunded_in_all: "Total rifuż",
    card: "Kard",
    entry: "Mod tal-qari",
    entry_mode: |mode| match mode {
        EntryMode::Contactless => "Mingħajr kuntatt",
        EntryMode::Chip => "Ċippa",
        EntryMode::MagneticStripe => "Strixxa manjetika",
    },
    application: "Applikazzjoni (AID)",
    authorisation_code: "Kodiċi tal-awtorizzazzjoni",
    sequence_number: "Numru tas-sekwenza",
    tapped: "Kard murija",
    terminal: "Terminal",

    corrected: "Valuri kkoreġuti",
    fee: "Miżata",
    vat_in_fee: "VAT fil-miżata",

    measurement: "Kejl",
    measured_only: |energy| {
        format!(
            "Il-valuri ffirmati tal-miter ġew ivverifikati: l-enerġija mkejla hija ta’ {energy}."
        )
    },
    measured: |energy| {
        format!(
            "Il-valuri ffirmati tal-miter ġew ivverifikati: l-enerġija mkejla hija ta’ {energy}, \
             kif ġie ffatturat."
        )
    },
    measured_otherwise: |measured, billed| {
        format!(
            "Il-valuri ffirmati tal-miter ġew ivverifikati: l-enerġija mkejla hija ta’ {measured}, \
             iżda dik iffatturata hija ta’ {billed}. Jekk jogħġbok ikkuntattjana."
        )
    },
    not_measured: |problem| match problem {
        MeasurementProblem::NoKey | MeasurementProblem::UnreadableKey => {
            "Il-valuri ffirmati tal-miter ma setgħux jiġu vverifikati: ma hemmx ċavetta pubblika \
             li tista’ tintuża."
        }
        MeasurementProblem::TooLarge
        | MeasurementProblem::UnsupportedCurve
        | MeasurementProblem::UnsupportedAlgorithm
        | MeasurementProblem::UnreadablePacket => {
            "Il-valuri ffirmati tal-miter ma setgħux jiġu vverifikati: il-format tagħhom mhuwiex \
             appoġġjat."
        }
        MeasurementProblem::WrongSignature => {
            "Il-valuri ffirmati tal-miter ġew ivverifikati u l-firma hija żbaljata. Jekk jogħġbok \
             ikkuntattjana."
        }
        MeasurementProblem::NoBeginning
        | MeasurementProblem::NoEnd
        | MeasurementProblem::OtherMeter
        | MeasurementProblem::WrongOrder => {
            "Il-valuri ffirmati tal-miter ma setgħux jiġu vverifikati: mhumiex kompluti jew \
             jikkontradixxu lil xulxin."
        }
        MeasurementProblem::NotMeasured => {
            "Il-valuri ffirmati tal-miter ma setgħux jiġu vverifikati: ma hemmx qari li jista’ \
             jintuża."
        }
    },
    transparency: "Il-valuri ffirmati jistgħu jiġu ssejvjati u vverifikati bis-software \
                   tat-trasparenza.",

    buyer: "Iffatturat lil",
    issuer: "Maħruġa minn",
    name: "Isem",
    vat_number: "Numru tal-VAT",
    contact: "Mistoqsijiet u lmenti",
    issued: "Data tal-ħruġ",
    number: "Numru",
    original: "Irċevuta oriġinali",
    receipt_id: "ID tal-irċevuta",
    code: "Kodiċi tal-irċevuta",
    session: "Sessjoni",

    save_pdf: "Issejvja bħala PDF",
    save_signed_values: "Issejvja l-valuri ffirmati tal-miter",
    want_invoice: "Fattura f’isem kumpanija",

    find_receipt: "Sib l-irċevuta tiegħek",
    or: "jew",
    date: "Data",
    amount: "Ammont",
    last_four: "L-aħħar erba’ ċifri tal-kard",
    find: "Fittex",
    not_found: "Din l-irċevuta ma teżistix. Jekk jogħġbok iċċekkja dak li daħħalt. Wara \
                l-irriċarġjar, l-irċevuta tista’ tieħu ftit minuti biex tkun disponibbli.",
    too_many_attempts: "Wisq tentattivi. Jekk jogħġbok stenna minuta u erġa’ pprova.",
    request_invoice: "Itlob fattura",
    card_number_typed: "Jekk jogħġbok iddaħħalx numru ta’ karta hawn. Il-kaxxa li kien fiha \
                        tbattlet.",
    buyer_refused: "Hemm xi ħaġa nieqsa, jew in-numru tal-VAT huwa żbaljat. In-numru jibda \
                    bl-ittri tal-pajjiż, bħal MT12345678.",
    invoice_coming: "Il-fattura qed titħejja. Din il-paġna se tiftaħha waħedha.",
    no_invoice: "M’hemmx fattura għal din l-irċevuta: ma ttieħed xejn, jew saret rifużjoni.",

    screen: Screen {
        free: "b’xejn",
        per_session: |price| format!("{price} għal kull sessjoni"),
        idle: |price| format!("{price} mingħajr irriċarġjar"),
        up_to: |price| format!("sa {price}"),
        by_power: |price| format!("skont il-potenza {price}"),
        after_minutes: |price, minutes| format!("{price} wara {minutes} min"),
        later: |price| format!("aktar tard {price}"),
        at_least: |price| format!("mill-inqas {price}"),
        hold: |amount| format!("awtorizzazzjoni minn qabel ta’ {amount}"),

        show_card: "Uri l-kard tiegħek.",
        card_accepted: "Il-kard ġiet aċċettata. Qabbad il-vettura biex tirriċarġja.",
        charging_begun: "L-irriċarġjar beda.",
        charging_ended: |price| format!("L-irriċarġjar intemm: {price}."),
        in_use: "Qed jintuża.",
        plug_in: "Qabbad il-vettura biex tirriċarġja.",
        to_stop: "Biex twaqqaf, erġa’ uri l-istess kard.",
        show_first_card: "Uri l-kard li bdejt biha.",
        out_of_service: "Mhux fis-servizz.",

        paid: |amount| format!("Imħallas: {amount}."),
        receipt_at: |address, code| format!("Irċevuta: {address}, kodiċi {code}."),
        to_charge_again: "Biex terġa’ tirriċarġja, uri l-kard darba oħra.",

        how_much: "Sa liema ammont?",
        where_to_charge: "Fejn qed tirriċarġja?",
        stop: "Waqqaf l-irriċarġjar",
        stop_at: |place| format!("Waqqaf: {place}"),
        confirm_stop: "Twaqqaf l-irriċarġjar?",
        go_on: "Kompli",
    },
};
