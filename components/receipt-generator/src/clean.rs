//! Removes the characters that people cannot see from texts.
//!
//! Names come from the configuration or from a station, and stand beside amounts. A bidirectional
//! override in a name could reverse the digits after it, and a control character could move a
//! terminal's cursor.

use chargetap_contract::receipt::{
    Buyer, Document, Invoice, Issuer, Original, Payout, Refund, Site, Subject, Summary,
};

/// The document with every free text cleaned. Texts with a fixed form are not changed here, but
/// checked later. Signed meter values are not changed.
pub(crate) fn document(document: &Document) -> Document {
    let document = document.clone();
    Document {
        number: document.number.map(text),
        issuer: issuer(document.issuer),
        site: site(document.site),
        evse_id: document.evse_id.map(text),
        subject: subject(document.subject),
        original: document.original.map(original),
        tariff: document.tariff.map(text),
        link: document.link.map(text),
        ..document
    }
}

fn issuer(issuer: Issuer) -> Issuer {
    Issuer {
        name: text(issuer.name),
        address: text(issuer.address),
        vat_number: text(issuer.vat_number),
        contact: text(issuer.contact),
    }
}

fn site(site: Site) -> Site {
    Site {
        name: text(site.name),
        address: text(site.address),
        time_zone: site.time_zone,
    }
}

fn subject(subject: Subject) -> Subject {
    match subject {
        Subject::Session(session) => Subject::Session(summary(session)),
        Subject::Refund(refund) => Subject::Refund(Refund {
            session: summary(refund.session),
            buyer: refund.buyer.map(buyer),
            ..refund
        }),
        Subject::Invoice(invoice) => Subject::Invoice(Invoice {
            session: summary(invoice.session),
            buyer: buyer(invoice.buyer),
        }),
        Subject::Payout(payout) => Subject::Payout(Payout {
            session: summary(payout.session),
            payee: text(payout.payee),
            statement: text(payout.statement),
            ..payout
        }),
    }
}

fn summary(summary: Summary) -> Summary {
    Summary {
        session: text(summary.session),
        terminal: text(summary.terminal),
        evse: text(summary.evse),
        ..summary
    }
}

fn buyer(buyer: Buyer) -> Buyer {
    Buyer {
        name: text(buyer.name),
        address: text(buyer.address),
        vat_number: text(buyer.vat_number),
    }
}

fn original(original: Original) -> Original {
    Original {
        id: text(original.id),
        number: original.number.map(text),
        ..original
    }
}

/// White space becomes single spaces, and invisible characters are removed.
pub(crate) fn text(raw: String) -> String {
    if is_clean(&raw) {
        return raw;
    }
    let visible: String = raw
        .chars()
        .filter(|character| character.is_whitespace() || !is_invisible(*character))
        .collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether nothing has to be changed, as in nearly all texts.
fn is_clean(text: &str) -> bool {
    let has_odd_space = text.starts_with(' ') || text.ends_with(' ') || text.contains("  ");
    let is_odd = |character: char| match character {
        ' '..='~' => false,
        other => other.is_whitespace() || is_invisible(other),
    };
    !has_odd_space && !text.contains(is_odd)
}

/// Control characters, bidirectional marks, and the other characters that Unicode lets a renderer
/// ignore (`Default_Ignorable_Code_Point` in DerivedCoreProperties.txt).
fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffb}'
                | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

#[cfg(test)]
mod tests {
    fn text(raw: &str) -> String {
        super::text(raw.to_owned())
    }

    #[test]
    fn controls_and_bidirectional_marks_are_removed() {
        assert_eq!(text("a\u{0}b\u{1b}[31mc\u{7f}\u{9b}d"), "ab[31mcd");
        assert_eq!(
            text("\u{202e}12\u{202c}\u{2066}3\u{2069}\u{200f}\u{61c}4"),
            "1234"
        );
        assert_eq!(
            text("\u{feff}zero\u{200b}width\u{ad}\u{e0041}"),
            "zerowidth"
        );
    }

    #[test]
    fn line_breaks_and_tabs_become_one_space() {
        assert_eq!(
            text("  Storgatan 1\r\n\t111 22\u{2028}Stockholm\n"),
            "Storgatan 1 111 22 Stockholm"
        );
    }

    #[test]
    fn letters_of_every_script_stay() {
        let name = "Ångström & Søn, Αθήνα, София, 充電, שלום, e\u{301}";
        assert_eq!(text(name), name);
    }
}
