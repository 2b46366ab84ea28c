//! French.

use chargetap_contract::receipt::{EntryMode, MeasurementProblem, NothingTakenReason};

use super::{Language, Screen};

pub(super) static LANGUAGE: Language = Language {
    tag: "fr",

    receipt: "Reçu",
    refund: "Remboursement",
    invoice: "Facture",
    payout: "Versement",

    paid: "Payé",
    nothing_taken: "Aucun montant débité",
    given_back: "Remboursé",
    paid_out: "Versé",

    reason: |reason| match reason {
        NothingTakenReason::Declined => "La carte a été refusée.",
        NothingTakenReason::NotPluggedIn => "Aucun véhicule n’a été branché à temps.",
        NothingTakenReason::CancelledByDriver => {
            "La carte a été présentée à nouveau avant le début de la recharge."
        }
        NothingTakenReason::CancelledByOperator => {
            "L’exploitant a mis fin à la session avant le début de la recharge."
        }
        NothingTakenReason::StartFailed => "La station de recharge n’a pas lancé la recharge.",
        NothingTakenReason::BelowMinimum => "Le prix était trop faible pour être débité.",
        NothingTakenReason::PaymentFailed => "Le paiement n’a pas pu être effectué.",
    },
    was_released: |amount| format!("Le montant préautorisé de {amount} a été libéré."),
    nothing_was_reserved: "Aucun montant n’avait été préautorisé.",
    refund_of: |number, date| format!("Ce remboursement se rapporte au reçu {number} du {date}."),
    reported_late: "Après le paiement, la station de recharge a transmis un relevé de compteur \
                    différent.",
    instead_of: |number, date| format!("Cette facture remplace le reçu {number} du {date}."),
    payout_to: |payee, statement| format!("Bénéficiaire\u{a0}: {payee}, décompte {statement}."),

    charging: "Recharge",
    site: "Site",
    address: "Adresse",
    evse: "Point de recharge (EVSE)",
    start: "Début",
    end: "Fin",
    duration: "Durée",
    energy: "Énergie",

    price: "Prix",
    tariff: "Tarif",
    vat_included: "TVA comprise",
    parking: "Stationnement",
    per_session: "Par session",
    minimum_price: "Relèvement au prix minimum",
    maximum_price: "Plafonnement au prix maximum",
    net: "Total hors TVA",
    vat: "TVA",
    on: "sur",
    gross: "Total TVA comprise",
    without_vat: "Sans TVA",
    rounding: |tax_included| match tax_included {
        Some(true) => {
            "Les prix unitaires s’entendent TVA comprise. Le total est arrondi une seule fois (les \
             demi-unités vers le haut) et la TVA est extraite du total arrondi."
        }
        Some(false) => {
            "Les prix unitaires s’entendent hors TVA. Le total est arrondi une seule fois (les \
             demi-unités vers le haut) et la TVA est extraite du total arrondi."
        }
        None => "Le total est arrondi une seule fois (les demi-unités vers le haut).",
    },
    price_above_hold: "Le prix est supérieur au montant préautorisé\u{a0}; seul le montant \
                       préautorisé a été débité.",

    payment: "Paiement",
    held: "Préautorisé",
    captured: "Débité",
    released: "Libéré",
    refunded_in_all: "Total remboursé",
    card: "Carte",
    entry: "Mode de lecture",
    entry_mode: |mode| match mode {
        EntryMode::Contactless => "Sans contact",
        EntryMode::Chip => "Puce",
        EntryMode::MagneticStripe => "Piste magnétique",
    },
    application: "Application (AID)",
    authorisation_code: "Code d’autorisation",
    sequence_number: "Numéro de séquence",
    tapped: "Carte présentée",
    terminal: "Terminal",

    corrected: "Valeurs corrigées",
    fee: "Commission",
    vat_in_fee: "TVA incluse dans la commission",

    measurement: "Mesure",
    measured_only: |energy| {
        format!(
            "Les valeurs signées du compteur ont été vérifiées\u{a0}: l’énergie mesurée est de \
             {energy}."
        )
    },
    measured: |energy| {
        format!(
            "Les valeurs signées du compteur ont été vérifiées\u{a0}: l’énergie mesurée est de \
             {energy}, comme facturé."
        )
    },
    measured_otherwise: |measured, billed| {
        format!(
            "Les valeurs signées du compteur ont été vérifiées\u{a0}: l’énergie mesurée est de \
             {measured}, mais l’énergie facturée est de {billed}. Veuillez nous contacter."
        )
    },
    not_measured: |problem| match problem {
        MeasurementProblem::NoKey | MeasurementProblem::UnreadableKey => {
            "Les valeurs signées du compteur n’ont pas pu être vérifiées\u{a0}: aucune clé \
             publique utilisable n’est disponible."
        }
        MeasurementProblem::TooLarge
        | MeasurementProblem::UnsupportedCurve
        | MeasurementProblem::UnsupportedAlgorithm
        | MeasurementProblem::UnreadablePacket => {
            "Les valeurs signées du compteur n’ont pas pu être vérifiées\u{a0}: leur format n’est \
             pas pris en charge."
        }
        MeasurementProblem::WrongSignature => {
            "Les valeurs signées du compteur ont été vérifiées et la signature est incorrecte. \
             Veuillez nous contacter."
        }
        MeasurementProblem::NoBeginning
        | MeasurementProblem::NoEnd
        | MeasurementProblem::OtherMeter
        | MeasurementProblem::WrongOrder => {
            "Les valeurs signées du compteur n’ont pas pu être vérifiées\u{a0}: elles sont \
             incomplètes ou contradictoires."
        }
        MeasurementProblem::NotMeasured => {
            "Les valeurs signées du compteur n’ont pas pu être vérifiées\u{a0}: aucun relevé \
             utilisable n’est disponible."
        }
    },
    transparency: "Les valeurs signées peuvent être enregistrées et vérifiées avec le logiciel de \
                   transparence.",

    buyer: "Facturé à",
    issuer: "Émis par",
    name: "Nom",
    vat_number: "Numéro de TVA",
    contact: "Questions et réclamations",
    issued: "Date d’émission",
    number: "Numéro",
    original: "Reçu d’origine",
    receipt_id: "Identifiant du reçu",
    code: "Code du reçu",
    session: "Session",

    save_pdf: "Enregistrer en PDF",
    save_signed_values: "Enregistrer les valeurs signées du compteur",
    want_invoice: "Facture au nom d’une entreprise",

    find_receipt: "Retrouver votre reçu",
    or: "ou",
    date: "Date",
    amount: "Montant",
    last_four: "Quatre derniers chiffres de la carte",
    find: "Rechercher",
    not_found: "Ce reçu n’existe pas. Veuillez vérifier votre saisie. Après la recharge, quelques \
                minutes peuvent être nécessaires avant que le reçu soit disponible.",
    too_many_attempts: "Trop de tentatives. Veuillez patienter une minute, puis réessayer.",
    request_invoice: "Demander la facture",
    card_number_typed: "Veuillez ne pas saisir de numéro de carte ici. Le champ qui en contenait \
                        un a été vidé.",
    buyer_refused: "Une information manque ou le numéro de TVA est incorrect. Ce numéro commence \
                    par les lettres du pays, par exemple FR12345678901.",
    invoice_coming: "La facture est en cours d’établissement. Cette page l’ouvrira \
                     automatiquement.",
    no_invoice: "Il n’y a pas de facture pour ce reçu\u{a0}: aucun montant n’a été débité, ou un \
                 remboursement a été effectué.",

    screen: Screen {
        free: "gratuit",
        per_session: |price| format!("{price} par session"),
        idle: |price| format!("{price} hors recharge"),
        up_to: |price| format!("jusqu’à {price}"),
        by_power: |price| format!("selon la puissance {price}"),
        after_minutes: |price, minutes| format!("{price} après {minutes} min"),
        later: |price| format!("plus tard {price}"),
        at_least: |price| format!("au moins {price}"),
        hold: |amount| format!("préautorisation de {amount}"),

        show_card: "Présentez votre carte.",
        card_accepted: "Carte acceptée. Branchez le véhicule pour recharger.",
        charging_begun: "La recharge a commencé.",
        charging_ended: |price| format!("Recharge terminée\u{a0}: {price}."),
        in_use: "Occupé.",
        plug_in: "Branchez le véhicule pour recharger.",
        to_stop: "Pour arrêter, présentez à nouveau la même carte.",
        show_first_card: "Présentez la carte utilisée pour commencer.",
        out_of_service: "Hors service.",

        paid: |amount| format!("Payé\u{a0}: {amount}."),
        receipt_at: |address, code| format!("Reçu\u{a0}: {address}, code {code}."),
        to_charge_again: "Pour recharger à nouveau, présentez la carte encore une fois.",

        how_much: "Combien au maximum\u{a0}?",
        where_to_charge: "Où rechargez-vous\u{a0}?",
        stop: "Arrêter la recharge",
        stop_at: |place| format!("Arrêter\u{a0}: {place}"),
        confirm_stop: "Arrêter la recharge\u{a0}?",
        go_on: "Continuer",
    },
};
