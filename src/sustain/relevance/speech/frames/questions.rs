//! Questions and conditions: what the reader would have to know, find or answer.

use super::super::objects::{DOOR_FOR_YOU, wanted};
use super::super::{Object, about_asset};
use super::{CHECK_IN, Reading, offer, request};

pattern!(
    IF_FOUND,
    r"(?x)\bif\ (?:an?|any|some)\w*\ (?:.*\ )?(?:crosses\ your|comes?\ to\ (?:you|mind)|springs?\ to|pops?\ (?:up|into)|turns?\ up|rings?\ a\ bell)
      | \b(?:if|when|whenever|should|where|in\ case|as\ soon\ as)\ (?:you|your\ \w+|anyone\ on\ your\ \w+)\ (?:ever\ |do\ |happen\ to\ |already\ )*(?:see|sees|hear|spot|notice|know|find|finds|come\ across|run\ into|think|have|has|get\ wind|got|bump\ into|stumble)(?:\ of|\ about|\ upon|\ on)?\ (?:any\b|anything|anyone|someone|somebody|something|some\b|other|more\ |a\ (?:name|contact|fit|lead|opening|chance|gap|match|few|list|prospect|client|customer|deal)|one\b|who\b|which\b|accounts|names|leads|opportunit|prospects|deals|clients|customers|companies|where)"
);

pattern!(
    NO_FIND,
    r"\b(?:any|some) (?:questions?|time|interest|use|trouble|doubts?|concerns?|preference|objection)|anything (?:\w+ )?(?:you need|i can|we can|unclear|wrong|missing|to add|else you|in (?:your|the) way|off\b)|someone (?:else )?(?:should|i should)|a few minutes|some minutes"
);

pattern!(
    IF_YOU,
    r"\b(?:if|once|when|whenever|as soon as|after|provided|until) (?:you|your \w+) (?:have |had |can |could |would |will |were able to |are able to |might |just |please |kindly |also |first |only |then )*(?P<rest>(?:send|share|give|pull|dig|find|look|list|map|compile|tell|point|name|pass|introduce|put|connect|identify|think|go|run|check|provide|drop|get|gather|prepare|suggest|recommend|flag|highlight|fill|do|did|took|went|ran|made|sent|shared|gave|given|done|found)\b.*)"
);

pattern!(
    /// "If you loop us in": any deed of the reader's that serves us.
    IF_FOR_US,
    concat!(r"\b(?:if|once|when|as soon as|as long as|provided(?: that)?|on condition that|assuming) ", reader!(), r"(?: (?:can|could|would|will|might|just|please|kindly|also|first|only|then|were to|were able to|are able to|was able to))* (?P<rest>\w+ (?:.* )?(?:us|me|our|my)\b.*)")
);
pattern!(
    /// "If you took the larger part": a deed put as a supposition.
    IF_YOU_WERE_TO,
    concat!(r"^(?:but |and |so )?if ", reader!(), r" (?P<verb>\w{3,}ed|took|gave|put|made|sent|brought|spoke|told|wrote|came|went|ran|did|bore|held|kept|drew|built) \w+")
);
pattern!(
    NO_DEED_OF_YOURS,
    r"^(?:wanted|needed|liked|missed|decided|preferred|wished|wondered|asked|agreed|tried|planned|looked|called|used|pitched|started|noticed|did|loved|received|attended|joined|signed|answered|replied|opened)$"
);
pattern!(
    /// The reader as one who wants, feels or turns to us.
    TURNS_TO_US,
    r"^(?:ever |do |should |already )*(?:want|need|like|love|prefer|wish|have|had|are|were|is|get|got|see|think|feel|hear|heard|agree|care|choose|decide|use|quote|miss|know|let|tell|told|say|call|ask|ping|ring|text|message|reach|join|trust|leave|hand|lend|forward|throw|toss|find (?:us|me|it|that|this|our|my))\b"
);

/// A condition that hides a request: "if you share your list, I'll match it".
pub(super) fn condition(w: &str) -> Option<Reading> {
    if IF_FOUND.is_match(w) && !NO_FIND.is_match(w) {
        return Some(request(Object::Opportunity));
    }
    if IF_YOU_WERE_TO.captures(w).is_some_and(|f| !NO_DEED_OF_YOURS.is_match(&f["verb"])) {
        return Some(request(Object::Work));
    }
    if IF_FOR_US.captures(w).is_some_and(|f| !TURNS_TO_US.is_match(&f["rest"])) {
        return Some(request(Object::Work));
    }
    let object = wanted(&IF_YOU.captures(w)?["rest"]);
    matches!(object, Object::Work | Object::Opportunity | Object::Introduction).then_some(request(object))
}

