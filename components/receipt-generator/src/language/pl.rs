//! Polish.

use chargetap_contract::receipt::{EntryMode, MeasurementProblem, NothingTakenReason};

use super::{Language, Screen};

pub(super) static LANGUAGE: Language = Language {
    tag: "pl",

    receipt: "Potwierdzenie transakcji",
    refund: "Zwrot",
    invoice: "Faktura",
    payout: "Wypłata",

    paid: "Zapłacono",
    nothing_taken: "Nie pobrano opłaty",
    given_back: "Zwrócono",
    paid_out: "Wypłacono",

    reason: |reason| match reason {
        NothingTakenReason::Declined => "Karta została odrzucona.",
        NothingTakenReason::NotPluggedIn => "Pojazdu nie podłączono w wyznaczonym czasie.",
        NothingTakenReason::CancelledByDriver => {
            "Kartę przyłożono ponownie przed rozpoczęciem ładowania."
        }
        NothingTakenReason::CancelledByOperator => {
            "Operator zakończył sesję przed rozpoczęciem ładowania."
        }
        NothingTakenReason::StartFailed => "Stacja nie rozpoczęła ładowania.",
        NothingTakenReason::BelowMinimum => "Cena była zbyt niska, aby pobrać opłatę.",
        NothingTakenReason::PaymentFailed => "Nie udało się zrealizować płatności.",
    },
    was_released: |amount| format!("Zwolniono preautoryzowaną kwotę {amount}."),
    nothing_was_reserved: "Nie dokonano preautoryzacji żadnej kwoty.",
    refund_of: |number, date| format!("Zwrot dotyczy potwierdzenia {number} z dnia {date}."),
    reported_late: "Po dokonaniu płatności stacja ładowania zgłosiła inny stan licznika.",
    instead_of: |number, date| format!("Faktura zastępuje potwierdzenie {number} z dnia {date}."),
    payout_to: |payee, statement| format!("Odbiorca: {payee}, zestawienie {statement}."),

    charging: "Ładowanie",
    site: "Lokalizacja",
    address: "Adres",
    evse: "Punkt ładowania (EVSE)",
    start: "Początek",
    end: "Koniec",
    duration: "Czas trwania",
    energy: "Energia",

    price: "Cena",
    tariff: "Taryfa",
    vat_included: "z VAT",
    parking: "Postój",
    per_session: "Za sesję",
    minimum_price: "Dopłata do ceny minimalnej",
    maximum_price: "Obniżka do ceny maksymalnej",
    net: "Suma bez VAT",
    vat: "VAT",
    on: "od",
    gross: "Suma z VAT",
    without_vat: "Bez VAT",
    rounding: |tax_included| match tax_included {
        Some(true) => {
            "Ceny jednostkowe zawierają VAT. Sumę zaokrągla się jeden raz (połówki w górę), a VAT \
             wyodrębnia się z zaokrąglonej sumy."
        }
        Some(false) => {
            "Ceny jednostkowe nie zawierają VAT. Sumę zaokrągla się jeden raz (połówki w górę), a \
             VAT wyodrębnia się z zaokrąglonej sumy."
        }
        None => "Sumę zaokrągla się jeden raz (połówki w górę).",
    },
    price_above_hold: "Cena jest wyższa niż preautoryzowana kwota; pobrano tylko preautoryzowaną \
                       kwotę.",

    payment: "Płatność",
    held: "Preautoryzowano",
    captured: "Pobrano",
    released: "Zwolniono",
    refunded_in_all: "Zwrócono łącznie",
    card: "Karta",
    entry: "Sposób odczytu",
    entry_mode: |mode| match mode {
        EntryMode::Contactless => "Zbliżeniowo",
        EntryMode::Chip => "Chip",
        EntryMode::MagneticStripe => "Pasek magnetyczny",
    },
    application: "Aplikacja (AID)",
    authorisation_code: "Kod autoryzacji",
    sequence_number: "Numer sekwencyjny",
    tapped: "Odczyt karty",
    terminal: "Terminal",

    corrected: "Dane skorygowane",
    fee: "Prowizja",
    vat_in_fee: "VAT w prowizji",

    measurement: "Pomiar",
    measured_only: |energy| {
        format!("Sprawdzono podpisane wartości pomiarowe licznika: zmierzono {energy}.")
    },
    measured: |energy| {
        format!(
            "Sprawdzono podpisane wartości pomiarowe licznika: zmierzono {energy} i tyle samo \
             rozliczono."
        )
    },
    measured_otherwise: |measured, billed| {
        format!(
            "Sprawdzono podpisane wartości pomiarowe licznika: zmierzono {measured}, ale \
             rozliczono {billed}. Prosimy o kontakt."
        )
    },
    not_measured: |problem| match problem {
        MeasurementProblem::NoKey | MeasurementProblem::UnreadableKey => {
            "Nie można było sprawdzić podpisanych wartości pomiarowych licznika: brak klucza \
             publicznego nadającego się do użycia."
        }
        MeasurementProblem::TooLarge
        | MeasurementProblem::UnsupportedCurve
        | MeasurementProblem::UnsupportedAlgorithm
        | MeasurementProblem::UnreadablePacket => {
            "Nie można było sprawdzić podpisanych wartości pomiarowych licznika: ich format nie \
             jest obsługiwany."
        }
        MeasurementProblem::WrongSignature => {
            "Sprawdzono podpisane wartości pomiarowe licznika i podpis jest nieprawidłowy. Prosimy \
             o kontakt."
        }
        MeasurementProblem::NoBeginning
        | MeasurementProblem::NoEnd
        | MeasurementProblem::OtherMeter
        | MeasurementProblem::WrongOrder => {
            "Nie można było sprawdzić podpisanych wartości pomiarowych licznika: są niekompletne \
             lub sprzeczne."
        }
        MeasurementProblem::NotMeasured => {
            "Nie można było sprawdzić podpisanych wartości pomiarowych licznika: brak odczytu \
             nadającego się do użycia."
        }
    },
    transparency: "Podpisane wartości można zapisać i sprawdzić w programie weryfikacyjnym \
                   (Transparenzsoftware).",

    buyer: "Nabywca",
    issuer: "Wystawca",
    name: "Nazwa",
    vat_number: "Numer VAT (NIP)",
    contact: "Pytania i reklamacje",
    issued: "Data wystawienia",
    number: "Numer",
    original: "Pierwotne potwierdzenie",
    receipt_id: "ID potwierdzenia",
    code: "Kod potwierdzenia",
    session: "Sesja",

    save_pdf: "Zapisz jako PDF",
    save_signed_values: "Zapisz podpisane wartości pomiarowe",
    want_invoice: "Faktura na firmę",

    find_receipt: "Znajdź potwierdzenie transakcji",
    or: "lub",
    date: "Data",
    amount: "Kwota",
    last_four: "Ostatnie cztery cyfry karty",
    find: "Znajdź",
    not_found: "Nie ma takiego potwierdzenia. Prosimy sprawdzić wpisane dane. Po ładowaniu może \
                upłynąć kilka minut, zanim potwierdzenie będzie dostępne.",
    too_many_attempts: "Zbyt wiele prób. Prosimy odczekać minutę i spróbować ponownie.",
    request_invoice: "Poproś o fakturę",
    card_number_typed: "Prosimy nie wpisywać tu numeru karty. Pole, które go zawierało, zostało \
                        wyczyszczone.",
    buyer_refused: "Czegoś brakuje lub numer VAT jest nieprawidłowy. Zaczyna się on od liter \
                    kraju, na przykład PL1234567890.",
    invoice_coming: "Faktura jest właśnie wystawiana. Ta strona otworzy ją automatycznie.",
    no_invoice: "Do tego potwierdzenia nie ma faktury: nie pobrano opłaty albo dokonano zwrotu.",

    screen: Screen {
        free: "bezpłatnie",
        per_session: |price| format!("{price} za sesję"),
        idle: |price| format!("{price} za postój bez ładowania"),
        up_to: |price| format!("do {price}"),
        by_power: |price| format!("zależnie od mocy {price}"),
        after_minutes: |price, minutes| format!("{price} po {minutes} min"),
        later: |price| format!("później {price}"),
        at_least: |price| format!("co najmniej {price}"),
        hold: |amount| format!("preautoryzacja {amount}"),

        show_card: "Proszę przyłożyć kartę.",
        card_accepted: "Karta zaakceptowana. Aby ładować, proszę podłączyć pojazd.",
        charging_begun: "Ładowanie rozpoczęte.",
        charging_ended: |price| format!("Ładowanie zakończone: {price}."),
        in_use: "Zajęte.",
        plug_in: "Aby ładować, proszę podłączyć pojazd.",
        to_stop: "Aby zakończyć, proszę ponownie przyłożyć tę samą kartę.",
        show_first_card: "Proszę przyłożyć kartę, którą rozpoczęto ładowanie.",
        out_of_service: "Nieczynne.",

        paid: |amount| format!("Zapłacono: {amount}."),
        receipt_at: |address, code| format!("Potwierdzenie: {address}, kod {code}."),
        to_charge_again: "Aby ładować ponownie, proszę jeszcze raz przyłożyć kartę.",

        how_much: "Do jakiej kwoty?",
        where_to_charge: "Gdzie ładować?",
        stop: "Zakończ ładowanie",
        stop_at: |place| format!("Zakończ: {place}"),
        confirm_stop: "Zakończyć ładowanie?",
        go_on: "Kontynuuj",
    },
};
