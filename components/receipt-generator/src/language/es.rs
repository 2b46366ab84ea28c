//! Spanish.

use chargetap_contract::receipt::{EntryMode, MeasurementProblem, NothingTakenReason};

use super::{Language, Screen};

pub(super) static LANGUAGE: Language = Language {
    tag: "es",

    receipt: "Recibo",
    refund: "Reembolso",
    invoice: "Factura",
    payout: "Liquidación",

    paid: "Pagado",
    nothing_taken: "No se ha cobrado nada",
    given_back: "Reembolsado",
    paid_out: "Liquidado",

    reason: |reason| match reason {
        NothingTakenReason::Declined => "La tarjeta fue rechazada.",
        NothingTakenReason::NotPluggedIn => "No se conectó ningún vehículo a tiempo.",
        NothingTakenReason::CancelledByDriver => {
            "La tarjeta se volvió a presentar antes de que comenzara la recarga."
        }
        NothingTakenReason::CancelledByOperator => {
            "El operador finalizó la sesión antes de que comenzara la recarga."
        }
        NothingTakenReason::StartFailed => "La estación de recarga no inició la recarga.",
        NothingTakenReason::BelowMinimum => "El precio era demasiado bajo para cobrarlo.",
        NothingTakenReason::PaymentFailed => "No se pudo realizar el pago.",
    },
    was_released: |amount| format!("Se liberó el importe preautorizado de {amount}."),
    nothing_was_reserved: "No se había preautorizado ningún importe.",
    refund_of: |number, date| {
        format!("El reembolso corresponde al recibo {number} de fecha {date}.")
    },
    reported_late: "Después del pago, la estación de recarga comunicó una lectura del contador \
                    diferente.",
    instead_of: |number, date| format!("La factura sustituye al recibo {number} de fecha {date}."),
    payout_to: |payee, statement| format!("A favor de {payee}, extracto {statement}."),

    charging: "Recarga",
    site: "Ubicación",
    address: "Dirección",
    evse: "Punto de recarga (EVSE)",
    start: "Inicio",
    end: "Fin",
    duration: "Duración",
    energy: "Energía",

    price: "Precio",
    tariff: "Tarifa",
    vat_included: "con IVA",
    parking: "Estacionamiento",
    per_session: "Por sesión",
    minimum_price: "Aumento hasta el precio mínimo",
    maximum_price: "Reducción al precio máximo",
    net: "Total sin IVA",
    vat: "IVA",
    on: "sobre",
    gross: "Total con IVA",
    without_vat: "Sin IVA",
    rounding: |tax_included| match tax_included {
        Some(true) => {
            "Los precios unitarios incluyen el IVA. El total se redondea una sola vez (las \
             mitades, al alza) y el IVA se extrae del total redondeado."
        }
        Some(false) => {
            "Los precios unitarios no incluyen el IVA. El total se redondea una sola vez (las \
             mitades, al alza) y el IVA se extrae del total redondeado."
        }
        None => "El total se redondea una sola vez (las mitades, al alza).",
    },
    price_above_hold: "El precio supera el importe preautorizado; solo se cobró el importe \
                       preautorizado.",

    payment: "Pago",
    held: "Preautorizado",
    captured: "Cobrado",
    released: "Liberado",
    refunded_in_all: "Total reembolsado",
    card: "Tarjeta",
    entry: "Modo de lectura",
    entry_mode: |mode| match mode {
        EntryMode::Contactless => "Sin contacto",
        EntryMode::Chip => "Chip",
        EntryMode::MagneticStripe => "Banda magnética",
    },
    application: "Aplicación (AID)",
    authorisation_code: "Código de autorización",
    sequence_number: "Número de secuencia",
    tapped: "Tarjeta presentada",
    terminal: "Terminal",

    corrected: "Valores corregidos",
    fee: "Comisión",
    vat_in_fee: "IVA incluido en la comisión",

    measurement: "Medición",
    measured_only: |energy| {
        format!(
            "Se han verificado los valores firmados del contador: la energía medida es de {energy}."
        )
    },
    measured: |energy| {
        format!(
            "Se han verificado los valores firmados del contador: la energía medida es de \
             {energy}, tal como se facturó."
        )
    },
    measured_otherwise: |measured, billed| {
        format!(
            "Se han verificado los valores firmados del contador: la energía medida es de \
             {measured}, pero la facturada es de {billed}. Póngase en contacto con nosotros."
        )
    },
    not_measured: |problem| match problem {
        MeasurementProblem::NoKey | MeasurementProblem::UnreadableKey => {
            "No se han podido verificar los valores firmados del contador: no hay ninguna clave \
             pública utilizable."
        }
        MeasurementProblem::TooLarge
        | MeasurementProblem::UnsupportedCurve
        | MeasurementProblem::UnsupportedAlgorithm
        | MeasurementProblem::UnreadablePacket => {
            "No se han podido verificar los valores firmados del contador: el formato no es \
             compatible."
        }
        MeasurementProblem::WrongSignature => {
            "Se han verificado los valores firmados del contador y la firma no es correcta. \
             Póngase en contacto con nosotros."
        }
        MeasurementProblem::NoBeginning
        | MeasurementProblem::NoEnd
        | MeasurementProblem::OtherMeter
        | MeasurementProblem::WrongOrder => {
            "No se han podido verificar los valores firmados del contador: están incompletos o son \
             contradictorios."
        }
        MeasurementProblem::NotMeasured => {
            "No se han podido verificar los valores firmados del contador: no hay ninguna lectura \
             utilizable."
        }
    },
    transparency: "Los valores firmados pueden guardarse y verificarse con el software de \
                   transparencia.",

    buyer: "Facturado a",
    issuer: "Emitido por",
    name: "Nombre",
    vat_number: "NIF-IVA",
    contact: "Consultas y reclamaciones",
    issued: "Fecha de expedición",
    number: "Número",
    original: "Recibo original",
    receipt_id: "ID del recibo",
    code: "Código del recibo",
    session: "Sesión",

    save_pdf: "Guardar como PDF",
    save_signed_values: "Guardar los valores firmados del contador",
    want_invoice: "Factura a nombre de una empresa",

    find_receipt: "Buscar su recibo",
    or: "o",
    date: "Fecha",
    amount: "Importe",
    last_four: "Últimas cuatro cifras de la tarjeta",
    find: "Buscar",
    not_found: "Ese recibo no existe. Compruebe los datos introducidos. Después de la recarga, el \
                recibo puede tardar unos minutos en estar disponible.",
    too_many_attempts: "Demasiados intentos. Espere un minuto y vuelva a intentarlo.",
    request_invoice: "Solicitar factura",
    card_number_typed: "No introduzca aquí un número de tarjeta. El campo que lo contenía se ha \
                        vaciado.",
    buyer_refused: "Falta algún dato o el NIF-IVA no es correcto. El NIF-IVA empieza por las \
                    letras del país, por ejemplo, ESB12345678.",
    invoice_coming: "La factura se está generando. Esta página la abrirá automáticamente.",
    no_invoice: "No hay factura para este recibo: no se ha cobrado nada o se ha realizado un \
                 reembolso.",

    screen: Screen {
        free: "gratis",
        per_session: |price| format!("{price} por sesión"),
        idle: |price| format!("{price} mientras no se recarga"),
        up_to: |price| format!("hasta {price}"),
        by_power: |price| format!("según la potencia {price}"),
        after_minutes: |price, minutes| format!("{price} después de {minutes} min"),
        later: |price| format!("más tarde {price}"),
        at_least: |price| format!("como mínimo {price}"),
        hold: |amount| format!("preautorización de {amount}"),

        show_card: "Presente su tarjeta.",
        card_accepted: "Tarjeta aceptada. Conecte el vehículo para recargar.",
        charging_begun: "La recarga ha comenzado.",
        charging_ended: |price| format!("Recarga finalizada: {price}."),
        in_use: "En uso.",
        plug_in: "Conecte el vehículo para recargar.",
        to_stop: "Para finalizar, vuelva a presentar la misma tarjeta.",
        show_first_card: "Presente la tarjeta con la que empezó.",
        out_of_service: "Fuera de servicio.",

        paid: |amount| format!("Pagado: {amount}."),
        receipt_at: |address, code| format!("Recibo: {address}, código {code}."),
        to_charge_again: "Para recargar de nuevo, presente la tarjeta otra vez.",

        how_much: "¿Cuánto como máximo?",
        where_to_charge: "¿Dónde va a recargar?",
        stop: "Finalizar la recarga",
        stop_at: |place| format!("Finalizar: {place}"),
        confirm_stop: "¿Finalizar la recarga?",
        go_on: "Continuar",
    },
};
