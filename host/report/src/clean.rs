//! Removes invisible characters from texts. A bidirectional override could reverse the digits
//! beside it.

/// The text without control, format and filling characters. Line ends stay. Other white space
/// becomes a space, or stays if it is a no-break space.
pub(crate) fn clean(text: &str) -> String {
    let space = |it: char| match it {
        '\n' | '\u{a0}' | '\u{202f}' => it,
        it if it.is_whitespace() => ' ',
        it => it,
    };
    let visible = text.chars().map(space).filter(|it| !is_invisible(*it));
    visible.collect()
}

fn is_invisible(character: char) -> bool {
    match character {
        '\n' => false,
        '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{115f}'..='\u{1160}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{fffe}'..='\u{ffff}'
        | '\u{e0000}'..='\u{e0fff}' => true,
        _ => character.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn what_cannot_be_seen_goes_and_letters_of_every_script_stay() {
        assert_eq!(clean("\u{202e}12\u{2066}3\u{200b}\u{feff}4\u{0}"), "1234");
        assert_eq!(clean("a\tb\u{2028}c\u{a0}d"), "a b c\u{a0}d");
        let text = "Ångström, Αθήνα, София, 充電, שלום, e\u{301}\nnext";
        assert_eq!(clean(text), text);
    }
}
