//! The component's exports.

mod bindings {
    #![expect(
        unsafe_code,
        reason = "generated: the calls cross the component's boundary"
    )]
    wit_bindgen::generate!({
        path: ["../../wit/types", "../../wit/receipt-generator"],
        world: "chargetap:receipt-generator/receipt-generator",
        with: {
            "chargetap:types/money@0.1.0": chargetap_contract::money,
            "chargetap:types/receipt@0.1.0": chargetap_contract::receipt,
            "chargetap:types/screen@0.1.0": chargetap_contract::screen,
            "chargetap:types/terminal@0.1.0": chargetap_contract::terminal,
        },
    });
    use super::Component;
    export!(Component);
}

use bindings::exports::chargetap::receipt_generator::rendering::Guest;
use chargetap_contract::receipt::{Document, Format, MeasurementVerdict, Page, Problem, Rendered};
use chargetap_contract::screen::Message;

struct Component;

impl Guest for Component {
    fn render(document: Document, format: Format, locale: String) -> Result<Rendered, Problem> {
        crate::render(&document, format, &locale)
    }

    fn form(page: Page, locale: String) -> Result<Rendered, Problem> {
        crate::form(&page, &locale)
    }

    fn screen_text(message: Message, locale: String) -> Result<String, Problem> {
        crate::screen_text(&message, &locale)
    }

    fn check_measurement(packets: Vec<String>, public_key: Option<String>) -> MeasurementVerdict {
        crate::check_measurement(&packets, public_key.as_deref())
    }
}