pattern!(
    TELL_ME,
    r"^(?:(?:please|just|do|and|then|so) )*(?:let (?:me|us) know|tell (?:me|us)|give (?:me|us) a (?:shout|ring|nod|call|heads.?up)|shout|ping (?:me|us)|drop (?:me|us) a (?:line|note)|say (?:so|yes|the word)|just say|reply|holler)\b ?(?P<rest>.*)"
);

pattern!(
    NEEDED,
    r"\b(?:you|your \w+) (?:\w+ )?(?:need|want|could use|require|get stuck)|(?:anything|something|what|how|where) (?:else )?(?:i|we) (?:can|could)|(?:i|we) (?:can|could|may) (?:help|assist|support|be)"
);

pattern!(FACT_WANTED, r"^(?:what|who|whom|whose|which|where|how|why)\b");
pattern!(
    /// The reader's own taste, known without a search.
    TASTE,
    r"^what you (?:think|need|want|prefer|like|make)\b|^(?:which|how|where|who)(?: (?:one|time|day|date|slot|of (?:the|these|them)))? (?:you|to|suits?|works?|would|i|we|one|time|day|date|slot|of)\b|^which\b|^how (?:it|that|things?) (?:goes|went|lands?|works?|looks?|sounds?)"
);

/// "Let me know …": what is to be let known decides.
pub(super) fn answer_wanted(w: &str) -> Option<Reading> {
    let found = TELL_ME.captures(w)?;
    let rest = found["rest"].trim();
    if rest.is_empty() {
        return Some(request(Object::Answer));
    }
    if NEEDED.is_match(rest)
        && wanted(rest) != Object::Opportunity
        && !about_asset(rest)
        && !DOOR_FOR_YOU.is_match(rest)
    {
        return Some(offer(Object::Courtesy));
    }
    Some(match wanted(rest) {
        Object::Introduction if DOOR_FOR_YOU.is_match(rest) || rest.contains("want") => {
            request(Object::Answer)
        }
        Object::Other | Object::Answer if FACT_WANTED.is_match(rest) && !TASTE.is_match(rest) => {
            request(Object::Work)
        }
        Object::Other | Object::Meeting => request(Object::Answer),
        Object::Work if CHOICE.is_match(rest) => request(Object::Answer),
        other => request(other),
    })
}

pattern!(
    INQUIRY,
    r"^(?:just )?(?:(?:do|did|have|are|were|has|is) (?:you|your \w+)|is there|are there|is (?:anyone|anybody)|would there be|have (?:you )?got|got (?:any|anything|anyone|a (?:minute|list|lead|name|contact|moment|sec|second|few)|some|your|names|time|two|three|five)|seen|heard|know of|know|any|anything|something|anybody|anyone|some|what about|how about)\b ?(?P<rest>.*)"
);

pattern!(
    YES_NO,
    r"^(?:any (?:interest|objections?|use|preference|questions?|good|thoughts|time|day|value|help|appetite|reason not)|(?:do|would) you (?:want|need|like|prefer|agree|mind)|(?:are|is) you(?:r \w+)? (?:free|around|open|up for|available|ok|okay|happy|interested|in town|good|keen|going|at)|do you have (?:any )?(?:\d+|ten|five|fifteen|twenty|half|a (?:minute|moment|few|sec|second|slot)|time|questions?|objections?|a preference)|how about|what about|is there (?:a|any) (?:good |better )?(?:time|day|reason|interest|objection))"
);

pattern!(
    NUDGE,
    r"^(?:just )?(?:did you (?:get|see|have|receive|read|manage|catch)|have you (?:had|seen my|read|got my|got round)|any (?:\w+ )?(?:updates?|news|movement|progress|traction|feedback|word|developments?|luck|joy)|anything new|(?:is|are) (?:there )?(?:anything|something) (?:new|happening)|are you (?:still|seeing|working|talking|planning|in touch)|is there (?:any )?(?:update|news|movement|progress))"
);

pattern!(
    ANY_HOLDING,
    r"^any (?:\w+ )?(?:accounts|clients|customers|prospects|names|deals|targets|contacts|companies)\b"
);

pattern!(
    FINITE,
    r"^(?:any|some) (?:\w+ ){1,4}(?:will|gets|means|helps|makes|happens) |^(?:any|some) (?:\w+ ){1,2}(?:can|could|may|is|are|has|works?) "
);

