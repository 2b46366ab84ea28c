//! Romanian.

use chargetap_contract::receipt::{EntryMode, MeasurementProblem, NothingTakenReason};

use super::{Language, Screen};

pub(super) static LANGUAGE: Language = Language {
    tag: "ro",

    receipt: "Chitanță",
    refund: "Rambursare",
    invoice: "Factură",
    payout: "Virament",

    paid: "Plătit",
    nothing_taken: "Nu s-a încasat nimic",
    given_back: "Rambursat",
    paid_out: "Virat",

    reason: |reason| match reason {
        NothingTakenReason::Declined => "Cardul a fost refuzat.",
        NothingTakenReason::NotPluggedIn => "Niciun vehicul nu a fost conectat la timp.",
        NothingTakenReason::CancelledByDriver => {
            "Cardul a fost prezentat din nou înainte de începerea încărcării."
        }
        NothingTakenReason::CancelledByOperator => {
            "Operatorul a încheiat sesiunea înainte de începerea încărcării."
        }
        NothingTakenReason::StartFailed => "Stația de reîncărcare nu a pornit încărcarea.",
        NothingTakenReason::BelowMinimum => "Prețul a fost prea mic pentru a fi încasat.",
        NothingTakenReason::PaymentFailed => "Plata nu a putut fi efectuată.",
    },
    was_released: |amount| format!("Suma preautorizată de {amount} a fost deblocată."),
    nothing_was_reserved: "Nu fusese preautorizată nicio sumă.",
    refund_of: |number, date| format!("Rambursarea se referă la chitanța {number} din {date}."),
    reported_late: "După plată, stația de reîncărcare a transmis un alt index al contorului.",
    instead_of: |number, date| format!("Factura înlocuiește chitanța {number} din {date}."),
    payout_to: |payee, statement| format!("Beneficiar: {payee}, decontul {statement}."),

    charging: "Încărcare",
    site: "Locație",
    address: "Adresă",
    evse: "Punct de reîncărcare (EVSE)",
    start: "Început",
    end: "Sfârșit",
    duration: "Durată",
    energy: "Energie",

    price: "Preț",
    tariff: "Tarif",
    vat_included: "cu TVA",
    parking: "Parcare",
    per_session: "Pe sesiune",
    minimum_price: "Supliment până la prețul minim",
    maximum_price: "Reducere la prețul maxim",
    net: "Total fără TVA",
    vat: "TVA",
    on: "din",
    gross: "Total cu TVA",
    without_vat: "Fără TVA",
    rounding: |tax_included| match tax_included {
        Some(true) => {
            "Prețurile unitare includ TVA. Totalul se rotunjește o singură dată (jumătățile, în \
             sus), iar TVA se extrage din totalul rotunjit."
        }
        Some(false) => {
            "Prețurile unitare nu includ TVA. Totalul se rotunjește o singură dată (jumătățile, în \
             sus), iar TVA se extrage din totalul rotunjit."
        }
        None => "Totalul se rotunjește o singură dată (jumătățile, în sus).",
    },
    price_above_hold: "Prețul depășește suma preautorizată; a fost încasată numai suma \
                       preautorizată.",

    payment: "Plată",
    held: "Preautorizat",
    captured: "Încasat",
    released: "Deblocat",
    refunded_in_all: "Total rambursat",
    card: "Card",
    entry: "Mod de citire",
    entry_mode: |mode| match mode {
        EntryMode::Contactless => "Contactless",
        EntryMode::Chip => "Cip",
        EntryMode::MagneticStripe => "Bandă magnetică",
    },
    application: "Aplicație (AID)",
    authorisation_code: "Cod de autorizare",
    sequence_number: "Număr de secvență",
    tapped: "Card prezentat",
    terminal: "Terminal",

    corrected: "Valori corectate",
    fee: "Comision",
    vat_in_fee: "TVA inclusă în comision",

    measurement: "Măsurare",
    measured_only: |energy| {
        format!(
            "Valorile semnate ale contorului au fost verificate: energia măsurată este de {energy}."
        )
    },
    measured: |energy| {
        format!(
            "Valorile semnate ale contorului au fost verificate: energia măsurată este de \
             {energy}, așa cum s-a facturat."
        )
    },
    measured_otherwise: |measured, billed| {
        format!(
            "Valorile semnate ale contorului au fost verificate: energia măsurată este de \
             {measured}, dar cea facturată este de {billed}. Vă rugăm să ne contactați."
        )
    },
    not_measured: |problem| match problem {
        MeasurementProblem::NoKey | MeasurementProblem::UnreadableKey => {
            "Valorile semnate ale contorului nu au putut fi verificate: nu există o cheie publică \
             utilizabilă."
        }
        MeasurementProblem::TooLarge
        | MeasurementProblem::UnsupportedCurve
        | MeasurementProblem::UnsupportedAlgorithm
        | MeasurementProblem::UnreadablePacket => {
            "Valorile semnate ale contorului nu au putut fi verificate: formatul lor nu este \
             acceptat."
        }
        MeasurementProblem::WrongSignature => {
            "Valorile semnate ale contorului au fost verificate, iar semnătura este incorectă. Vă \
             rugăm să ne contactați."
        }
        MeasurementProblem::NoBeginning
        | MeasurementProblem::NoEnd
        | MeasurementProblem::OtherMeter
        | MeasurementProblem::WrongOrder => {
            "Valorile semnate ale contorului nu au putut fi verificate: sunt incomplete sau \
             contradictorii."
        }
        MeasurementProblem::NotMeasured => {
            "Valorile semnate ale contorului nu au putut fi verificate: nu există un index \
             utilizabil."
        }
    },
    transparency: "Valorile semnate pot fi salvate și verificate cu software-ul de transparență.",

    buyer: "Facturat către",
    issuer: "Emis de",
    name: "Nume",
    vat_number: "Cod de TVA",
    contact: "Întrebări și reclamații",
    issued: "Data emiterii",
    number: "Număr",
    original: "Chitanța inițială",
    receipt_id: "ID-ul chitanței",
    code: "Codul chitanței",
    session: "Sesiune",

    save_pdf: "Salvați ca PDF",
    save_signed_values: "Salvați valorile semnate ale contorului",
    want_invoice: "Factură pe numele unei firme",

    find_receipt: "Găsiți chitanța",
    or: "sau",
    date: "Data",
    amount: "Suma",
    last_four: "Ultimele patru cifre ale cardului",
    find: "Căutați",
    not_found: "Această chitanță nu există. Vă rugăm să verificați datele introduse. După \
                încărcare pot trece câteva minute până când chitanța este disponibilă.",
    too_many_attempts: "Prea multe încercări. Vă rugăm să așteptați un minut și să încercați din \
                        nou.",
    request_invoice: "Solicitați factura",
    card_number_typed: "Vă rugăm să nu introduceți aici un număr de card. Câmpul care îl conținea \
                        a fost golit.",
    buyer_refused: "Lipsesc date sau codul de TVA este greșit. Codul de TVA începe cu literele \
                    țării, de exemplu RO12345678.",
    invoice_coming: "Factura este în curs de emitere. Această pagină o va deschide automat.",
    no_invoice: "Pentru această chitanță nu există factură: nu s-a încasat nimic sau s-a făcut o \
                 rambursare.",

    screen: Screen {
        free: "gratuit",
        per_session: |price| format!("{price} pe sesiune"),
        idle: |price| format!("{price} când nu se încarcă"),
        up_to: |price| format!("până la {price}"),
        by_power: |price| format!("în funcție de putere {price}"),
        after_minutes: |price, minutes| format!("{price} după {minutes} min"),
        later: |price| format!("mai târziu {price}"),
        at_least: |price| format!("cel puțin {price}"),
        hold: |amount| format!("preautorizare de {amount}"),

        show_card: "Prezentați cardul.",
        card_accepted: "Card acceptat. Conectați vehiculul pentru încărcare.",
        charging_begun: "Încărcarea a început.",
        charging_ended: |price| format!("Încărcarea s-a încheiat: {price}."),
        in_use: "Ocupat.",
        plug_in: "Conectați vehiculul pentru încărcare.",
        to_stop: "Pentru oprire, prezentați din nou același card.",
        show_first_card: "Prezentați cardul cu care ați început.",
        out_of_service: "Nu funcționează.",

        paid: |amount| format!("Plătit: {amount}."),
        receipt_at: |address, code| format!("Chitanță: {address}, cod {code}."),
        to_charge_again: "Pentru a încărca din nou, prezentați cardul încă o dată.",

        how_much: "Până la ce sumă?",
        where_to_charge: "Unde încărcați?",
        stop: "Opriți încărcarea",
        stop_at: |place| format!("Opriți: {place}"),
        confirm_stop: "Opriți încărcarea?",
        go_on: "Continuați",
    },
};
