//! Bulgarian.

use chargetap_contract::receipt::{EntryMode, MeasurementProblem, NothingTakenReason};

use super::{Language, Screen};

pub(super) static LANGUAGE: Language = Language {
    tag: "bg",

    receipt: "Разписка",
    refund: "Възстановяване на сума",
    invoice: "Фактура",
    payout: "Изплащане",

    paid: "Платено",
    nothing_taken: "Не е удържана сума",
    given_back: "Възстановено",
    paid_out: "Изплатено",

    reason: |reason| match reason {
        NothingTakenReason::Declined => "Картата беше отказана.",
        NothingTakenReason::NotPluggedIn => "Превозното средство не беше свързано навреме.",
        NothingTakenReason::CancelledByDriver => {
            "Картата беше представена отново, преди зареждането да започне."
        }
        NothingTakenReason::CancelledByOperator => {
            "Операторът прекрати сесията, преди зареждането да започне."
        }
        NothingTakenReason::StartFailed => "Зарядната станция не започна зареждането.",
        NothingTakenReason::BelowMinimum => "Цената беше твърде ниска, за да бъде таксувана.",
        NothingTakenReason::PaymentFailed => "Плащането не можа да бъде извършено.",
    },
    was_released: |amount| format!("Блокираната сума от {amount} беше освободена."),
    nothing_was_reserved: "Не е била блокирана сума.",
    refund_of: |number, date| {
        format!("Възстановяването се отнася за разписка № {number} ({date}).")
    },
    reported_late: "След плащането зарядната станция съобщи различно показание на електромера.",
    instead_of: |number, date| format!("Фактурата заменя разписка № {number} ({date})."),
    payout_to: |payee, statement| format!("На {payee}, отчет {statement}."),

    charging: "Зареждане",
    site: "Обект",
    address: "Адрес",
    evse: "Зарядна точка (EVSE)",
    start: "Начало",
    end: "Край",
    duration: "Продължителност",
    energy: "Енергия",

    price: "Цена",
    tariff: "Тарифа",
    vat_included: "с ДДС",
    parking: "Паркиране",
    per_session: "За сесия",
    minimum_price: "Добавка до минималната цена",
    maximum_price: "Намаление до максималната цена",
    net: "Общо без ДДС",
    vat: "ДДС",
    on: "върху",
    gross: "Общо с ДДС",
    without_vat: "Без ДДС",
    rounding: |tax_included| match tax_included {
        Some(true) => {
            "Единичните цени са с ДДС. Общата сума се закръгля еднократно (при половина – нагоре), \
             а включеният в нея ДДС се изчислява от закръглената сума."
        }
        Some(false) => {
            "Единичните цени са без ДДС. Общата сума се закръгля еднократно (при половина – \
             нагоре), а включеният в нея ДДС се изчислява от закръглената сума."
        }
        None => "Общата сума се закръгля еднократно (при половина – нагоре).",
    },
    price_above_hold: "Цената е по-висока от блокираната сума; удържана е само блокираната сума.",

    payment: "Плащане",
    held: "Блокирана сума",
    captured: "Удържана сума",
    released: "Освободена сума",
    refunded_in_all: "Общо възстановено",
    card: "Карта",
    entry: "Начин на четене",
    entry_mode: |mode| match mode {
        EntryMode::Contactless => "Безконтактно",
        EntryMode::Chip => "Чип",
        EntryMode::MagneticStripe => "Магнитна лента",
    },
    application: "Приложение (AID)",
    authorisation_code: "Код за авторизация",
    sequence_number: "Пореден номер",
    tapped: "Представяне на картата",
    terminal: "Терминал",

    corrected: "Коригирани данни",
    fee: "Такса",
    vat_in_fee: "ДДС в таксата",

    measurement: "Измерване",
    measured_only: |energy| {
        format!("Подписаните показания на електромера бяха проверени: измерени са {energy}.")
    },
    measured: |energy| {
        format!(
            "Подписаните показания на електромера бяха проверени: измерени са {energy}, колкото са \
             и таксувани."
        )
    },
    measured_otherwise: |measured, billed| {
        format!(
            "Подписаните показания на електромера бяха проверени: измерени са {measured}, но са \
             таксувани {billed}. Моля, свържете се с нас."
        )
    },
    not_measured: |problem| match problem {
        MeasurementProblem::NoKey | MeasurementProblem::UnreadableKey => {
            "Подписаните показания на електромера не можаха да бъдат проверени: няма използваем \
             публичен ключ."
        }
        MeasurementProblem::TooLarge
        | MeasurementProblem::UnsupportedCurve
        | MeasurementProblem::UnsupportedAlgorithm
        | MeasurementProblem::UnreadablePacket => {
            "Подписаните показания на електромера не можаха да бъдат проверени: форматът им не се \
             поддържа."
        }
        MeasurementProblem::WrongSignature => {
            "Подписаните показания на електромера бяха проверени и подписът е грешен. Моля, \
             свържете се с нас."
        }
        MeasurementProblem::NoBeginning
        | MeasurementProblem::NoEnd
        | MeasurementProblem::OtherMeter
        | MeasurementProblem::WrongOrder => {
            "Подписаните показания на електромера не можаха да бъдат проверени: те са непълни или \
             противоречиви."
        }
        MeasurementProblem::NotMeasured => {
            "Подписаните показания на електромера не можаха да бъдат проверени: няма използваемо \
             показание."
        }
    },
    transparency: "Подписаните показания могат да бъдат запазени и проверени със софтуера за \
                   прозрачност.",

    buyer: "Получател",
    issuer: "Издател",
    name: "Наименование",
    vat_number: "Идент. № по ДДС",
    contact: "Въпроси и рекламации",
    issued: "Дата на издаване",
    number: "Номер",
    original: "Първоначална разписка",
    receipt_id: "ID на разписката",
    code: "Код на разписката",
    session: "Сесия",

    save_pdf: "Запазване като PDF",
    save_signed_values: "Запазване на подписаните показания на електромера",
    want_invoice: "Фактура на името на фирма",

    find_receipt: "Намерете своята разписка",
    or: "или",
    date: "Дата",
    amount: "Сума",
    last_four: "Последните четири цифри на картата",
    find: "Търсене",
    not_found: "Няма такава разписка. Моля, проверете въведените данни. След зареждането може да \
                са необходими няколко минути.",
    too_many_attempts: "Твърде много опити. Моля, изчакайте една минута и опитайте отново.",
    request_invoice: "Заявяване на фактура",
    card_number_typed: "Моля, не въвеждайте номер на карта тук. Полето, което го съдържаше, беше \
                        изчистено.",
    buyer_refused: "Липсват данни или идентификационният номер по ДДС е грешен. Той започва с \
                    буквите на държавата, например BG123456789.",
    invoice_coming: "Фактурата се изготвя. Тази страница ще я отвори автоматично.",
    no_invoice: "За тази разписка няма фактура: не е удържана сума или е възстановена сума.",

    screen: Screen {
        free: "безплатно",
        per_session: |price| format!("{price} за сесия"),
        idle: |price| format!("{price} за престой без зареждане"),
        up_to: |price| format!("до {price}"),
        by_power: |price| format!("според мощността {price}"),
        after_minutes: |price, minutes| format!("{price} след {minutes} min"),
        later: |price| format!("по-късно {price}"),
        at_least: |price| format!("минимум {price}"),
        hold: |amount| format!("блокира се сума от {amount}"),

        show_card: "Представете картата си.",
        card_accepted: "Картата е приета. Свържете автомобила за зареждане.",
        charging_begun: "Зареждането започна.",
        charging_ended: |price| format!("Зареждането приключи: {price}."),
        in_use: "Заето.",
        plug_in: "Свържете автомобила за зареждане.",
        to_stop: "За спиране представете отново същата карта.",
        show_first_card: "Представете картата, с която започнахте.",
        out_of_service: "Извън експлоатация.",

        paid: |amount| format!("Платено: {amount}."),
        receipt_at: |address, code| format!("Разписка: {address}, код {code}."),
        to_charge_again: "За ново зареждане представете картата още веднъж.",

        how_much: "До каква сума?",
        where_to_charge: "Къде зареждате?",
        stop: "Спиране на зареждането",
        stop_at: |place| format!("Спиране: {place}"),
        confirm_stop: "Да се спре ли зареждането?",
        go_on: "Продължаване",
    },
};
