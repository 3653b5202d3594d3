//! From a text to its clauses: where one ends, and its words in one spelling.

use std::ops::Range;

use regex_lite::Captures;

/// A clause before it is understood.
pub(super) struct Raw {
    /// Where it stands in the text, in bytes.
    pub span: Range<usize>,
    /// In one spelling ([`normal`]).
    pub words: String,
    /// Whether its sentence ends with a question mark.
    pub question: bool,
    /// The number of its sentence, from 0.
    pub sentence: usize,
}

pattern!(LINK, r"(?i)<[^<>\s]*(?:\|[^<>]*)?>|(?:https?://|www\.)[^\s<>]+|\b[\w-]+(?:\.[\w-]+)+/[^\s<>]*");
pattern!(ABBREVIATION, r"(?i)\b(?:e\.g|i\.e|etc|vs|mr|mrs|ms|dr|inc|corp|ltd|co|st|approx|no|[a-z])$");
pattern!(
    JOINT,
    r"(?ix) (?: ,\s+ | \s+[–—-]+\s+ | [–—] | :\s+ | \s*[()]\s*
      | \s+(?:and|but|(?P<so>so)|or|then|because)\s+(?P<next>(?:then|also|maybe|perhaps|if)\s+)?
        (?P<subject>(?:i|we|you|she|he|they|it|could|can|would|will|please|pls|let|lmk|shall|should|do|does|is|are|if
        |who|what|which|where|how|any|anything|just|tell|maybe)(?:['’]\w+)?\b) )"
);

/// Cuts `text` into clauses, in reading order.
pub(super) fn clauses(text: &str) -> Vec<Raw> {
    let mut out = Vec::new();
    for (number, sentence) in sentences(text).into_iter().enumerate() {
        let body = &text[sentence.clone()];
        let question = body.trim_end_matches(['"', '”', ')', ' ', '!']).ends_with('?') || ASKS.is_match(body);
        let links: Vec<_> = LINK.find_iter(body).map(|m| m.range()).collect();
        let mut start = 0;
        for joint in JOINT.captures_iter(body) {
            let Some(whole) = joint.get(0) else { continue };
            if links.iter().any(|l| l.contains(&whole.start())) {
                continue;
            }
            let next = joint
                .name("so")
                .or(joint.name("next"))
                .or(joint.name("subject"))
                .map_or(whole.end(), |m| m.start());
            push(&mut out, text, sentence.start + start..sentence.start + whole.start(), question, number);
            start = next;
        }
        push(&mut out, text, sentence.start + start..sentence.end, question, number);
    }
    out
}

fn push(out: &mut Vec<Raw>, text: &str, span: Range<usize>, question: bool, sentence: usize) {
    let words = normal(&text[span.clone()]);
    if !words.is_empty() {
        let body = &text[span.clone()];
        let lead = body.len() - body.trim_start().len();
        let span = span.start + lead..span.start + body.trim_end().len();
        out.push(Raw { span, words, question, sentence });
    }
}

fn sentences(text: &str) -> Vec<Range<usize>> {
    let links: Vec<_> = LINK.find_iter(text).map(|m| m.range()).collect();
    let mut out = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|&(_, c)| c);
        let ends = match c {
            '\n' | ';' | '…' | '•' => true,
            '.' | '!' | '?' => {
                let breaks = next.is_none_or(|n| n.is_whitespace() || matches!(n, '"' | '”' | ')' | '\''));
                breaks && !(c == '.' && ABBREVIATION.is_match(&text[start..at]))
            }
            _ => false,
        };
        if ends && !links.iter().any(|l| l.start <= at && at + 1 < l.end) {
            out.push(start..at + c.len_utf8());
            start = at + c.len_utf8();
        }
    }
    out.push(start..text.len());
    out.retain(|r| text[r.clone()].chars().any(char::is_alphanumeric));
    out
}

pattern!(
    /// A question by its order, with or without its mark.
    ASKS,
    r"(?i)^\s*(?:(?:hi|hey|btw|by the way|so|also|and|oh)[,\s]+)*(?:who(?:['’]?s| is| are| owns| runs| signs| decides)|(?:what|how|where|when|why) (?:does|did|do)|when(?:['’]?s| is| are))\b"
);
pattern!(CONTRACTION, r"\b(\w+?)(n't|'ll|'ve|'re|'d|'m|'s)\b");
pattern!(
    SHORTHAND,
    r"\b(?:lmk|pls|plz|wanna|gonna|gotta|lets|im|ive|intros?|opps?|u|ur|thx|cust|abt|whos|whats|wheres|hows|dont|cant|wont|didnt|tmrw)\b"
);
/// The characters of words in ASCII and lower case; what is no word is a blank.
fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '’' | '‘' | '`' => out.push('\''),
            'a'..='z' | '0'..='9' | '\'' | '&' | '%' | '$' | '+' | '#' | '/' | '.' | '-' => out.push(c),
            'A'..='Z' => out.push(c.to_ascii_lowercase()),
            c if !c.is_ascii() && c.is_alphanumeric() => {
                let plain = deunicode::deunicode_char(c).unwrap_or_default();
                out.extend(plain.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()));
            }
            _ => out.push(' '),
        }
    }
    out
}

/// One spelling for what people write in many: lower case in ASCII, contractions written out, links as `link`, no
/// punctuation.
pub(in crate::sustain::relevance) fn normal(text: &str) -> String {
    let plain = folded(&LINK.replace_all(text, " link "));
    let long = CONTRACTION.replace_all(&plain, |c: &Captures<'_>| match (&c[1], &c[2]) {
        ("ca", "n't") => "can not".to_owned(),
        ("wo", "n't") => "will not".to_owned(),
        (w, "n't") => format!("{w} not"),
        (w, "'ll") => format!("{w} will"),
        (w, "'ve") => format!("{w} have"),
        (w, "'re") => format!("{w} are"),
        (w, "'d") => format!("{w} would"),
        (w, "'m") => format!("{w} am"),
        ("let", _) => "let us".to_owned(),
        (w @ ("it" | "that" | "there" | "here" | "what" | "who" | "where" | "how" | "she" | "he"), _) => {
            format!("{w} is")
        }
        (w, s) => format!("{w}{s}"),
    });
    let full = SHORTHAND.replace_all(&long, |c: &Captures<'_>| match &c[0] {
        "lmk" => "let me know",
        "pls" | "plz" => "please",
        "wanna" => "want to",
        "gonna" => "going to",
        "gotta" => "got to",
        "lets" => "let us",
        "im" => "i am",
        "ive" => "i have",
        "intro" => "introduction",
        "intros" => "introductions",
        "opp" => "opportunity",
        "opps" => "opportunities",
        "u" => "you",
        "ur" => "your",
        "thx" => "thanks",
        "abt" => "about",
        "whos" => "who is",
        "whats" => "what is",
        "wheres" => "where is",
        "hows" => "how is",
        "dont" => "do not",
        "cant" => "can not",
        "wont" => "will not",
        "didnt" => "did not",
        "tmrw" => "tomorrow",
        _ => "customer",
    });
    let edges = ['-', '.', '/', '\'', '+', '#', '&'];
    let words = full.split(' ').map(|word| word.trim_matches(edges)).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}
