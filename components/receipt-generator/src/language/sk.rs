//! Slovak.

use chargetap_contract::receipt::{EntryMode, MeasurementProblem, NothingTakenReason};

use super::{Language, Screen};

pub(super) static LANGUAGE: Language = Language {
    tag: "sk",

    receipt: "Potvrdenka",
    refund: "Vrátenie platby",
    invoice: "Faktúra",
    payout: "Výplata",

    paid: "Zaplatené",
    nothing_taken: "Nič nebolo strhnuté",
    given_back: "Vrátené",
    paid_out: "Vyplatené",

    reason: |reason| match reason {
        NothingTakenReason::Declined => "Karta bola odmietnutá.",
        NothingTakenReason::NotPluggedIn => "Vozidlo nebolo včas pripojené.",
        NothingTakenReason::CancelledByDriver => {
            "Karta bola znova priložená ešte pred začatím nabíjania."
        }
        NothingTakenReason::CancelledByOperator => {
            "Prevádzkovateľ reláciu ukončil ešte pred začatím nabíjania."
        }
        NothingTakenReason::StartFailed => "Nabíjacia stanica nezačala nabíjať.",
        NothingTakenReason::BelowMinimum => "Cena bola príliš nízka na to, aby sa účtovala.",
        NothingTakenReason::PaymentFailed => "Platbu sa nepodarilo vykonať.",
    },
    was_released: |amount| format!("Predautorizovaná suma {amount} bola uvoľnená."),
    nothing_was_reserved: "Žiadna suma nebola predautorizovaná.",
    refund_of: |number, date| {
        format!("Toto vrátenie platby sa vzťahuje na potvrdenku {number} zo dňa {date}.")
    },
    reported_late: "Po zaplatení nabíjacia stanica nahlásila iný stav elektromera.",
    instead_of: |number, date| format!("Táto faktúra nahrádza potvrdenku {number} zo dňa {date}."),
    payout_to: |payee, statement| format!("Príjemca: {payee}, vyúčtovanie {statement}."),

    charging: "Nabíjanie",
    site: "Miesto",
    address: "Adresa",
    evse: "Nabíjací bod (EVSE)",
    start: "Začiatok",
    end: "Koniec",
    duration: "Trvanie",
    energy: "Energia",

    price: "Cena",
    tariff: "Tarifa",
    vat_included: "s DPH",
    parking: "Parkovanie",
    per_session: "Za jedno nabíjanie",
    minimum_price: "Doplatok do minimálnej ceny",
    maximum_price: "Zníženie na maximálnu cenu",
    net: "Spolu bez DPH",
    vat: "DPH",
    on: "zo základu",
    gross: "Spolu s DPH",
    without_vat: "Bez DPH",
    rounding: |tax_included| match tax_included {
        Some(true) => {
            "Jednotkové ceny sú s DPH. Celková suma sa zaokrúhľuje raz (od polovice nahor) a DPH \
             sa vypočíta zhora zo zaokrúhlenej sumy."
        }
        Some(false) => {
            "Jednotkové ceny sú bez DPH. Celková suma sa zaokrúhľuje raz (od polovice nahor) a DPH \
             sa vypočíta zhora zo zaokrúhlenej sumy."
        }
        None => "Celková suma sa zaokrúhľuje raz (od polovice nahor).",
    },
    price_above_hold: "Cena je vyššia ako predautorizovaná suma; strhnutá bola len \
                       predautorizovaná suma.",

    payment: "Platba",
    held: "Predautorizované",
    captured: "Strhnuté",
    released: "Uvoľnené",
    refunded_in_all: "Vrátené spolu",
    card: "Karta",
    entry: "Spôsob načítania",
    entry_mode: |mode| match mode {
        EntryMode::Contactless => "Bezkontaktne",
        EntryMode::Chip => "Čip",
        EntryMode::MagneticStripe => "Magnetický prúžok",
    },
    application: "Aplikácia (AID)",
    authorisation_code: "Autorizačný kód",
    sequence_number: "Poradové číslo",
    tapped: "Načítanie karty",
    terminal: "Terminál",

    corrected: "Opravené údaje",
    fee: "Poplatok",
    vat_in_fee: "DPH v poplatku",

    measurement: "Meranie",
    measured_only: |energy| {
        format!("Podpísané hodnoty elektromera boli skontrolované: nameralo sa {energy}.")
    },
    measured: |energy| {
        format!(
            "Podpísané hodnoty elektromera boli skontrolované: nameralo sa {energy}, čo zodpovedá \
             vyúčtovaniu."
        )
    },
    measured_otherwise: |measured, billed| {
        format!(
            "Podpísané hodnoty elektromera boli skontrolované: nameralo sa {measured}, ale \
             vyúčtovalo sa {billed}. Kontaktujte nás, prosím."
        )
    },
    not_measured: |problem| match problem {
        MeasurementProblem::NoKey | MeasurementProblem::UnreadableKey => {
            "Podpísané hodnoty elektromera nebolo možné skontrolovať: nie je k dispozícii \
             použiteľný verejný kľúč."
        }
        MeasurementProblem::TooLarge
        | MeasurementProblem::UnsupportedCurve
        | MeasurementProblem::UnsupportedAlgorithm
        | MeasurementProblem::UnreadablePacket => {
            "Podpísané hodnoty elektromera nebolo možné skontrolovať: ich formát nie je \
             podporovaný."
        }
        MeasurementProblem::WrongSignature => {
            "Podpísané hodnoty elektromera boli skontrolované a podpis nie je správny. Kontaktujte \
             nás, prosím."
        }
        MeasurementProblem::NoBeginning
        | MeasurementProblem::NoEnd
        | MeasurementProblem::OtherMeter
        | MeasurementProblem::WrongOrder => {
            "Podpísané hodnoty elektromera nebolo možné skontrolovať: sú neúplné alebo si odporujú."
        }
        MeasurementProblem::NotMeasured => {
            "Podpísané hodnoty elektromera nebolo možné skontrolovať: nie je k dispozícii \
             použiteľný odpočet."
        }
    },
    transparency: "Podpísané hodnoty možno uložiť a skontrolovať v overovacom programe \
                   (Transparenzsoftware).",

    buyer: "Odberateľ",
    issuer: "Vystavil",
    name: "Názov",
    vat_number: "IČ DPH",
    contact: "Otázky a reklamácie",
    issued: "Dátum vystavenia",
    number: "Číslo",
    original: "Pôvodná potvrdenka",
    receipt_id: "ID potvrdenky",
    code: "Kód potvrdenky",
    session: "Nabíjacia relácia",

    save_pdf: "Uložiť ako PDF",
    save_signed_values: "Uložiť podpísané hodnoty elektromera",
    want_invoice: "Faktúra na firmu",

    find_receipt: "Nájdite svoju potvrdenku",
    or: "alebo",
    date: "Dátum",
    amount: "Suma",
    last_four: "Posledné štyri číslice karty",
    find: "Nájsť",
    not_found: "Taká potvrdenka neexistuje. Skontrolujte, prosím, zadané údaje. Po nabíjaní môže \
                trvať niekoľko minút, kým bude potvrdenka k dispozícii.",
    too_many_attempts: "Priveľa pokusov. Počkajte, prosím, minútu a skúste to znova.",
    request_invoice: "Požiadať o faktúru",
    card_number_typed: "Nezadávajte sem prosím číslo karty. Pole, ktoré ho obsahovalo, bolo \
                        vymazané.",
    buyer_refused: "Niečo chýba alebo IČ DPH nie je správne. Začína sa písmenami krajiny, \
                    napríklad SK1234567890.",
    invoice_coming: "Faktúra sa práve vystavuje. Na tejto stránke sa otvorí sama.",
    no_invoice: "K tejto potvrdenke neexistuje faktúra: buď nebolo nič strhnuté, alebo došlo k \
                 vráteniu platby.",

    screen: Screen {
        free: "zadarmo",
        per_session: |price| format!("{price} za jedno nabíjanie"),
        idle: |price| format!("{price} pri státí bez nabíjania"),
        up_to: |price| format!("najviac {price}"),
        by_power: |price| format!("podľa výkonu {price}"),
        after_minutes: |price, minutes| format!("{price} po {minutes} min"),
        later: |price| format!("neskôr {price}"),
        at_least: |price| format!("najmenej {price}"),
        hold: |amount| format!("predautorizácia {amount}"),

        show_card: "Priložte kartu.",
        card_accepted: "Karta prijatá. Pripojte vozidlo na nabíjanie.",
        charging_begun: "Nabíjanie sa začalo.",
        charging_ended: |price| format!("Nabíjanie sa skončilo: {price}."),
        in_use: "Obsadené.",
        plug_in: "Pripojte vozidlo na nabíjanie.",
        to_stop: "Na ukončenie znova priložte tú istú kartu.",
        show_first_card: "Priložte kartu, ktorou ste nabíjanie začali.",
        out_of_service: "Mimo prevádzky.",

        paid: |amount| format!("Zaplatené: {amount}."),
        receipt_at: |address, code| format!("Potvrdenka: {address}, kód {code}."),
        to_charge_again: "Na ďalšie nabíjanie priložte kartu ešte raz.",

        how_much: "Do akej sumy?",
        where_to_charge: "Kde nabíjate?",
        stop: "Ukončiť nabíjanie",
        stop_at: |place| format!("Ukončiť: {place}"),
        confirm_stop: "Ukončiť nabíjanie?",
        go_on: "Pokračovať",
    },
};
