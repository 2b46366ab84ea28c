//! Pages with a form: to find a receipt, and to ask for an invoice.

use chargetap_contract::receipt::{Buyer, Page};
use maud::{Markup, html};

use crate::{html, language::Language};

/// After how many seconds the page is loaded again to see whether the invoice is there. Screen readers
/// need that long to read the page.
const ASK_AGAIN_AFTER: &str = "4";

pub(crate) fn write(page: &Page, language: &Language) -> String {
    let is_search = matches!(page, Page::Find | Page::NotFound | Page::TooManyAttempts);
    let is_coming = *page == Page::InvoiceComing;
    let title = match is_search {
        true => language.find_receipt,
        false => language.want_invoice,
    };
    let problem = match page {
        Page::NotFound => Some(language.not_found),
        Page::TooManyAttempts => Some(language.too_many_attempts),
        Page::BuyerRefused(_) => Some(language.buyer_refused),
        Page::CardNumberTyped(_) => Some(language.card_number_typed),
        Page::NoInvoice => Some(language.no_invoice),
        Page::Find | Page::Buyer | Page::InvoiceComing => None,
    };
    let content = html! {
        header {
            h1 { (title) }
            @if let Some(problem) = problem { p.problem role="alert" { (problem) } }
            @if is_coming { p role="status" { (language.invoice_coming) } }
        }
        @match page {
            Page::Find | Page::NotFound | Page::TooManyAttempts => (find(language)),
            Page::Buyer => (buyer(language, None)),
            Page::BuyerRefused(typed) | Page::CardNumberTyped(typed) => {
                (buyer(language, Some(typed)))
            }
            // For browsers that do not load the page again by themselves.
            Page::InvoiceComing => nav { a href="" { (language.invoice) } },
            Page::NoInvoice => {}
        }
    };
    let refresh = is_coming.then_some(ASK_AGAIN_AFTER);
    html::page(language.tag, title, refresh, &content)
}

/// Two forms, one for each way to find a receipt, because each has its own required fields.
fn find(language: &Language) -> Markup {
    html! {
        form method="post" {
            (field(language.code, html! {
                input name="code" required autocomplete="off" autocapitalize="characters"
                    minlength="8" maxlength="9" spellcheck="false";
            }))
            button { (language.find) }
        }
        p.or { (language.or) }
        form method="post" {
            (field(language.terminal, html! {
                input name="terminal" required maxlength="120" autocomplete="off" spellcheck="false";
            }))
            (field(language.date, html! { input name="date" type="date" required; }))
            (field(language.amount, html! {
                input name="amount" required inputmode="decimal" autocomplete="off" maxlength="20";
            }))
            (field(language.last_four, html! {
                input name="last-four" required inputmode="numeric" pattern="[0-9]{4}" maxlength="4"
                    autocomplete="off";
            }))
            button { (language.find) }
        }
    }
}

/// `typed` fills the fields with what the driver typed before.
fn buyer(language: &Language, typed: Option<&Buyer>) -> Markup {
    html! {
        form method="post" {
            (field(language.name, html! {
                input name="name" required autocomplete="organization" maxlength="200"
                    value=[typed.map(|it| &it.name)];
            }))
            (field(language.address, html! {
                textarea name="address" required autocomplete="street-address" maxlength="300"
                    rows="3" { @if let Some(typed) = typed { (typed.address) } }
            }))
            (field(language.vat_number, html! {
                input name="vat-number" required autocomplete="off" maxlength="30"
                    spellcheck="false" autocapitalize="characters"
                    value=[typed.map(|it| &it.vat_number)];
            }))
            button { (language.request_invoice) }
        }
    }
}

fn field(label: &str, input: Markup) -> Markup {
    html! { label { span { (label) } (input) } }
}
