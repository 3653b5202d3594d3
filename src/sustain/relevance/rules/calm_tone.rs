//! How a colleague sounds: no shouting, no formulas, no hype, no pressure.

use super::{Draft, Outcome, pass, quote, warn};

pattern!(
    FORMULA,
    r"(?i)\bhope (?:this|my) (?:e-?mail|message|note) finds you\b|\b(?:hope|trust) (?:this|that this) finds you\b|\bdo(?:n['’]t| not) hesitate\b|\bdear (?:sir|madam)\b|\bas per (?:my|our)\b|\bplease be advised\b|\bkind(?:ly|est)? (?:find|revert|advise|note)\b|\bat your earliest convenience\b|\bto whom it may\b|\bplease note that\b|\bper my last\b|\bi trust (?:you|this)\b"
);
pattern!(
    HYPE,
    r"(?i)\b(?:synerg\w+|game[- ]chang\w+|revolutionary|best[- ]in[- ]class|world[- ]class|cutting[- ]edge|next[- ]level|groundbreaking|unparalleled|win[- ]win|supercharge|skyrocket|10x|thrilled to announce|super excited|beyond (?:excited|thrilled|happy)|phenomenal|hands down|most (?:incredible|amazing)|blown away|unstoppable|utterly|transform(?:s|ing)? (?:the|an|your|our) (?:whole |entire )?industry|mind[- ]blowing|disruptive|seamless(?:ly)?|unlock(?:ing)? (?:value|growth)|leverage our)\b"
);
pattern!(
    PRESSURE,
    r"(?i)\b(?:asap|act now|last chance|don['’]t miss|hurry|before it['’]s too late|urgent(?:ly)?|limited time only|final reminder)\b"
);
pattern!(SHOUT, r"\b[A-Z]{4,}\b[^a-z]{0,3}\b[A-Z]{3,}\b");

pub(super) fn check(draft: &Draft<'_>) -> Outcome {
    let text = draft.text();
    let marks = text.matches('!').count();
    if marks > draft.settings.exclamation_marks {
        let at = text.match_indices('!').map(|(i, m)| i..i + m.len()).collect();
        return warn(format!("{marks} exclamation marks."), "Use full stops.", at);
    }
    let kinds = [
        (&FORMULA, "a formula", "Leave it out and start with what you bring."),
        (&HYPE, "hype", "Say what it does, in numbers or in plain words."),
        (&PRESSURE, "pressure", "Name the date that matters and why."),
        (&SHOUT, "shouting", "Use small letters."),
    ];
    for (re, what, fix) in kinds {
        if let Some(m) = re.find(text) {
            return warn(format!("{} sounds like {what}.", quote(draft, &m.range())), fix, vec![m.range()]);
        }
    }
    if text.chars().filter(|c| ('\u{1F300}'..='\u{1FAFF}').contains(c)).count() > 2 {
        return warn("More emoji than a note bears.", "Keep one at the most.", vec![]);
    }
    pass("Calm and plain.")
}