/// "Do you have …", "Any …", "Anything …": what the reader is asked for.
pub(super) fn inquiry(w: &str) -> Option<Reading> {
    if FINITE.is_match(w) && !w.contains("you") && !w.contains("there ") {
        return None;
    }
    let found = INQUIRY.captures(w)?;
    let object = wanted(&found["rest"]);
    if NUDGE.is_match(w) {
        return Some(request(if object == Object::Opportunity { object } else { Object::Update }));
    }
    if ANY_HOLDING.is_match(w) {
        return Some(request(Object::Opportunity));
    }
    if YES_NO.is_match(w) {
        let heavy = object == Object::Opportunity || (object == Object::Work && w.contains("your "));
        let kept = heavy || object == Object::Meeting;
        return Some(request(if kept { object } else { Object::Answer }));
    }
    if w.starts_with("some ")
        || w.starts_with("know ")
        || w.starts_with("something ")
        || w.starts_with("heard ")
    {
        return None;
    }
    if w.starts_with("anything") || w.starts_with("is there anything") {
        return Some(request(Object::Opportunity));
    }
    let leads = [
        "anyone",
        "anybody",
        "any ",
        "is there",
        "are there",
        "got ",
        "have ",
        "seen ",
        "do you know",
        "do you see",
    ];
    Some(request(match object {
        Object::Other | Object::Answer if leads.iter().any(|l| w.starts_with(l)) => Object::Opportunity,
        other => other,
    }))
}

pattern!(
    ASKING,
    r"^(?:(?:i |we )?(?:am |are |was |were |would (?:also )?be )?(?:just )?(?:curious|wondering|interested|keen to (?:know|hear|learn)|trying to (?:find out|figure out|understand))(?: to (?:know|hear|see))? |remind me |can i ask |may i ask )?(?P<wh>who|whom|what|which|where|when|how) (?P<rest>.*)"
);

pattern!(
    CHOICE,
    r"\b(?:would you (?:like|prefer|rather)|you (?:would (?:like|prefer|rather)|prefer|want)|should i (?:send|copy|start|open|book|call|ask|bring|do|take|write|hold|introduce|set)|shall i|works?|suits?|first|better|easier|is best|do you (?:think|prefer|want|like))\b"
);

pattern!(
    SMALL_TALK,
    r"^(?:is|are) (?:[\w'&.-]+ ){1,3}(?:treating|going|looking|coming)\b|^(?:is|are|was|has|have|did) (?:it|things|you|everything|life|business|your (?:week|quarter|day|month|summer|weekend|team)|all|that)\b|^(?:goes|went)\b"
);

pattern!(
    LOOKUP,
    r"^(?:else )?(?:(?:\d+|two|three|five|ten|other|few|of the) )?(?:should|can|could|do|would|might|is|are|owns|runs|handles|leads|signs|decides|looks|has|in|at|on|from|there|accounts|deals|names|prospects|customers|clients|opportunit\w+|companies|ones|of|you|your|we)\b"
);

pattern!(
    INVERTED,
    r"^(?:i |we |just |am |was |curious|wondering|keen|remind|can i ask|may i ask)|^(?:who|what|which|where|when|how)(?: \w+)? (?:should|can|could|do|did|would) (?:i|we|you|your)\b|^(?:what|who) (?:else )?(?:is in your|are you|have you)\b"
);

pattern!(
    PROMISED,
    r"\b(?:when|once|before|after|if|as soon as) (?:i|we) (?:introduce|connect|put|bring) (?:you|the two|your)\b"
);

/// Questions of who, what, which, where and how.
pub(super) fn which_or_who(w: &str, question: bool) -> Option<Reading> {
    // "Dana, who runs operations" asks nobody.
    if !question && !INVERTED.is_match(w) {
        return None;
    }
    let found = ASKING.captures(w)?;
    let (wh, rest) = (&found["wh"], &found["rest"]);
    let asks =
        found[0].len() > wh.len() + 1 + rest.len() || LOOKUP.is_match(rest) || SMALL_TALK.is_match(rest);
    if !asks || (matches!(wh, "what" | "which" | "when" | "where" | "how") && !FRONTED.is_match(rest)) {
        return None;
    }
    if wh == "how" && SMALL_TALK.is_match(rest) {
        return Some(CHECK_IN);
    }
    if PROMISED.is_match(rest) {
        return Some(offer(Object::Introduction));
    }
    let object = wanted(rest);
    Some(match object {
        _ if object != Object::Opportunity && CHOICE.is_match(rest) && !rest.contains("your ") => {
            request(Object::Answer)
        }
        Object::Meeting | Object::Opportunity | Object::Work => request(object),
        _ if wh == "when" => request(Object::Meeting),
        _ if wh == "who" || wh == "whom" => request(Object::Work),
        _ if rest.contains("together") || rest.contains("we be doing") => request(Object::Opportunity),
        _ if rest.contains("your ") => request(Object::Work),
        _ if rest.starts_with("are you") || rest.starts_with("is the") => request(Object::Update),
        _ => request(Object::Answer),
    })
}

pattern!(
    FRONTED,
    r"^(?:else |other |\w+ )?(?:should|can|could|do|does|did|would|might|is|are|was|has|have|accounts|deals|names|prospects|customers|clients|opportunit\w+|companies|of your)\b"
);
