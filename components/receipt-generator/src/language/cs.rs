//! Czech.

use chargetap_contract::receipt::{EntryMode, MeasurementProblem, NothingTakenReason};

use super::{Language, Screen};

pub(super) static LANGUAGE: Language = Language {
    tag: "cs",

    receipt: "Účtenka",
    refund: "Vrácení platby",
    invoice: "Faktura",
    payout: "Výplata",

    paid: "Zaplaceno",
    nothing_taken: "Nic nebylo strženo",
    given_back: "Vráceno",
    paid_out: "Vyplaceno",

    reason: |reason| match reason {
        NothingTakenReason::Declined => "Karta byla odmítnuta.",
        NothingTakenReason::NotPluggedIn => "Vozidlo nebylo včas připojeno.",
        NothingTakenReason::CancelledByDriver => {
            "Karta byla znovu přiložena ještě před zahájením dobíjení."
        }
        NothingTakenReason::CancelledByOperator => {
            "Provozovatel relaci ukončil ještě před zahájením dobíjení."
        }
        NothingTakenReason::StartFailed => "Dobíjecí stanice nezačala dobíjet.",
        NothingTakenReason::BelowMinimum => "Cena byla příliš nízká na to, aby se účtovala.",
        NothingTakenReason::PaymentFailed => "Platbu se nepodařilo provést.",
    },
    was_released: |amount| format!("Předautorizovaná částka {amount} byla uvolněna."),
    nothing_was_reserved: "Žádná částka nebyla předautorizována.",
    refund_of: |number, date| {
        format!("Toto vrácení platby se vztahuje k účtence {number} ze dne {date}.")
    },
    reported_late: "Po zaplacení dobíjecí stanice nahlásila jiný stav elektroměru.",
    instead_of: |number, date| format!("Tato faktura nahrazuje účtenku {number} ze dne {date}."),
    payout_to: |payee, statement| format!("Příjemce: {payee}, vyúčtování {statement}."),

    charging: "Dobíjení",
    site: "Místo",
    address: "Adresa",
    evse: "Dobíjecí bod (EVSE)",
    start: "Začátek",
    end: "Konec",
    duration: "Doba trvání",
    energy: "Energie",

    price: "Cena",
    tariff: "Tarif",
    vat_included: "s DPH",
    parking: "Parkování",
    per_session: "Za jedno dobíjení",
    minimum_price: "Doplatek do minimální ceny",
    maximum_price: "Snížení na maximální cenu",
    net: "Celkem bez DPH",
    vat: "DPH",
    on: "ze základu",
    gross: "Celkem s DPH",
    without_vat: "Bez DPH",
    rounding: |tax_included| match tax_included {
        Some(true) => {
            "Jednotkové ceny jsou včetně DPH. Celková částka se zaokrouhluje jednou (od poloviny \
             nahoru) a DPH se vypočítá shora ze zaokrouhlené částky."
        }
        Some(false) => {
            "Jednotkové ceny jsou bez DPH. Celková částka se zaokrouhluje jednou (od poloviny \
             nahoru) a DPH se vypočítá shora ze zaokrouhlené částky."
        }
        None => "Celková částka se zaokrouhluje jednou (od poloviny nahoru).",
    },
    price_above_hold: "Cena je vyšší než předautorizovaná částka; stržena byla jen \
                       předautorizovaná částka.",

    payment: "Platba",
    held: "Předautorizováno",
    captured: "Strženo",
    released: "Uvolněno",
    refunded_in_all: "Vráceno celkem",
    card: "Karta",
    entry: "Způsob načtení",
    entry_mode: |mode| match mode {
        EntryMode::Contactless => "Bezkontaktně",
        EntryMode::Chip => "Čip",
        EntryMode::MagneticStripe => "Magnetický proužek",
    },
    application: "Aplikace (AID)",
    authorisation_code: "Autorizační kód",
    sequence_number: "Pořadové číslo",
    tapped: "Načtení karty",
    terminal: "Terminál",

    corrected: "Opravené údaje",
    fee: "Poplatek",
    vat_in_fee: "DPH v poplatku",

    measurement: "Měření",
    measured_only: |energy| {
        format!("Podepsané hodnoty elektroměru byly zkontrolovány: naměřeno bylo {energy}.")
    },
    measured: |energy| {
        format!(
            "Podepsané hodnoty elektroměru byly zkontrolovány: naměřeno bylo {energy}, což \
             odpovídá vyúčtování."
        )
    },
    measured_otherwise: |measured, billed| {
        format!(
            "Podepsané hodnoty elektroměru byly zkontrolovány: naměřeno bylo {measured}, ale \
             vyúčtováno bylo {billed}. Kontaktujte nás prosím."
        )
    },
    not_measured: |problem| match problem {
        MeasurementProblem::NoKey | MeasurementProblem::UnreadableKey => {
            "Podepsané hodnoty elektroměru nebylo možné zkontrolovat: není k dispozici použitelný \
             veřejný klíč."
        }
        MeasurementProblem::TooLarge
        | MeasurementProblem::UnsupportedCurve
        | MeasurementProblem::UnsupportedAlgorithm
        | MeasurementProblem::UnreadablePacket => {
            "Podepsané hodnoty elektroměru nebylo možné zkontrolovat: jejich formát není \
             podporován."
        }
        MeasurementProblem::WrongSignature => {
            "Podepsané hodnoty elektroměru byly zkontrolovány a podpis není správný. Kontaktujte \
             nás prosím."
        }
        MeasurementProblem::NoBeginning
        | MeasurementProblem::NoEnd
        | MeasurementProblem::OtherMeter
        | MeasurementProblem::WrongOrder => {
            "Podepsané hodnoty elektroměru nebylo možné zkontrolovat: jsou neúplné nebo si \
             odporují."
        }
        MeasurementProblem::NotMeasured => {
            "Podepsané hodnoty elektroměru nebylo možné zkontrolovat: není k dispozici použitelný \
             odečet."
        }
    },
    transparency: "Podepsané hodnoty lze uložit a zkontrolovat v ověřovacím programu \
                   (Transparenzsoftware).",

    buyer: "Odběratel",
    issuer: "Vystavil",
    name: "Název",
    vat_number: "DIČ",
    contact: "Dotazy a reklamace",
    issued: "Datum vystavení",
    number: "Číslo",
    original: "Původní účtenka",
    receipt_id: "ID účtenky",
    code: "Kód účtenky",
    session: "Dobíjecí relace",

    save_pdf: "Uložit jako PDF",
    save_signed_values: "Uložit podepsané hodnoty elektroměru",
    want_invoice: "Faktura na firmu",

    find_receipt: "Najděte svou účtenku",
    or: "nebo",
    date: "Datum",
    amount: "Částka",
    last_four: "Poslední čtyři číslice karty",
    find: "Najít",
    not_found: "Taková účtenka neexistuje. Zkontrolujte prosím zadané údaje. Po dobíjení může \
                trvat několik minut, než bude účtenka k dispozici.",
    too_many_attempts: "Příliš mnoho pokusů. Počkejte prosím minutu a zkuste to znovu.",
    request_invoice: "Požádat o fakturu",
    card_number_typed: "Nezadávejte sem prosím číslo karty. Pole, které ho obsahovalo, bylo \
                        vymazáno.",
    buyer_refused: "Něco chybí nebo je DIČ nesprávné. Začíná písmeny země, například CZ12345678.",
    invoice_coming: "Faktura se právě vystavuje. Na této stránce se otevře sama.",
    no_invoice: "K této účtence neexistuje faktura: buď nebylo nic strženo, nebo došlo k vrácení \
                 platby.",

    screen: Screen {
        free: "zdarma",
        per_session: |price| format!("{price} za jedno dobíjení"),
        idle: |price| format!("{price} při stání bez dobíjení"),
        up_to: |price| format!("nejvýše {price}"),
        by_power: |price| format!("podle výkonu {price}"),
        after_minutes: |price, minutes| format!("{price} po {minutes} min"),
        later: |price| format!("později {price}"),
        at_least: |price| format!("nejméně {price}"),
        hold: |amount| format!("předautorizace {amount}"),

        show_card: "Přiložte kartu.",
        card_accepted: "Karta přijata. Připojte vozidlo k dobíjení.",
        charging_begun: "Dobíjení začalo.",
        charging_ended: |price| format!("Dobíjení skončilo: {price}."),
        in_use: "Obsazeno.",
        plug_in: "Připojte vozidlo k dobíjení.",
        to_stop: "K ukončení přiložte znovu tutéž kartu.",
        show_first_card: "Přiložte kartu, kterou jste dobíjení zahájili.",
        out_of_service: "Mimo provoz.",

        paid: |amount| format!("Zaplaceno: {amount}."),
        receipt_at: |address, code| format!("Účtenka: {address}, kód {code}."),
        to_charge_again: "K dalšímu dobíjení přiložte kartu ještě jednou.",

        how_much: "Do jaké částky?",
        where_to_charge: "Kde dobíjíte?",
        stop: "Ukončit dobíjení",
        stop_at: |place| format!("Ukončit: {place}"),
        confirm_stop: "Ukončit dobíjení?",
        go_on: "Pokračovat",
    },
};
