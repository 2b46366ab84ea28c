//! Latvian.

use chargetap_contract::receipt::{EntryMode, MeasurementProblem, NothingTakenReason};

use super::{Language, Screen};

pub(super) static LANGUAGE: Language = Language {
    tag: "lv",

    receipt: "Kvīts",
    refund: "Atmaksa",
    invoice: "Rēķins",
    payout: "Izmaksa",

    paid: "Samaksāts",
    nothing_taken: "Nauda nav ieturēta",
    given_back: "Atmaksāts",
    paid_out: "Izmaksāts",

    reason: |reason| match reason {
        NothingTakenReason::Declined => "Karte tika noraidīta.",
        NothingTakenReason::NotPluggedIn => "Neviens transportlīdzeklis netika laikus pieslēgts.",
        NothingTakenReason::CancelledByDriver => {
            "Karte tika uzrādīta atkārtoti pirms uzlādes sākuma."
        }
        NothingTakenReason::CancelledByOperator => {
            "Operators pārtrauca sesiju pirms uzlādes sākuma."
        }
        NothingTakenReason::StartFailed => "Uzlādes stacija nesāka uzlādi.",
        NothingTakenReason::BelowMinimum => "Cena bija pārāk maza, lai to iekasētu.",
        NothingTakenReason::PaymentFailed => "Maksājumu nevarēja veikt.",
    },
    was_released: |amount| format!("Rezervētā summa {amount} tika atbrīvota."),
    nothing_was_reserved: "Summa nebija rezervēta.",
    refund_of: |number, date| format!("Šī atmaksa attiecas uz kvīti Nr. {number} ({date})."),
    reported_late: "Pēc maksājuma uzlādes stacija paziņoja citu skaitītāja rādījumu.",
    instead_of: |number, date| format!("Šis rēķins aizstāj kvīti Nr. {number} ({date})."),
    payout_to: |payee, statement| format!("Saņēmējs: {payee}, pārskats {statement}."),

    charging: "Uzlāde",
    site: "Vieta",
    address: "Adrese",
    evse: "Uzlādes punkts (EVSE)",
    start: "Sākums",
    end: "Beigas",
    duration: "Ilgums",
    energy: "Enerģija",

    price: "Cena",
    tariff: "Tarifs",
    vat_included: "ar PVN",
    parking: "Stāvēšana",
    per_session: "Par sesiju",
    minimum_price: "Piemaksa līdz minimālajai cenai",
    maximum_price: "Atlaide līdz maksimālajai cenai",
    net: "Kopā bez PVN",
    vat: "PVN",
    on: "no",
    gross: "Kopā ar PVN",
    without_vat: "Bez PVN",
    rounding: |tax_included| match tax_included {
        Some(true) => {
            "Vienības cenās PVN ir iekļauts. Kopsummu noapaļo vienu reizi (pusi noapaļo uz augšu), \
             un tajā iekļauto PVN aprēķina no noapaļotās kopsummas."
        }
        Some(false) => {
            "Vienības cenās PVN nav iekļauts. Kopsummu noapaļo vienu reizi (pusi noapaļo uz \
             augšu), un tajā iekļauto PVN aprēķina no noapaļotās kopsummas."
        }
        None => "Kopsummu noapaļo vienu reizi (pusi noapaļo uz augšu).",
    },
    price_above_hold: "Cena ir lielāka par rezervēto summu; ieturēta tika tikai rezervētā summa.",

    payment: "Maksājums",
    held: "Rezervētā summa",
    captured: "Ieturētā summa",
    released: "Atbrīvotā summa",
    refunded_in_all: "Kopā atmaksāts",
    card: "Karte",
    entry: "Nolasīšanas veids",
    entry_mode: |mode| match mode {
        EntryMode::Contactless => "Bezkontakta",
        EntryMode::Chip => "Mikroshēma",
        EntryMode::MagneticStripe => "Magnētiskā josla",
    },
    application: "Lietotne (AID)",
    authorisation_code: "Autorizācijas kods",
    sequence_number: "Kārtas numurs",
    tapped: "Karte uzrādīta",
    terminal: "Terminālis",

    corrected: "Koriģētie dati",
    fee: "Komisijas maksa",
    vat_in_fee: "PVN komisijas maksā",

    measurement: "Mērījums",
    measured_only: |energy| {
        format!("Skaitītāja parakstītie rādījumi tika pārbaudīti: izmērītais daudzums ir {energy}.")
    },
    measured: |energy| {
        format!(
            "Skaitītāja parakstītie rādījumi tika pārbaudīti: izmērītais daudzums ir {energy}, un \
             tas atbilst apmaksai aprēķinātajam."
        )
    },
    measured_otherwise: |measured, billed| {
        format!(
            "Skaitītāja parakstītie rādījumi tika pārbaudīti: izmērītais daudzums ir {measured}, \
             bet apmaksai aprēķinātais – {billed}. Lūdzu, sazinieties ar mums."
        )
    },
    not_measured: |problem| match problem {
        MeasurementProblem::NoKey | MeasurementProblem::UnreadableKey => {
            "Skaitītāja parakstītos rādījumus nevarēja pārbaudīt: nav izmantojamas publiskās \
             atslēgas."
        }
        MeasurementProblem::TooLarge
        | MeasurementProblem::UnsupportedCurve
        | MeasurementProblem::UnsupportedAlgorithm
        | MeasurementProblem::UnreadablePacket => {
            "Skaitītāja parakstītos rādījumus nevarēja pārbaudīt: to formāts netiek atbalstīts."
        }
        MeasurementProblem::WrongSignature => {
            "Skaitītāja parakstītie rādījumi tika pārbaudīti, un paraksts ir nepareizs. Lūdzu, \
             sazinieties ar mums."
        }
        MeasurementProblem::NoBeginning
        | MeasurementProblem::NoEnd
        | MeasurementProblem::OtherMeter
        | MeasurementProblem::WrongOrder => {
            "Skaitītāja parakstītos rādījumus nevarēja pārbaudīt: tie ir nepilnīgi vai pretrunīgi."
        }
        MeasurementProblem::NotMeasured => {
            "Skaitītāja parakstītos rādījumus nevarēja pārbaudīt: nav izmantojama rādījuma."
        }
    },
    transparency: "Parakstītos rādījumus var saglabāt un pārbaudīt ar pārredzamības programmatūru.",

    buyer: "Rēķina saņēmējs",
    issuer: "Izsniedzējs",
    name: "Nosaukums",
    vat_number: "PVN reģistrācijas Nr.",
    contact: "Jautājumi un strīdi",
    issued: "Izsniegšanas datums",
    number: "Numurs",
    original: "Sākotnējā kvīts",
    receipt_id: "Kvīts ID",
    code: "Kvīts kods",
    session: "Sesija",

    save_pdf: "Saglabāt kā PDF",
    save_signed_values: "Saglabāt skaitītāja parakstītos rādījumus",
    want_invoice: "Rēķins uz uzņēmuma vārda",

    find_receipt: "Atrodiet savu kvīti",
    or: "vai",
    date: "Datums",
    amount: "Summa",
    last_four: "Kartes pēdējie četri cipari",
    find: "Meklēt",
    not_found: "Šādas kvīts nav. Lūdzu, pārbaudiet ievadītos datus. Pēc uzlādes var paiet dažas \
                minūtes, līdz kvīts ir pieejama.",
    too_many_attempts: "Pārāk daudz mēģinājumu. Lūdzu, uzgaidiet minūti un mēģiniet vēlreiz.",
    request_invoice: "Pieprasīt rēķinu",
    card_number_typed: "Lūdzu, neievadiet šeit kartes numuru. Lauks, kurā tas bija, ir notīrīts.",
    buyer_refused: "Trūkst kādu datu, vai PVN reģistrācijas numurs ir nepareizs. Tas sākas ar \
                    valsts burtiem, piemēram, LV12345678901.",
    invoice_coming: "Rēķins tiek sagatavots. Šī lapa to atvērs automātiski.",
    no_invoice: "Šai kvītij rēķina nav: nauda nav ieturēta vai ir veikta atmaksa.",

    screen: Screen {
        free: "bez maksas",
        per_session: |price| format!("{price} par sesiju"),
        idle: |price| format!("{price} par stāvēšanu bez uzlādes"),
        up_to: |price| format!("līdz {price}"),
        by_power: |price| format!("atkarībā no jaudas {price}"),
        after_minutes: |price, minutes| format!("{price} pēc {minutes} min"),
        later: |price| format!("vēlāk {price}"),
        at_least: |price| format!("vismaz {price}"),
        hold: |amount| format!("rezervējamā summa {amount}"),

        show_card: "Uzrādiet karti.",
        card_accepted: "Karte pieņemta. Lai uzlādētu, pieslēdziet transportlīdzekli.",
        charging_begun: "Uzlāde ir sākusies.",
        charging_ended: |price| format!("Uzlāde ir beigusies: {price}."),
        in_use: "Aizņemts.",
        plug_in: "Lai uzlādētu, pieslēdziet transportlīdzekli.",
        to_stop: "Lai beigtu, uzrādiet to pašu karti vēlreiz.",
        show_first_card: "Uzrādiet karti, ar kuru sākāt.",
        out_of_service: "Nedarbojas.",

        paid: |amount| format!("Samaksāts: {amount}."),
        receipt_at: |address, code| format!("Kvīts: {address}, kods {code}."),
        to_charge_again: "Lai uzlādētu no jauna, uzrādiet karti vēlreiz.",

        how_much: "Līdz kādai summai?",
        where_to_charge: "Kur uzlādējat?",
        stop: "Beigt uzlādi",
        stop_at: |place| format!("Beigt: {place}"),
        confirm_stop: "Vai beigt uzlādi?",
        go_on: "Turpināt",
    },
};
