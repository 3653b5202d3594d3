//! What a clause means beside its neighbours.

use super::frames;
use super::{Clause, Kind, Object};

pattern!(
    /// Something is passed to us, for us to do.
    TO_US,
    r"\b(?:over |on |back |straight |right )?(?:to|at|with|on) (?:me|us|my desk|our desk|my plate|my team|our team)\b|\b(?:my|our) way\b|^(?:call|ring|page|ping|text|phone|message|wake|give|hand|leave|toss|throw|pass|lend|send|name|pick) (?:me|us)\b"
);
pattern!(
    KICK_TO_US,
    r"^(?:just |then )*(?:kick|throw|toss|send|forward|pass|hand|push|route|give|leave) (?:it|them|that|those|him|her)\b.*\b(?:to|at|with) (?:me|us|my|our)\b"
);
pattern!(FALLS_TO_YOU, r"\b(?:if|when|whenever|should) .*\byour?\b");
pattern!(
    EARSHOT,
    r"^(?:if|when) you (?:ever |do |happen to )*hear (?:anything|something|of anything|more|back)\b"
);

pattern!(
    /// What follows is meant for the reader's good.
    ADVISED,
    r"\b(?:my|our|one|an?|small|quick) (?:\w+ )?(?:advice|tip|hint|suggestion)\b|^(?:tip|hint)\b|if i were you\b"
);
pattern!(
    FOR_YOUR_SAKE,
    r"^(?:in order |so as )?(?:to|so|so that) (?:\w+ ){0,3}?your?\b|^which (?:\w+ ){1,4}?your?\b"
);
pattern!(SPARES_YOU, r"^(?:that|this|it|which) (?:\w+ ){1,4}?your?\b");
pattern!(
    CALL_ME,
    r"^(?:just |then )?(?:page|call|ring|ping|text|wake|ask|phone|message|shout at|come to|blame|use) (?:me|us|our)\b"
);
pattern!(
    /// "You introduce us", "the chance to help us close": the reader acts, and we are served.
    SERVES_US,
    concat!(
        r"\b",
        reader!(),
        r" (?:also |just |then |first |already )*(?P<verb>[a-z]{3,}) (?:us|me)\b|\b(?:chance|opportunity|occasion|invitation|commit|agree|promise|ready|willing) (?:\w+ ){0,3}?(?:to |for you to )(?P<to>[a-z]{3,}) (?:us|me|our)\b|\byou (?:commit|agree|promise) to (?:\w+ )?(?P<ing>\w+ing) "
    )
);
pattern!(
    /// What the reader did already, feels, or may say.
    NO_SERVICE,
    r"^(?:\w+ed|told|gave|sent|made|met|let|lets|tell|tells|want|wants|need|needs|know|knows|like|likes|trust|ask|call|ring|page|ping|text|message|hear|see|find|catch|reach|join|owe|help|brought|taught|got|have|has|had|are|for|from|with|and|that|because|than|think|believe|spare|save|cost)$"
);
pattern!(
    SPARES_US,
    r"^(?:in order )?to (?:save|spare|help|give|let|allow|enable) (?:us|me|our)\b|^(?:a|one|small|quick) (?:\w+ )?favou?r\b|^do (?:me|us) \w+"
);
pattern!(
    FOR_OUR_SAKE,
    r"^(?:so|so that|that way) (?:i|we|our|my)\b|^(?:then |just )*(?:let (?:us|me) have|(?:send|give|bring|show|hand|forward) (?:(?:it|them) (?:back )?(?:to )?)?(?:us|me)|report|share (?:it|them) with (?:us|me))\b"
);
pattern!(
    YOURS_TO_DO,
    r"^(?:(?:maybe|perhaps|then|but|and) )*(?:you|your \w+) (?:can|could|may|might|would|should|will)\b"
);
pattern!(OURS, r"\b(?:me|us|our|my|ours|mine|we|i)\b");

/// Reads again what depends on the rest of the sentence or of the note.
pub(super) fn weigh(clauses: &mut [Clause]) {
    for at in 0..clauses.len() {
        if let Some((kind, object)) = beside(clauses, at).or_else(|| turned(clauses, at)) {
            (clauses[at].kind, clauses[at].object) = (kind, object);
        }
    }
}

