//! Italian.

use chargetap_contract::receipt::{EntryMode, MeasurementProblem, NothingTakenReason};

use super::{Language, Screen};

pub(super) static LANGUAGE: Language = Language {
    tag: "it",

    receipt: "Ricevuta",
    refund: "Rimborso",
    invoice: "Fattura",
    payout: "Versamento",

    paid: "Pagato",
    nothing_taken: "Nessun addebito",
    given_back: "Rimborsato",
    paid_out: "Versato",

    reason: |reason| match reason {
        NothingTakenReason::Declined => "La carta è stata rifiutata.",
        NothingTakenReason::NotPluggedIn => "Nessun veicolo è stato collegato in tempo.",
        NothingTakenReason::CancelledByDriver => {
            "La carta è stata ripresentata prima dell’inizio della ricarica."
        }
        NothingTakenReason::CancelledByOperator => {
            "Il gestore ha terminato la sessione prima dell’inizio della ricarica."
        }
        NothingTakenReason::StartFailed => "La stazione di ricarica non ha avviato la ricarica.",
        NothingTakenReason::BelowMinimum => "Il prezzo era troppo basso per essere addebitato.",
        NothingTakenReason::PaymentFailed => "Non è stato possibile effettuare il pagamento.",
    },
    was_released: |amount| format!("L’importo preautorizzato di {amount} è stato sbloccato."),
    nothing_was_reserved: "Non era stato preautorizzato alcun importo.",
    refund_of: |number, date| {
        format!("Il rimborso si riferisce alla ricevuta {number} del {date}.")
    },
    reported_late: "Dopo il pagamento, la stazione di ricarica ha comunicato una lettura del \
                    contatore diversa.",
    instead_of: |number, date| format!("La fattura sostituisce la ricevuta {number} del {date}."),
    payout_to: |payee, statement| format!("Beneficiario: {payee}, rendiconto {statement}."),

    charging: "Ricarica",
    site: "Luogo",
    address: "Indirizzo",
    evse: "Punto di ricarica (EVSE)",
    start: "Inizio",
    end: "Fine",
    duration: "Durata",
    energy: "Energia",

    price: "Prezzo",
    tariff: "Tariffa",
    vat_included: "IVA inclusa",
    parking: "Sosta",
    per_session: "Per sessione",
    minimum_price: "Integrazione al prezzo minimo",
    maximum_price: "Riduzione al prezzo massimo",
    net: "Totale IVA esclusa",
    vat: "IVA",
    on: "su",
    gross: "Totale IVA inclusa",
    without_vat: "Senza IVA",
    rounding: |tax_included| match tax_included {
        Some(true) => {
            "I prezzi unitari si intendono IVA inclusa. Il totale è arrotondato una sola volta (le \
             metà per eccesso) e l’IVA è scorporata dal totale arrotondato."
        }
        Some(false) => {
            "I prezzi unitari si intendono IVA esclusa. Il totale è arrotondato una sola volta (le \
             metà per eccesso) e l’IVA è scorporata dal totale arrotondato."
        }
        None => "Il totale è arrotondato una sola volta (le metà per eccesso).",
    },
    price_above_hold: "Il prezzo supera l’importo preautorizzato; è stato addebitato solo \
                       l’importo preautorizzato.",

    payment: "Pagamento",
    held: "Preautorizzato",
    captured: "Addebitato",
    released: "Sbloccato",
    refunded_in_all: "Totale rimborsato",
    card: "Carta",
    entry: "Modalità di lettura",
    entry_mode: |mode| match mode {
        EntryMode::Contactless => "Contactless",
        EntryMode::Chip => "Chip",
        EntryMode::MagneticStripe => "Banda magnetica",
    },
    application: "Applicazione (AID)",
    authorisation_code: "Codice di autorizzazione",
    sequence_number: "Numero di sequenza",
    tapped: "Carta presentata",
    terminal: "Terminale",

    corrected: "Valori rettificati",
    fee: "Commissione",
    vat_in_fee: "IVA inclusa nella commissione",

    measurement: "Misurazione",
    measured_only: |energy| {
        format!(
            "I valori firmati del contatore sono stati verificati: l’energia misurata è pari a \
             {energy}."
        )
    },
    measured: |energy| {
        format!(
            "I valori firmati del contatore sono stati verificati: l’energia misurata è pari a \
             {energy}, come fatturato."
        )
    },
    measured_otherwise: |measured, billed| {
        format!(
            "I valori firmati del contatore sono stati verificati: l’energia misurata è pari a \
             {measured}, ma quella fatturata è pari a {billed}. Si prega di contattarci."
        )
    },
    not_measured: |problem| match problem {
        MeasurementProblem::NoKey | MeasurementProblem::UnreadableKey => {
            "Non è stato possibile verificare i valori firmati del contatore: manca una chiave \
             pubblica utilizzabile."
        }
        MeasurementProblem::TooLarge
        | MeasurementProblem::UnsupportedCurve
        | MeasurementProblem::UnsupportedAlgorithm
        | MeasurementProblem::UnreadablePacket => {
            "Non è stato possibile verificare i valori firmati del contatore: il formato non è \
             supportato."
        }
        MeasurementProblem::WrongSignature => {
            "I valori firmati del contatore sono stati verificati e la firma non è corretta. Si \
             prega di contattarci."
        }
        MeasurementProblem::NoBeginning
        | MeasurementProblem::NoEnd
        | MeasurementProblem::OtherMeter
        | MeasurementProblem::WrongOrder => {
            "Non è stato possibile verificare i valori firmati del contatore: sono incompleti o \
             contraddittori."
        }
        MeasurementProblem::NotMeasured => {
            "Non è stato possibile verificare i valori firmati del contatore: manca una lettura \
             utilizzabile."
        }
    },
    transparency: "I valori firmati possono essere salvati e verificati con il software di \
                   trasparenza.",

    buyer: "Intestatario",
    issuer: "Emittente",
    name: "Nome",
    vat_number: "Partita IVA",
    contact: "Domande e reclami",
    issued: "Data di emissione",
    number: "Numero",
    original: "Ricevuta originale",
    receipt_id: "ID della ricevuta",
    code: "Codice della ricevuta",
    session: "Sessione",

    save_pdf: "Salva come PDF",
    save_signed_values: "Salva i valori firmati del contatore",
    want_invoice: "Fattura intestata a un’azienda",

    find_receipt: "Trova la ricevuta",
    or: "oppure",
    date: "Data",
    amount: "Importo",
    last_four: "Ultime quattro cifre della carta",
    find: "Cerca",
    not_found: "Questa ricevuta non esiste. Verificare i dati inseriti. Dopo la ricarica possono \
                volerci alcuni minuti prima che la ricevuta sia disponibile.",
    too_many_attempts: "Troppi tentativi. Attendere un minuto e riprovare.",
    request_invoice: "Richiedi la fattura",
    card_number_typed: "Non inserire qui un numero di carta. Il campo che lo conteneva è stato \
                        svuotato.",
    buyer_refused: "Manca un dato oppure la partita IVA non è corretta. La partita IVA inizia con \
                    le lettere del paese, ad esempio IT12345678901.",
    invoice_coming: "La fattura è in preparazione. Questa pagina la aprirà automaticamente.",
    no_invoice: "Per questa ricevuta non c’è una fattura: non è stato addebitato nulla oppure è \
                 stato effettuato un rimborso.",

    screen: Screen {
        free: "gratis",
        per_session: |price| format!("{price} per sessione"),
        idle: |price| format!("{price} in sosta senza ricarica"),
        up_to: |price| format!("fino a {price}"),
        by_power: |price| format!("a seconda della potenza {price}"),
        after_minutes: |price, minutes| format!("{price} dopo {minutes} min"),
        later: |price| format!("in seguito {price}"),
        at_least: |price| format!("almeno {price}"),
        hold: |amount| format!("preautorizzazione di {amount}"),

        show_card: "Presentare la carta.",
        card_accepted: "Carta accettata. Collegare il veicolo per ricaricare.",
        charging_begun: "La ricarica è iniziata.",
        charging_ended: |price| format!("Ricarica terminata: {price}."),
        in_use: "In uso.",
        plug_in: "Collegare il veicolo per ricaricare.",
        to_stop: "Per terminare, ripresentare la stessa carta.",
        show_first_card: "Presentare la carta usata per iniziare.",
        out_of_service: "Fuori servizio.",

        paid: |amount| format!("Pagato: {amount}."),
        receipt_at: |address, code| format!("Ricevuta: {address}, codice {code}."),
        to_charge_again: "Per ricaricare di nuovo, presentare la carta ancora una volta.",

        how_much: "Quanto al massimo?",
        where_to_charge: "Dove ricaricare?",
        stop: "Termina la ricarica",
        stop_at: |place| format!("Termina: {place}"),
        confirm_stop: "Terminare la ricarica?",
        go_on: "Continua",
    },
};
