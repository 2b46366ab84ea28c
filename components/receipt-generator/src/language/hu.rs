//! Hungarian.

use chargetap_contract::receipt::{EntryMode, MeasurementProblem, NothingTakenReason};

use super::{Language, Screen};

pub(super) static LANGUAGE: Language = Language {
    tag: "hu",

    receipt: "Bizonylat",
    refund: "Visszatérítés",
    invoice: "Számla",
    payout: "Kifizetés",

    paid: "Fizetve",
    nothing_taken: "Nem történt terhelés",
    given_back: "Visszatérítve",
    paid_out: "Kifizetve",

    reason: |reason| match reason {
        NothingTakenReason::Declined => "A kártyát elutasították.",
        NothingTakenReason::NotPluggedIn => "A járművet nem csatlakoztatták időben.",
        NothingTakenReason::CancelledByDriver => {
            "A kártyát a töltés megkezdése előtt újra az olvasóhoz érintették."
        }
        NothingTakenReason::CancelledByOperator => {
            "Az üzemeltető a töltés megkezdése előtt leállította a folyamatot."
        }
        NothingTakenReason::StartFailed => "A töltőállomás nem indította el a töltést.",
        NothingTakenReason::BelowMinimum => "Az ár túl alacsony volt ahhoz, hogy felszámítsuk.",
        NothingTakenReason::PaymentFailed => "A fizetést nem sikerült végrehajtani.",
    },
    was_released: |amount| format!("Az előengedélyezett összeg ({amount}) zárolását feloldottuk."),
    nothing_was_reserved: "Nem történt előengedélyezés.",
    refund_of: |number, date| {
        format!("Ez a visszatérítés a következő bizonylatra vonatkozik: {number} (kelt: {date}).")
    },
    reported_late: "A fizetés után a töltőállomás más mérőállást jelentett.",
    instead_of: |number, date| {
        format!("Ez a számla a következő bizonylat helyébe lép: {number} (kelt: {date}).")
    },
    payout_to: |payee, statement| format!("Kedvezményezett: {payee}, elszámolás: {statement}."),

    charging: "Töltés",
    site: "Helyszín",
    address: "Cím",
    evse: "Töltőpont (EVSE)",
    start: "Kezdete",
    end: "Vége",
    duration: "Időtartam",
    energy: "Energia",

    price: "Ár",
    tariff: "Díjszabás",
    vat_included: "áfával",
    parking: "Parkolás",
    per_session: "Töltésenként",
    minimum_price: "Kiegészítés a minimális árra",
    maximum_price: "Csökkentés a maximális árra",
    net: "Összesen áfa nélkül",
    vat: "áfa",
    on: "– adóalap:",
    gross: "Összesen áfával",
    without_vat: "Áfa nélkül",
    rounding: |tax_included| match tax_included {
        Some(true) => {
            "Az egységárak tartalmazzák az áfát. A végösszeget egyszer, féltől felfelé kerekítjük, \
             az áfát pedig a kerekített végösszegből számítjuk ki."
        }
        Some(false) => {
            "Az egységárak nem tartalmazzák az áfát. A végösszeget egyszer, féltől felfelé \
             kerekítjük, az áfát pedig a kerekített végösszegből számítjuk ki."
        }
        None => "A végösszeget egyszer, féltől felfelé kerekítjük.",
    },
    price_above_hold: "Az ár magasabb az előengedélyezett összegnél; a kártyát csak az \
                       előengedélyezett összeggel terheltük meg.",

    payment: "Fizetés",
    held: "Előengedélyezett összeg",
    captured: "Terhelt összeg",
    released: "Feloldott összeg",
    refunded_in_all: "Összesen visszatérítve",
    card: "Kártya",
    entry: "Kártyaolvasás módja",
    entry_mode: |mode| match mode {
        EntryMode::Contactless => "Érintéses",
        EntryMode::Chip => "Chip",
        EntryMode::MagneticStripe => "Mágnescsík",
    },
    application: "Alkalmazás (AID)",
    authorisation_code: "Engedélyszám",
    sequence_number: "Tranzakció sorszáma",
    tapped: "Kártyaolvasás ideje",
    terminal: "Terminál",

    corrected: "Helyesbített adatok",
    fee: "Díj",
    vat_in_fee: "A díj áfatartalma",

    measurement: "Mérés",
    measured_only: |energy| {
        format!("Ellenőriztük a fogyasztásmérő aláírt mérési értékeit: a mért mennyiség {energy}.")
    },
    measured: |energy| {
        format!(
            "Ellenőriztük a fogyasztásmérő aláírt mérési értékeit: a mért mennyiség {energy}, és \
             ugyanennyit számoltunk el."
        )
    },
    measured_otherwise: |measured, billed| {
        format!(
            "Ellenőriztük a fogyasztásmérő aláírt mérési értékeit: a mért mennyiség {measured}, de \
             az elszámolt mennyiség {billed}. Kérjük, lépjen kapcsolatba velünk."
        )
    },
    not_measured: |problem| match problem {
        MeasurementProblem::NoKey | MeasurementProblem::UnreadableKey => {
            "A fogyasztásmérő aláírt mérési értékeit nem lehetett ellenőrizni: nincs használható \
             nyilvános kulcs."
        }
        MeasurementProblem::TooLarge
        | MeasurementProblem::UnsupportedCurve
        | MeasurementProblem::UnsupportedAlgorithm
        | MeasurementProblem::UnreadablePacket => {
            "A fogyasztásmérő aláírt mérési értékeit nem lehetett ellenőrizni: a formátumuk nem \
             támogatott."
        }
        MeasurementProblem::WrongSignature => {
            "Ellenőriztük a fogyasztásmérő aláírt mérési értékeit, és az aláírás hibás. Kérjük, \
             lépjen kapcsolatba velünk."
        }
        MeasurementProblem::NoBeginning
        | MeasurementProblem::NoEnd
        | MeasurementProblem::OtherMeter
        | MeasurementProblem::WrongOrder => {
            "A fogyasztásmérő aláírt mérési értékeit nem lehetett ellenőrizni: hiányosak vagy \
             ellentmondásosak."
        }
        MeasurementProblem::NotMeasured => {
            "A fogyasztásmérő aláírt mérési értékeit nem lehetett ellenőrizni: nincs használható \
             mérőállás."
        }
    },
    transparency: "Az aláírt értékek elmenthetők és az átláthatósági szoftverrel \
                   (Transparenzsoftware) ellenőrizhetők.",

    buyer: "Vevő",
    issuer: "Kiállító",
    name: "Név",
    vat_number: "Közösségi adószám",
    contact: "Kérdések és reklamációk",
    issued: "Kiállítás dátuma",
    number: "Sorszám",
    original: "Eredeti bizonylat",
    receipt_id: "Bizonylatazonosító",
    code: "Bizonylatkód",
    session: "Töltés azonosítója",

    save_pdf: "Mentés PDF-ként",
    save_signed_values: "Aláírt mérési értékek mentése",
    want_invoice: "Számla cég nevére",

    find_receipt: "Keresse meg a bizonylatát",
    or: "vagy",
    date: "Dátum",
    amount: "Összeg",
    last_four: "A kártya utolsó négy számjegye",
    find: "Keresés",
    not_found: "Nincs ilyen bizonylat. Kérjük, ellenőrizze a megadott adatokat. A töltés után \
                eltarthat néhány percig, amíg a bizonylat elérhetővé válik.",
    too_many_attempts: "Túl sok próbálkozás. Kérjük, várjon egy percet, majd próbálja újra.",
    request_invoice: "Számla kérése",
    card_number_typed: "Kérjük, ne adjon meg itt kártyaszámot. Az ezt tartalmazó mezőt \
                        kiürítettük.",
    buyer_refused: "Valami hiányzik, vagy hibás a közösségi adószám. Az adószám az ország \
                    betűjelével kezdődik, például HU12345678.",
    invoice_coming: "A számla kiállítása folyamatban van. Ez az oldal magától megnyitja.",
    no_invoice: "Ehhez a bizonylathoz nincs számla: nem történt terhelés, vagy visszatérítés \
                 történt.",

    screen: Screen {
        free: "ingyenes",
        per_session: |price| format!("{price} töltésenként"),
        idle: |price| format!("{price} töltés nélküli állásért"),
        up_to: |price| format!("legfeljebb {price}"),
        by_power: |price| format!("teljesítménytől függően {price}"),
        after_minutes: |price, minutes| format!("{price} {minutes} perc után"),
        later: |price| format!("később {price}"),
        at_least: |price| format!("legalább {price}"),
        hold: |amount| format!("előengedélyezés: {amount}"),

        show_card: "Érintse a kártyáját az olvasóhoz.",
        card_accepted: "Kártya elfogadva. A töltéshez csatlakoztassa a járművet.",
        charging_begun: "A töltés megkezdődött.",
        charging_ended: |price| format!("A töltés befejeződött: {price}."),
        in_use: "Foglalt.",
        plug_in: "A töltéshez csatlakoztassa a járművet.",
        to_stop: "A leállításhoz érintse oda újra ugyanazt a kártyát.",
        show_first_card: "Érintse oda azt a kártyát, amellyel a töltést elkezdte.",
        out_of_service: "Üzemen kívül.",

        paid: |amount| format!("Fizetve: {amount}."),
        receipt_at: |address, code| format!("Bizonylat: {address}, kód: {code}."),
        to_charge_again: "Újabb töltéshez érintse oda még egyszer a kártyát.",

        how_much: "Legfeljebb mennyiért?",
        where_to_charge: "Hol tölt?",
        stop: "Töltés leállítása",
        stop_at: |place| format!("Leállítás: {place}"),
        confirm_stop: "Leállítja a töltést?",
        go_on: "Folytatás",
    },
};