/// What a clause is beside the others, whatever it was taken for.
fn beside(clauses: &[Clause], at: usize) -> Option<(Kind, Object)> {
    let here = &clauses[at];
    let later = || clauses[at + 1..].iter().filter(|c| c.sentence == here.sentence);
    let sentence = || clauses.iter().filter(|c| c.sentence == here.sentence);
    if here.kind == Kind::Offer && here.object == Object::Courtesy {
        // "Tell me what you need and I'll see to it" promises a deed.
        let promised = later().any(|c| c.kind == Kind::Offer && c.object == Object::Work);
        return promised.then_some((Kind::Offer, Object::Help));
    }
    let serves_us = SERVES_US
        .captures(&here.words)
        .is_some_and(|f| f.name("verb").is_none_or(|verb| !NO_SERVICE.is_match(verb.as_str())));
    if serves_us && !matches!(here.kind, Kind::Request | Kind::Waive) {
        return Some((Kind::Request, Object::Work));
    }
    if here.burdens() && here.words.starts_with("anything") && later().any(|c| CALL_ME.is_match(&c.words)) {
        // "Anything that breaks, page me": the writer stands by.
        return Some((Kind::Offer, Object::Help));
    }
    let for_your_sake = |c: &Clause| match c.sentence {
        s if s == here.sentence => FOR_YOUR_SAKE.is_match(&c.words),
        s => s == here.sentence + 1 && SPARES_YOU.is_match(&c.words),
    };
    if here.kind == Kind::State && frames::done_by_us(&here.words) && clauses.iter().any(for_your_sake) {
        // "To spare your team the weekend, we loaded the data."
        return Some((Kind::Deliver, Object::Work));
    }
    let for_us = later().any(|c| FOR_OUR_SAKE.is_match(&c.words));
    let told = here.kind == Kind::Request && here.object == Object::Other;
    let yours = told || YOURS_TO_DO.is_match(&here.words);
    let spares_us =
        here.kind == Kind::Request && !here.burdens() && sentence().any(|c| SPARES_US.is_match(&c.words));
    // "You could take the data questions so I can focus": what serves us is asked for.
    ((for_us && yours && here.kind != Kind::CheckIn) || spares_us).then_some((Kind::Request, Object::Work))
}

/// A request that is none beside the others.
fn turned(clauses: &[Clause], at: usize) -> Option<(Kind, Object)> {
    let here = &clauses[at];
    if here.kind != Kind::Request {
        return None;
    }
    let later = || clauses[at + 1..].iter().take_while(|c| c.sentence == here.sentence);
    let sentence = || clauses.iter().filter(|c| c.sentence == here.sentence);
    let before = |kinds: &[Kind]| clauses[..at].iter().any(|c| kinds.contains(&c.kind) && c.words.len() > 20);
    let ours_follows = later().any(|c| {
        c.kind == Kind::Offer && matches!(c.object, Object::Work | Object::Introduction | Object::Asset)
    });
    let told = before(&[Kind::State, Kind::Deliver]);
    let unselfish = told && frames::may_advise(&here.words) && !sentence().any(|c| OURS.is_match(&c.words));
    if unselfish && here.burdens() {
        // "Their CIO dislikes slides, so bring two": a word on the reader's own deal.
        return Some((Kind::State, Object::Other));
    }
    let advised = !OURS.is_match(&here.words) && sentence().any(|c| ADVISED.is_match(&c.words));
    let relieved = KICK_TO_US.is_match(&here.words)
        && clauses[..at].iter().any(|c| c.sentence == here.sentence && FALLS_TO_YOU.is_match(&c.words))
        && later().any(|c| c.words.starts_with("i "));
    if advised || relieved || !here.burdens() && TO_US.is_match(&here.words) && ours_follows {
        // "Throw it over to me and I'll answer it": the work comes our way.
        return Some((Kind::Offer, Object::Work));
    }
    // "If you hear anything, shout and I'll send the list": nothing has to be looked for.
    let given = before(&[Kind::Offer, Kind::Deliver, Kind::State]);
    (EARSHOT.is_match(&here.words) && ours_follows && given).then_some((Kind::Request, Object::Answer))
}
