//! Portuguese.

use chargetap_contract::receipt::{EntryMode, MeasurementProblem, NothingTakenReason};

use super::{Language, Screen};

pub(super) static LANGUAGE: Language = Language {
    tag: "pt",

    receipt: "Recibo",
    refund: "Reembolso",
    invoice: "Fatura",
    payout: "Transferência",

    paid: "Pago",
    nothing_taken: "Nenhum valor cobrado",
    given_back: "Reembolsado",
    paid_out: "Transferido",

    reason: |reason| match reason {
        NothingTakenReason::Declined => "O cartão foi recusado.",
        NothingTakenReason::NotPluggedIn => "Nenhum veículo foi ligado a tempo.",
        NothingTakenReason::CancelledByDriver => {
            "O cartão foi apresentado novamente antes do início do carregamento."
        }
        NothingTakenReason::CancelledByOperator => {
            "O operador terminou a sessão antes do início do carregamento."
        }
        NothingTakenReason::StartFailed => "A estação de carregamento não iniciou o carregamento.",
        NothingTakenReason::BelowMinimum => "O preço era demasiado baixo para ser cobrado.",
        NothingTakenReason::PaymentFailed => "Não foi possível efetuar o pagamento.",
    },
    was_released: |amount| format!("O valor pré-autorizado de {amount} foi libertado."),
    nothing_was_reserved: "Não tinha sido pré-autorizado nenhum valor.",
    refund_of: |number, date| format!("O reembolso refere-se ao recibo {number} de {date}."),
    reported_late: "Após o pagamento, a estação de carregamento comunicou uma leitura do contador \
                    diferente.",
    instead_of: |number, date| format!("A fatura substitui o recibo {number} de {date}."),
    payout_to: |payee, statement| format!("A favor de {payee}, extrato {statement}."),

    charging: "Carregamento",
    site: "Local",
    address: "Morada",
    evse: "Ponto de carregamento (EVSE)",
    start: "Início",
    end: "Fim",
    duration: "Duração",
    energy: "Energia",

    price: "Preço",
    tariff: "Tarifa",
    vat_included: "com IVA",
    parking: "Estacionamento",
    per_session: "Por sessão",
    minimum_price: "Acréscimo até ao preço mínimo",
    maximum_price: "Redução até ao preço máximo",
    net: "Total sem IVA",
    vat: "IVA",
    on: "sobre",
    gross: "Total com IVA",
    without_vat: "Sem IVA",
    rounding: |tax_included| match tax_included {
        Some(true) => {
            "Os preços unitários incluem IVA. O total é arredondado uma única vez (as metades, por \
             excesso) e o IVA é extraído do total arredondado."
        }
        Some(false) => {
            "Os preços unitários não incluem IVA. O total é arredondado uma única vez (as metades, \
             por excesso) e o IVA é extraído do total arredondado."
        }
        None => "O total é arredondado uma única vez (as metades, por excesso).",
    },
    price_above_hold: "O preço é superior ao valor pré-autorizado; só foi cobrado o valor \
                       pré-autorizado.",

    payment: "Pagamento",
    held: "Pré-autorizado",
    captured: "Cobrado",
    released: "Libertado",
    refunded_in_all: "Total reembolsado",
    card: "Cartão",
    entry: "Modo de leitura",
    entry_mode: |mode| match mode {
        EntryMode::Contactless => "Sem contacto",
        EntryMode::Chip => "Chip",
        EntryMode::MagneticStripe => "Banda magnética",
    },
    application: "Aplicação (AID)",
    authorisation_code: "Código de autorização",
    sequence_number: "Número de sequência",
    tapped: "Cartão apresentado",
    terminal: "Terminal",

    corrected: "Valores corrigidos",
    fee: "Comissão",
    vat_in_fee: "IVA incluído na comissão",

    measurement: "Medição",
    measured_only: |energy| {
        format!(
            "Os valores assinados do contador foram verificados: a energia medida é de {energy}."
        )
    },
    measured: |energy| {
        format!(
            "Os valores assinados do contador foram verificados: a energia medida é de {energy}, \
             conforme faturado."
        )
    },
    measured_otherwise: |measured, billed| {
        format!(
            "Os valores assinados do contador foram verificados: a energia medida é de {measured}, \
             mas a faturada é de {billed}. Contacte-nos, por favor."
        )
    },
    not_measured: |problem| match problem {
        MeasurementProblem::NoKey | MeasurementProblem::UnreadableKey => {
            "Não foi possível verificar os valores assinados do contador: não existe uma chave \
             pública utilizável."
        }
        MeasurementProblem::TooLarge
        | MeasurementProblem::UnsupportedCurve
        | MeasurementProblem::UnsupportedAlgorithm
        | MeasurementProblem::UnreadablePacket => {
            "Não foi possível verificar os valores assinados do contador: o formato não é \
             suportado."
        }
        MeasurementProblem::WrongSignature => {
            "Os valores assinados do contador foram verificados e a assinatura está incorreta. \
             Contacte-nos, por favor."
        }
        MeasurementProblem::NoBeginning
        | MeasurementProblem::NoEnd
        | MeasurementProblem::OtherMeter
        | MeasurementProblem::WrongOrder => {
            "Não foi possível verificar os valores assinados do contador: estão incompletos ou são \
             contraditórios."
        }
        MeasurementProblem::NotMeasured => {
            "Não foi possível verificar os valores assinados do contador: não existe uma leitura \
             utilizável."
        }
    },
    transparency: "Os valores assinados podem ser guardados e verificados com o software de \
                   transparência.",

    buyer: "Faturado a",
    issuer: "Emitido por",
    name: "Nome",
    vat_number: "Número de IVA",
    contact: "Questões e reclamações",
    issued: "Data de emissão",
    number: "Número",
    original: "Recibo original",
    receipt_id: "ID do recibo",
    code: "Código do recibo",
    session: "Sessão",

    save_pdf: "Guardar como PDF",
    save_signed_values: "Guardar os valores assinados do contador",
    want_invoice: "Fatura em nome de uma empresa",

    find_receipt: "Encontrar o seu recibo",
    or: "ou",
    date: "Data",
    amount: "Valor",
    last_four: "Últimos quatro dígitos do cartão",
    find: "Procurar",
    not_found: "Esse recibo não existe. Verifique os dados introduzidos. Após o carregamento, o \
                recibo pode demorar alguns minutos a ficar disponível.",
    too_many_attempts: "Demasiadas tentativas. Aguarde um minuto e tente novamente.",
    request_invoice: "Pedir fatura",
    card_number_typed: "Não introduza aqui um número de cartão. O campo que o continha foi limpo.",
    buyer_refused: "Falta algum dado ou o número de IVA está incorreto. O número de IVA começa \
                    pelas letras do país, por exemplo, PT123456789.",
    invoice_coming: "A fatura está a ser emitida. Esta página abre-a automaticamente.",
    no_invoice: "Não há fatura para este recibo: não foi cobrado nenhum valor ou foi feito um \
                 reembolso.",

    screen: Screen {
        free: "grátis",
        per_session: |price| format!("{price} por sessão"),
        idle: |price| format!("{price} enquanto não carrega"),
        up_to: |price| format!("até {price}"),
        by_power: |price| format!("consoante a potência {price}"),
        after_minutes: |price, minutes| format!("{price} após {minutes} min"),
        later: |price| format!("mais tarde {price}"),
        at_least: |price| format!("no mínimo {price}"),
        hold: |amount| format!("pré-autorização de {amount}"),

        show_card: "Apresente o seu cartão.",
        card_accepted: "Cartão aceite. Ligue o cabo para carregar.",
        charging_begun: "O carregamento começou.",
        charging_ended: |price| format!("Carregamento terminado: {price}."),
        in_use: "Em utilização.",
        plug_in: "Ligue o cabo para carregar.",
        to_stop: "Para terminar, apresente novamente o mesmo cartão.",
        show_first_card: "Apresente o cartão com que começou.",
        out_of_service: "Fora de serviço.",

        paid: |amount| format!("Pago: {amount}."),
        receipt_at: |address, code| format!("Recibo: {address}, código {code}."),
        to_charge_again: "Para carregar de novo, apresente o cartão mais uma vez.",

        how_much: "Quanto no máximo?",
        where_to_charge: "Onde vai carregar?",
        stop: "Terminar o carregamento",
        stop_at: |place| format!("Terminar: {place}"),
        confirm_stop: "Terminar o carregamento?",
        go_on: "Continuar",
    },
};
