//! Greek.

use chargetap_contract::receipt::{EntryMode, MeasurementProblem, NothingTakenReason};

use super::{Language, Screen};

pub(super) static LANGUAGE: Language = Language {
    tag: "el",

    receipt: "Απόδειξη",
    refund: "Επιστροφή χρημάτων",
    invoice: "Τιμολόγιο",
    payout: "Καταβολή",

    paid: "Πληρώθηκε",
    nothing_taken: "Δεν έγινε χρέωση",
    given_back: "Επιστράφηκε",
    paid_out: "Καταβλήθηκε",

    reason: |reason| match reason {
        NothingTakenReason::Declined => "Η κάρτα απορρίφθηκε.",
        NothingTakenReason::NotPluggedIn => "Δεν συνδέθηκε έγκαιρα κανένα όχημα.",
        NothingTakenReason::CancelledByDriver => {
            "Η κάρτα παρουσιάστηκε ξανά πριν αρχίσει η φόρτιση."
        }
        NothingTakenReason::CancelledByOperator => {
            "Ο φορέας εκμετάλλευσης τερμάτισε τη συνεδρία πριν αρχίσει η φόρτιση."
        }
        NothingTakenReason::StartFailed => "Ο σταθμός επαναφόρτισης δεν ξεκίνησε τη φόρτιση.",
        NothingTakenReason::BelowMinimum => "Η τιμή ήταν πολύ χαμηλή για να εισπραχθεί.",
        NothingTakenReason::PaymentFailed => "Δεν ήταν δυνατή η πραγματοποίηση της πληρωμής.",
    },
    was_released: |amount| format!("Το ποσό της προέγκρισης ({amount}) αποδεσμεύτηκε."),
    nothing_was_reserved: "Δεν είχε γίνει προέγκριση ποσού.",
    refund_of: |number, date| {
        format!("Η επιστροφή αφορά την απόδειξη {number} με ημερομηνία {date}.")
    },
    reported_late: "Μετά την πληρωμή, ο σταθμός επαναφόρτισης ανέφερε διαφορετική ένδειξη του \
                    μετρητή.",
    instead_of: |number, date| {
        format!("Το τιμολόγιο αντικαθιστά την απόδειξη {number} με ημερομηνία {date}.")
    },
    payout_to: |payee, statement| format!("Δικαιούχος: {payee}, εκκαθαριστικό {statement}."),

    charging: "Φόρτιση",
    site: "Τοποθεσία",
    address: "Διεύθυνση",
    evse: "Σημείο επαναφόρτισης (EVSE)",
    start: "Έναρξη",
    end: "Λήξη",
    duration: "Διάρκεια",
    energy: "Ενέργεια",

    price: "Τιμή",
    tariff: "Τιμοκατάλογος",
    vat_included: "με ΦΠΑ",
    parking: "Στάθμευση",
    per_session: "Ανά φόρτιση",
    minimum_price: "Συμπλήρωμα ελάχιστης τιμής",
    maximum_price: "Μείωση στη μέγιστη τιμή",
    net: "Σύνολο χωρίς ΦΠΑ",
    vat: "ΦΠΑ",
    on: "επί",
    gross: "Σύνολο με ΦΠΑ",
    without_vat: "Χωρίς ΦΠΑ",
    rounding: |tax_included| match tax_included {
        Some(true) => {
            "Οι τιμές μονάδας περιλαμβάνουν ΦΠΑ. Το σύνολο στρογγυλοποιείται μία φορά (τα μισά \
             προς τα πάνω) και ο ΦΠΑ προκύπτει με αποφορολόγηση του στρογγυλοποιημένου συνόλου."
        }
        Some(false) => {
            "Οι τιμές μονάδας δεν περιλαμβάνουν ΦΠΑ. Το σύνολο στρογγυλοποιείται μία φορά (τα μισά \
             προς τα πάνω) και ο ΦΠΑ προκύπτει με αποφορολόγηση του στρογγυλοποιημένου συνόλου."
        }
        None => "Το σύνολο στρογγυλοποιείται μία φορά (τα μισά προς τα πάνω).",
    },
    price_above_hold: "Η τιμή υπερβαίνει το ποσό της προέγκρισης· χρεώθηκε μόνο το ποσό της \
                       προέγκρισης.",

    payment: "Πληρωμή",
    held: "Προέγκριση",
    captured: "Χρεώθηκε",
    released: "Αποδεσμεύτηκε",
    refunded_in_all: "Σύνολο επιστροφών",
    card: "Κάρτα",
    entry: "Τρόπος ανάγνωσης",
    entry_mode: |mode| match mode {
        EntryMode::Contactless => "Ανέπαφα",
        EntryMode::Chip => "Τσιπ",
        EntryMode::MagneticStripe => "Μαγνητική λωρίδα",
    },
    application: "Εφαρμογή (AID)",
    authorisation_code: "Κωδικός έγκρισης",
    sequence_number: "Αύξων αριθμός",
    tapped: "Παρουσίαση κάρτας",
    terminal: "Τερματικό",

    corrected: "Διορθωμένα στοιχεία",
    fee: "Προμήθεια",
    vat_in_fee: "ΦΠΑ στην προμήθεια",

    measurement: "Μέτρηση",
    measured_only: |energy| {
        format!(
            "Οι υπογεγραμμένες ενδείξεις του μετρητή ελέγχθηκαν: η ενέργεια που μετρήθηκε είναι \
             {energy}."
        )
    },
    measured: |energy| {
        format!(
            "Οι υπογεγραμμένες ενδείξεις του μετρητή ελέγχθηκαν: η ενέργεια που μετρήθηκε είναι \
             {energy}, όπως χρεώθηκε."
        )
    },
    measured_otherwise: |measured, billed| {
        format!(
            "Οι υπογεγραμμένες ενδείξεις του μετρητή ελέγχθηκαν: η ενέργεια που μετρήθηκε είναι \
             {measured}, αλλά η ενέργεια που χρεώθηκε είναι {billed}. Παρακαλούμε επικοινωνήστε \
             μαζί μας."
        )
    },
    not_measured: |problem| match problem {
        MeasurementProblem::NoKey | MeasurementProblem::UnreadableKey => {
            "Δεν ήταν δυνατός ο έλεγχος των υπογεγραμμένων ενδείξεων του μετρητή: δεν υπάρχει \
             δημόσιο κλειδί που να μπορεί να χρησιμοποιηθεί."
        }
        MeasurementProblem::TooLarge
        | MeasurementProblem::UnsupportedCurve
        | MeasurementProblem::UnsupportedAlgorithm
        | MeasurementProblem::UnreadablePacket => {
            "Δεν ήταν δυνατός ο έλεγχος των υπογεγραμμένων ενδείξεων του μετρητή: η μορφή τους δεν \
             υποστηρίζεται."
        }
        MeasurementProblem::WrongSignature => {
            "Οι υπογεγραμμένες ενδείξεις του μετρητή ελέγχθηκαν και η υπογραφή είναι λανθασμένη. \
             Παρακαλούμε επικοινωνήστε μαζί μας."
        }
        MeasurementProblem::NoBeginning
        | MeasurementProblem::NoEnd
        | MeasurementProblem::OtherMeter
        | MeasurementProblem::WrongOrder => {
            "Δεν ήταν δυνατός ο έλεγχος των υπογεγραμμένων ενδείξεων του μετρητή: είναι ελλιπείς ή \
             αντιφατικές."
        }
        MeasurementProblem::NotMeasured => {
            "Δεν ήταν δυνατός ο έλεγχος των υπογεγραμμένων ενδείξεων του μετρητή: δεν υπάρχει \
             ένδειξη που να μπορεί να χρησιμοποιηθεί."
        }
    },
    transparency: "Οι υπογεγραμμένες ενδείξεις μπορούν να αποθηκευτούν και να ελεγχθούν με το \
                   λογισμικό διαφάνειας.",

    buyer: "Λήπτης",
    issuer: "Εκδότης",
    name: "Επωνυμία",
    vat_number: "Αριθμός ΦΠΑ (ΑΦΜ)",
    contact: "Ερωτήσεις και παράπονα",
    issued: "Ημερομηνία έκδοσης",
    number: "Αριθμός",
    original: "Αρχική απόδειξη",
    receipt_id: "Αναγνωριστικό απόδειξης",
    code: "Κωδικός απόδειξης",
    session: "Συνεδρία",

    save_pdf: "Αποθήκευση ως PDF",
    save_signed_values: "Αποθήκευση υπογεγραμμένων ενδείξεων μετρητή",
    want_invoice: "Τιμολόγιο στο όνομα εταιρείας",

    find_receipt: "Βρείτε την απόδειξή σας",
    or: "ή",
    date: "Ημερομηνία",
    amount: "Ποσό",
    last_four: "Τελευταία τέσσερα ψηφία της κάρτας",
    find: "Αναζήτηση",
    not_found: "Δεν υπάρχει τέτοια απόδειξη. Ελέγξτε τα στοιχεία που πληκτρολογήσατε. Μετά τη \
                φόρτιση, ενδέχεται να χρειαστούν μερικά λεπτά μέχρι να είναι διαθέσιμη η απόδειξη.",
    too_many_attempts: "Πάρα πολλές προσπάθειες. Περιμένετε ένα λεπτό και δοκιμάστε ξανά.",
    request_invoice: "Ζητήστε τιμολόγιο",
    card_number_typed: "Μην εισάγετε εδώ αριθμό κάρτας. Το πεδίο που τον περιείχε εκκαθαρίστηκε.",
    buyer_refused: "Λείπει κάποιο στοιχείο ή ο αριθμός ΦΠΑ (ΑΦΜ) είναι λανθασμένος. Ο αριθμός \
                    αρχίζει με τα γράμματα της χώρας, για παράδειγμα EL123456789.",
    invoice_coming: "Το τιμολόγιο ετοιμάζεται. Αυτή η σελίδα θα το ανοίξει αυτόματα.",
    no_invoice: "Δεν υπάρχει τιμολόγιο για αυτή την απόδειξη: δεν έγινε χρέωση ή έγινε επιστροφή \
                 χρημάτων.",

    screen: Screen {
        free: "δωρεάν",
        per_session: |price| format!("{price} ανά φόρτιση"),
        idle: |price| format!("{price} όταν δεν γίνεται φόρτιση"),
        up_to: |price| format!("έως {price}"),
        by_power: |price| format!("ανάλογα με την ισχύ {price}"),
        after_minutes: |price, minutes| format!("{price} μετά από {minutes} min"),
        later: |price| format!("αργότερα {price}"),
        at_least: |price| format!("τουλάχιστον {price}"),
        hold: |amount| format!("προέγκριση {amount}"),

        show_card: "Παρουσιάστε την κάρτα σας.",
        card_accepted: "Η κάρτα έγινε δεκτή. Συνδέστε το όχημα για φόρτιση.",
        charging_begun: "Η φόρτιση άρχισε.",
        charging_ended: |price| format!("Η φόρτιση τερματίστηκε: {price}."),
        in_use: "Σε χρήση.",
        plug_in: "Συνδέστε το όχημα για φόρτιση.",
        to_stop: "Για τερματισμό, παρουσιάστε ξανά την ίδια κάρτα.",
        show_first_card: "Παρουσιάστε την κάρτα με την οποία ξεκινήσατε.",
        out_of_service: "Εκτός λειτουργίας.",

        paid: |amount| format!("Πληρωμή: {amount}."),
        receipt_at: |address, code| format!("Απόδειξη: {address}, κωδικός {code}."),
        to_charge_again: "Για νέα φόρτιση, παρουσιάστε την κάρτα ακόμη μία φορά.",

        how_much: "Μέχρι ποιο ποσό;",
        where_to_charge: "Πού φορτίζετε;",
        stop: "Τερματισμός φόρτισης",
        stop_at: |place| format!("Τερματισμός: {place}"),
        confirm_stop: "Τερματισμός φόρτισης;",
        go_on: "Συνέχεια",
    },
};
