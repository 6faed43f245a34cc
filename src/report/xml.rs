//! Texts in XML: escaping, and the white space of OpenDocument.
//!
//! Not here: which elements there are. Invariant: whatever the text, the XML around it stays well-formed;
//! what XML can't hold becomes U+FFFD.

/// One line of a paragraph; spaces that would collapse are written as elements (ODF 1.3 part 3, section 6.1).
pub(super) fn paragraph(out: &mut String, line: &str) {
    let mut plain = false;
    let mut rest = line.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            ' ' if plain && rest.peek().is_some() => {
                out.push(' ');
                plain = false;
            }
            ' ' => out.push_str("<text:s/>"),
            '\t' => out.push_str("<text:tab/>"),
            '\r' => out.push_str("<text:line-break/>"),
            other => escape_one(out, other),
        }
        plain |= !matches!(character, ' ');
    }
}

/// Appends `content` so that it may stand in an element or an attribute.
pub(super) fn escape(out: &mut String, content: &str) {
    content.chars().for_each(|character| escape_one(out, character));
}

fn escape_one(out: &mut String, character: char) {
    match character {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '"' => out.push_str("&quot;"),
        '\n' => out.push_str("&#10;"),
        '\r' => out.push_str("&#13;"),
        '\t' => out.push_str("&#9;"),
        other if in_xml(other) => out.push(other),
        _ => out.push(char::REPLACEMENT_CHARACTER),
    }
}

/// Whether XML 1.0 has this character at all (section 2.2).
pub(super) fn in_xml(character: char) -> bool {
    !matches!(character, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}
