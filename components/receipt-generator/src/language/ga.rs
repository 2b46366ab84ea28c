//! Irish.

use chargetap_contract::receipt::{EntryMode, MeasurementProblem, NothingTakenReason};

use super::{Language, Screen};

pub(super) static LANGUAGE: Language = Language {
    tag: "ga",

    receipt: "Admháil",
    refund: "Aisíoc",
    invoice: "Sonrasc",
    payout: "Eisíocaíocht",

    paid: "Íoctha",
    nothing_taken: "Níor tógadh aon airgead",
    given_back: "Aisíoctha",
    paid_out: "Eisíoctha",

    reason: |reason| match reason {
        NothingTakenReason::Declined => "Diúltaíodh don chárta.",
        NothingTakenReason::NotPluggedIn => "Níor ceanglaíodh aon fheithicil in am.",
        NothingTakenReason::CancelledByDriver => {
            "Taispeánadh an cárta arís sular thosaigh an t-athluchtú."
        }
        NothingTakenReason::CancelledByOperator => {
            "Chuir an t-oibreoir deireadh leis an seisiún sular thosaigh an t-athluchtú."
        }
        NothingTakenReason::StartFailed => {
            "Níor thosaigh an stáisiún athluchtaithe an t-athluchtú."
        }
        NothingTakenReason::BelowMinimum => "Bhí an praghas ró-íseal lena ghearradh.",
        NothingTakenReason::PaymentFailed => "Níorbh fhéidir an íocaíocht a dhéanamh.",
    },
    was_released: |amount| format!("Scaoileadh an tsuim réamhúdaraithe {amount}."),
    nothing_was_reserved: "Ní raibh aon suim réamhúdaraithe.",
    refund_of: |number, date| {
        format!("Baineann an t-aisíoc seo le hadmháil {number} dar dáta {date}.")
    },
    reported_late: "Tar éis na híocaíochta, thuairiscigh an stáisiún athluchtaithe léamh difriúil \
                    ar an méadar.",
    instead_of: |number, date| {
        format!("Tá an sonrasc seo in ionad na hadmhála dar dáta {date} (uimhir {number}).")
    },
    payout_to: |payee, statement| format!("Íocaí: {payee}, ráiteas {statement}."),

    charging: "Athluchtú",
    site: "Suíomh",
    address: "Seoladh",
    evse: "Pointe athluchtaithe (EVSE)",
    start: "Tús",
    end: "Deireadh",
    duration: "Fad",
    energy: "Fuinneamh",

    price: "Praghas",
    tariff: "Taraif",
    vat_included: "CBL san áireamh",
    parking: "Páirceáil",
    per_session: "In aghaidh an tseisiúin",
    minimum_price: "Breis go dtí an t-íosphraghas",
    maximum_price: "Laghdú go dtí an t-uasphraghas",
    net: "Iomlán gan CBL",
    vat: "CBL",
    on: "ar",
    gross: "Iomlán, CBL san áireamh",
    without_vat: "Gan CBL",
    rounding: |tax_included| match tax_included {
        Some(true) => {
            "Tá CBL san áireamh sna haonadphraghsanna. Slánaítear an t-iomlán uair amháin, leath á \
             slánú suas, agus baintear an CBL amach as an iomlán slánaithe."
        }
        Some(false) => {
            "Níl CBL san áireamh sna haonadphraghsanna. Slánaítear an t-iomlán uair amháin, leath \
             á slánú suas, agus baintear an CBL amach as an iomlán slánaithe."
        }
        None => "Slánaítear an t-iomlán uair amháin, leath á slánú suas.",
    },
    price_above_hold: "Tá an praghas níos airde ná an tsuim réamhúdaraithe; níor gearradh ach an \
                       tsuim réamhúdaraithe.",

    payment: "Íocaíocht",
    held: "Réamhúdaraithe",
    captured: "Gearrtha",
    released: "Scaoilte",
    refunded_in_all: "Aisíoctha san iomlán",
    card: "Cárta",
    entry: "Modh léite",
    entry_mode: |mode| match mode {
        EntryMode::Contactless => "Gan tadhall",
        EntryMode::Chip => "Slis",
        EntryMode::MagneticStripe => "Stríoc mhaighnéadach",
    },
    application: "Feidhmchlár (AID)",
    authorisation_code: "Cód údaraithe",
    sequence_number: "Uimhir sheichimh",
    tapped: "Taispeánadh an cárta",
    terminal: "Teirminéal",

    corrected: "Sonraí ceartaithe",
    fee: "Táille",
    vat_in_fee: "CBL sa táille",

    measurement: "Tomhas",
    measured_only: |energy| {
        format!("Seiceáladh luachanna sínithe an mhéadair: tomhaiseadh {energy}.")
    },
    measured: |energy| {
        format!("Seiceáladh luachanna sínithe an mhéadair: tomhaiseadh {energy}, mar a billeáladh.")
    },
    measured_otherwise: |measured, billed| {
        format!(
            "Seiceáladh luachanna sínithe an mhéadair: tomhaiseadh {measured}, ach billeáladh \
             {billed}. Téigh i dteagmháil linn, le do thoil."
        )
    },
    not_measured: |problem| match problem {
        MeasurementProblem::NoKey | MeasurementProblem::UnreadableKey => {
            "Níorbh fhéidir luachanna sínithe an mhéadair a sheiceáil: níl aon eochair phoiblí \
             inúsáidte ann."
        }
        MeasurementProblem::TooLarge
        | MeasurementProblem::UnsupportedCurve
        | MeasurementProblem::UnsupportedAlgorithm
        | MeasurementProblem::UnreadablePacket => {
            "Níorbh fhéidir luachanna sínithe an mhéadair a sheiceáil: ní thacaítear lena \
             bhformáid."
        }
        MeasurementProblem::WrongSignature => {
            "Seiceáladh luachanna sínithe an mhéadair, agus tá an síniú mícheart. Téigh i \
             dteagmháil linn, le do thoil."
        }
        MeasurementProblem::NoBeginning
        | MeasurementProblem::NoEnd
        | MeasurementProblem::OtherMeter
        | MeasurementProblem::WrongOrder => {
            "Níorbh fhéidir luachanna sínithe an mhéadair a sheiceáil: tá siad neamhiomlán nó tá \
             siad ag teacht salach ar a chéile."
        }
        MeasurementProblem::NotMeasured => {
            "Níorbh fhéidir luachanna sínithe an mhéadair a sheiceáil: níl aon léamh inúsáidte ann."
        }
    },
    transparency: "Is féidir na luachanna sínithe a shábháil agus a sheiceáil leis na bogearraí \
                   trédhearcachta.",

    buyer: "Ceannaitheoir",
    issuer: "Eisitheoir",
    name: "Ainm",
    vat_number: "Uimhir CBL",
    contact: "Ceisteanna agus díospóidí",
    issued: "Dáta eisiúna",
    number: "Uimhir",
    original: "Admháil bhunaidh",
    receipt_id: "ID na hadmhála",
    code: "Cód na hadmhála",
    session: "Seisiún",

    save_pdf: "Sábháil mar PDF",
    save_signed_values: "Sábháil luachanna sínithe an mhéadair",
    want_invoice: "Sonrasc in ainm cuideachta",

    find_receipt: "Aimsigh d’admháil",
    or: "nó",
    date: "Dáta",
    amount: "Suim",
    last_four: "Ceithre dhigit dheireanacha an chárta",
    find: "Aimsigh",
    not_found: "Níl admháil den sórt sin ann. Seiceáil an méid a chlóscríobh tú, le do thoil. \
                Féadfaidh sé cúpla nóiméad a thógáil tar éis an athluchtaithe.",
    too_many_attempts: "An iomarca iarrachtaí. Fan nóiméad, le do thoil, agus bain triail eile as.",
    request_invoice: "Iarr sonrasc",
    card_number_typed: "Ná cuir uimhir chárta isteach anseo, le do thoil. Glanadh an réimse ina \
                        raibh sí.",
    buyer_refused: "Tá rud éigin ar iarraidh, nó tá an uimhir CBL mícheart. Tosaíonn sí le \
                    litreacha na tíre, mar shampla IE1234567FA.",
    invoice_coming: "Tá an sonrasc á ullmhú. Osclóidh an leathanach seo go huathoibríoch é.",
    no_invoice: "Níl aon sonrasc ann don admháil seo: níor tógadh aon airgead, nó rinneadh aisíoc.",

    screen: Screen {
        free: "saor in aisce",
        per_session: |price| format!("{price} in aghaidh an tseisiúin"),
        idle: |price| format!("{price} nuair nach bhfuil athluchtú ar siúl"),
        up_to: |price| format!("suas le {price}"),
        by_power: |price| format!("ag brath ar an gcumhacht {price}"),
        after_minutes: |price, minutes| format!("{price} tar éis {minutes} nóiméad"),
        later: |price| format!("níos déanaí {price}"),
        at_least: |price| format!("{price} ar a laghad"),
        hold: |amount| format!("réamhúdarú {amount}"),

        show_card: "Taispeáin do chárta.",
        card_accepted: "Glacadh leis an gcárta. Ceangail an fheithicil chun í a athluchtú.",
        charging_begun: "Tá an t-athluchtú tosaithe.",
        charging_ended: |price| format!("Tá an t-athluchtú críochnaithe: {price}."),
        in_use: "In úsáid.",
        plug_in: "Ceangail an fheithicil chun í a athluchtú.",
        to_stop: "Chun stopadh, taispeáin an cárta céanna arís.",
        show_first_card: "Taispeáin an cárta ar thosaigh tú leis.",
        out_of_service: "As seirbhís.",

        paid: |amount| format!("Íoctha: {amount}."),
        receipt_at: |address, code| format!("Admháil: {address}, cód {code}."),
        to_charge_again: "Chun athluchtú arís, taispeáin an cárta uair amháin eile.",

        how_much: "Cén uasmhéid?",
        where_to_charge: "Cá bhfuil tú ag athluchtú?",
        stop: "Stop an t-athluchtú",
        stop_at: |place| format!("Stop: {place}"),
        confirm_stop: "Stop an t-athluchtú?",
        go_on: "Lean ar aghaidh",
    },
};
