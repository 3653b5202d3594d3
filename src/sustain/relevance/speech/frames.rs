//! The act of a clause and its actor, told by the order of subject, modal and verb.

use super::objects::{DOOR_FOR_YOU, given, wanted};
use super::{Kind, Object, Party, about_asset};

/// What a clause was found to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reading {
    pub kind: Kind,
    pub actor: Party,
    pub object: Object,
}

const fn offer(object: Object) -> Reading {
    Reading { kind: Kind::Offer, actor: Party::Us, object }
}
const fn request(object: Object) -> Reading {
    Reading { kind: Kind::Request, actor: Party::You, object }
}
const fn deliver(object: Object) -> Reading {
    Reading { kind: Kind::Deliver, actor: Party::Us, object }
}
const CHECK_IN: Reading = Reading { kind: Kind::CheckIn, actor: Party::Us, object: Object::Update };
const STATE: Reading = Reading { kind: Kind::State, actor: Party::Others, object: Object::Other };

/// Frames that are tried before questions of who and which, the narrow before the wide.
const BEFORE: [Frame; 7] = [waiver, reported, condition, answer_wanted, help_offered, leave_asked, inquiry];
/// Frames that are tried after them.
const AFTER: [Frame; 8] = [asked_of_you, together, wish, duty, imperative, deed_offered, delivery, check_in];

type Frame = fn(&str) -> Option<Reading>;

/// Reads one clause in normal spelling.
pub(super) fn read(words: &str, question: bool) -> Reading {
    let words = LEAD.replace(words, "");
    let first = |frames: &[Frame]| frames.iter().find_map(|frame| frame(&words));
    let found = first(&BEFORE).or_else(|| which_or_who(&words, question)).or_else(|| first(&AFTER));
    found.unwrap_or(if question { request(Object::Answer) } else { STATE })
}

pattern!(
    LEAD,
    r"^(?:(?:hi|hey|hello|morning|and|but|so|or|then|also|well|ok|okay|btw|ps|p\.s|anyway|while we are at it|if so|if not|in return|in exchange|meanwhile|otherwise|quick (?:one|question|ask)|one (?:thing|ask|more thing)) )+"
);
pattern!(
    WAIVER,
    r"(?x)\b(?: no\ need | nothing\ (?:for\ you|needed|required|asked|to\ (?:do|prepare|prep|dig|read|fill|send|answer)|from\ you|on\ your\ side) | need\ not | (?:do|does)\ not\ (?:have\ to|need\ to|need\ any|need\ you|want\ anything|need\ your|need\ a)
      | without\ (?:you|your|asking|having) | not\ asking | (?:saves?|spares?)\ you(?:r\ team)? | so\ (?:that\ )?(?:you|your\ \w+)\ (?:do|need)\ not | no\ (?:action|reply|prep|homework|work|asks?|answer|strings|research|digging|rush|pressure|obligation|list)\b
      | (?:rather\ than|instead\ of)\ (?:you|ask|have|mak) | not\ your\ (?:job|homework) | never\ have\ to | not\ (?:after|looking\ for)\ (?:any|a|leads|your) )"
);
pattern!(
    REPORTED,
    r"^(?:that )?(?:the|their|its|his|her|he|she|they|it|nobody|somebody|everyone|[\w.&-]+'s?|[\w.&-]+(?: \w+){0,4}?) (?:\w+ ){0,5}?(?:asks?|asked|asking|wants?|wanted|wondered|wonders|hopes?|hoping|would (?:like|love)|needs?|said|says|told|is looking|are looking|looked|takes?)\b"
);
pattern!(
    NOT_THIRD,
    r"^(?:i|we|you|your|my|our|just|was|been|wondering|hoping|asking|looking|please|can|could|would|will|do|does|did|is|are|have|has|any|anything|if|let|who|what|which|where|when|how|to|feel|don't|tell|keep|send|give|point|share|say|shout|all|not|should|shall|may|might|want|need|happy|glad|here|attached|thanks|maybe|got)\b"
);
pattern!(OUR_VOICE, r"\b(?:i|we) (?:\w+ )?(?:asked|want|need|hope|would|said|told)\b");

/// "No need to send a list": it names work only to rule it out.
fn waiver(w: &str) -> Option<Reading> {
    if !WAIVER.is_match(w) || w.contains("just send") {
        return None;
    }
    // "I'll send it so that you need not look" gives more than it waives.
    let deed = deed_offered(w).filter(|r| r.kind == Kind::Offer && r.object != Object::Other);
    Some(deed.unwrap_or(Reading { kind: Kind::Waive, actor: Party::You, object: Object::Work }))
}

/// "Their CFO asked if you could send the list": wanted by the account, not by us.
fn reported(w: &str) -> Option<Reading> {
    if NOT_THIRD.is_match(w) || !REPORTED.is_match(w) || OUR_VOICE.is_match(w) {
        return None;
    }
    Some(if OPEN_TO_YOU.is_match(w) { deliver(Object::Introduction) } else { result(w).unwrap_or(STATE) })
}

pattern!(
    OPEN_TO_YOU,
    r"(?x)\b(?: (?:meet|talk\ to|speak\ to|speak\ with|talk\ with|hear\ from|see|call|invite|take\ (?:a|your)\ (?:\w+\ )?(?:call|meeting)(?:\ from\ you)?|give)\ (?:with\ )?(?:you\b|your\b) | take\ (?:your|a|the)\ (?:call|meeting) | (?:expecting|waiting\ for)\ (?:you|your) | knows?\ (?:that\ )?(?:you\b|your\b) 
      | asked\ (?:me\ |us\ )?(?:for|about)\ (?:you\b|your\b|an?\ (?:name|introduction|recommendation|partner|integrator)|somebody|someone) | asked\ (?:me\ |us\ )?(?:who|whom) | asked\ to\ meet )"
);
pattern!(
    IF_FOUND,
    r"(?x)\b(?:if|when|whenever|should|where|in\ case|as\ soon\ as)\ (?:you|your\ \w+|anyone\ on\ your\ \w+)\ (?:ever\ |do\ |happen\ to\ |already\ )*(?:see|sees|hear|spot|notice|know|find|finds|come\ across|run\ into|think|have|has|get\ wind|got|bump\ into|stumble)(?:\ of|\ about|\ upon|\ on)?\ (?:any\b|anything|anyone|someone|somebody|something|some\b|other|more\ |a\ (?:fit|lead|opening|chance|gap|match|few|list|prospect|client|customer|deal)|one\b|who\b|which\b|accounts|names|leads|opportunit|prospects|deals|clients|customers|companies|where)"
);
pattern!(
    NO_FIND,
    r"\b(?:any|some) (?:questions?|time|interest|use|trouble|doubts?|concerns?|preference|objection)|anything (?:\w+ )?(?:you need|i can|we can|unclear|wrong|missing|to add|else you|in (?:your|the) way|off\b)|someone (?:else )?(?:should|i should)|a few minutes|some minutes"
);
pattern!(
    IF_YOU,
    r"\b(?:if|once|when|whenever|as soon as|after|provided|until) (?:you|your \w+) (?:have |had |can |could |would |will |were able to |are able to |might |just |please |kindly |also )*(?P<rest>(?:send|share|give|pull|dig|find|look|list|map|compile|tell|point|name|pass|introduce|put|connect|identify|think|go|run|check|provide|drop|get|gather|prepare|suggest|recommend|flag|highlight|fill|do|did|took|went|ran|made|sent|shared|gave|given|done|found)\b.*)"
);

/// A condition that hides a request: "if you share your list, I'll match it".
fn condition(w: &str) -> Option<Reading> {
    if IF_FOUND.is_match(w) && !NO_FIND.is_match(w) {
        return Some(request(Object::Opportunity));
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

/// "Let me know …": what is to be let known decides.
fn answer_wanted(w: &str) -> Option<Reading> {
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
        Object::Other | Object::Meeting => request(Object::Answer),
        Object::Work if CHOICE.is_match(rest) => request(Object::Answer),
        other => request(other),
    })
}

pattern!(
    WE_CAN_DO,
    r"^(?:is there |do you have |would there be |if there is |tell me |say )?(?:anything|something|any ?way|one thing|a thing|any(?:thing)? more|what(?: else)?|how|where|which of these|whatever)(?: else| at all| more)?(?: that| which)? (?:can |could |may |might |should |would )?(?:i|we|our \w+|my \w+)\b(?: \w+)? ?(?P<rest>.*)"
);
pattern!(
    FOR_OURSELVES,
    r"\b(?:together|with you\b|from you|for (?:us|me)\b|sell|win|get out|get in|get from|collaborate|partner|grow|should (?:know|talk|speak|go after|chase|target)|know about|talk to|go after|are we|do we|missing|improve our)"
);
pattern!(
    YOU_NEED,
    r"^(?:is there |do you (?:need|want) |would )?(?:anything|something|what|where)(?: else| at all)?(?: that)?(?: is| are| do| would)? ?(?:from us |take .*(?:off|from) your|make (?:your|it|things)|move things|you(?:r \w+)? (?:stuck|short\b|need|are (?:stuck|missing|short|waiting)|could use|want|would (?:like|find|welcome))|stuck|blocking|slowing|in your way|getting in|would help|holding you|keeping you|help you)|^(?:is there |are there )?(?:anyone|someone|somebody|anybody)\b.*\byou (?:have been|are|would like|want|need|wish|can not|still)\b.*\b(?:reach|reaching|meet|missing|get to|getting to|know|talk|speak|introduced)|^which (?:[\w'-]+ ){0,5}would (?:help|serve|suit) you"
);

/// "Anything I can do for you": the plain offer of help (A11), unless it is for us.
fn help_offered(w: &str) -> Option<Reading> {
    if YOU_NEED.is_match(w)
        || w.starts_with("do you need any")
        || w.starts_with("do you need a hand")
        || w.starts_with("need a hand")
        || w.starts_with("need anything")
    {
        return Some(offer(Object::Help));
    }
    let found = WE_CAN_DO.captures(w)?;
    let head = &w[..w.len() - found["rest"].len()];
    if FOR_OURSELVES.is_match(w) {
        return Some(request(Object::Opportunity));
    }
    let able = ["can", "could", "may", "might"].iter().any(|m| head.split(' ').any(|x| x == *m));
    able.then_some(offer(Object::Help))
}

pattern!(
    LEAVE,
    r"^(?:(?:would it (?:help|be (?:useful|helpful|of use|good|ok|worth it))|is it (?:useful|ok|okay)|does it help|ok|fine|useful|helpful|better)(?: for you| to you)? (?:if|for) (?:i|we|me|us|our \w+|my \w+)(?: to)?|(?:do |would |did |if )?(?:you )?(?:want|like|prefer|need|care for) (?:me|us|our \w+|my \w+) to|(?:shall|should|can|could|may|might) (?:i|we|my \w+|our \w+)) (?:also |just |perhaps |maybe |then |quickly |please )*(?P<rest>.*)"
);
pattern!(
    LET_US_GET,
    r"^(?:get (?:a |an |some |any |more |your |in\b|to\b|time|into|15|30|half|\d)|have|see|ask (?:you|for)|pick|borrow|trouble|steal|grab|schedule|set up (?:a|some) (?:time|call|meeting)|find|talk|chat|meet|catch|sync|connect|speak|count|rely|lean|bother|access|discuss|explore|jump|hop|expect|hear|know|learn|look at your|go through your|understand)\b"
);
pattern!(
    THING_FOR_YOU,
    r"^(?:do |would |could |can )?(?:you )?(?:want|like|use|fancy|care for|do with|benefit from|be (?:interested|up for|helped by))\b(?P<rest>.*)"
);

pattern!(
    A_PART,
    r"^(?:fifteen|ten|half|some of|\d+|a (?:spare )?(?:seat|slot|ticket|hand|copy|name|place|version)|the (?:slot|seat|name|other|rest|ticket|number|details|contact)|in\b)"
);

/// "Shall I …?", "Want me to …?", "Could you use …?": leave is asked to do something for the reader.
fn leave_asked(w: &str) -> Option<Reading> {
    if let Some(found) = LEAVE.captures(w) {
        let rest = &found["rest"];
        if LET_US_GET.is_match(rest)
            && !(DOOR_FOR_YOU.is_match(rest) && GIVES_YOU.is_match(rest))
            && !rest.contains("for you")
        {
            let object = wanted(rest);
            return Some(request(if object == Object::Answer { Object::Meeting } else { object }));
        }
        return Some(offer(given(rest)));
    }
    let found = THING_FOR_YOU.captures(w)?;
    let rest = found["rest"].trim();
    if A_PART.is_match(rest) {
        return Some(offer(Object::Work));
    }
    let thing = about_asset(rest) || DOOR_FOR_YOU.is_match(rest) || rest.contains("introduction");
    Some(if thing && !rest.contains("your") { offer(given(rest)) } else { request(Object::Answer) })
}

pattern!(
    INQUIRY,
    r"^(?:just )?(?:(?:do|did|have|are|were|has|is) (?:you|your \w+)|is there|are there|is (?:anyone|anybody)|would there be|have (?:you )?got|got|seen|heard|know of|know|any|anything|something|anybody|anyone|some|what about|how about)\b ?(?P<rest>.*)"
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

/// "Do you have …", "Any …", "Anything …": what the reader is asked for.
fn inquiry(w: &str) -> Option<Reading> {
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
        return Some(request(if heavy {
            object
        } else if object == Object::Meeting {
            object
        } else {
            Object::Answer
        }));
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
    r"^(?:else )?(?:should|can|could|do|would|might|is|are|owns|runs|handles|leads|signs|decides|looks|has|in|at|on|from|there|accounts|deals|names|prospects|customers|clients|opportunit\w+|companies|ones|of|you|your|we)\b"
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
fn which_or_who(w: &str, question: bool) -> Option<Reading> {
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

pattern!(
    OF_YOU,
    r"\b(?:can|could|will|would|might|may|any chance|is there any chance) (?:you|your \w+|someone on your \w+|one of your \w+|somebody at \w+)(?: guys| all)?(?: please| kindly| perhaps| maybe| possibly| also| just| quickly| at all| in return| then| be (?:willing|able|open|happy|so kind as|up) to| mind| consider| be open to| have time to| spare time to| ever)* (?P<rest>.*)"
);
pattern!(
    CHANCE,
    r"^(?:any |is there a |is there any )?chance (?:of|for|to|you|we|i)\b(?P<rest>.*)|^(?:i|we) (?:wonder|was wondering|wondered) if (?P<wonder>.*)|^(?:do you )?mind (?P<mind>\w+ing\b.*)"
);
pattern!(
    SUITS,
    r"^(?:use|do with|benefit|want|like|need|prefer|be (?:free|up for|open|interested|ok|around|there)|make (?:it|monday|tuesday|wednesday|thursday|friday|time)|find (?:it|that|this|useful)|rather|care|say yes|do (?:monday|tuesday|wednesday|thursday|friday))\b"
);

/// "Could you …?"
fn asked_of_you(w: &str) -> Option<Reading> {
    if let Some(found) = OF_YOU.captures(w) {
        let rest = &found["rest"];
        let object = wanted(rest);
        let heavy = matches!(object, Object::Work | Object::Opportunity | Object::Introduction);
        if SUITS.is_match(rest) && !(heavy && rest.contains("your ")) {
            let gift = about_asset(rest) || DOOR_FOR_YOU.is_match(rest);
            return Some(if gift { offer(given(rest)) } else { request(Object::Answer) });
        }
        return Some(request(if object == Object::Answer && !ANSWERING.is_match(rest) {
            Object::Other
        } else {
            object
        }));
    }
    let found = CHANCE.captures(w)?;
    let rest = ["rest", "wonder", "mind"].iter().find_map(|n| found.name(n)).map_or("", |m| m.as_str());
    Some(request(wanted(rest)))
}
pattern!(
    ANSWERING,
    r"^(?:confirm|say|tell me (?:if|whether|yes)|let me know|reply|give me a (?:yes|nod|thumbs)|take a|have a|pick|choose|live with)"
);

pattern!(
    WISH,
    r"^(?:(?:all|what) )?(?:i|we|our \w+|my \w+)(?: \w+)?? (?:(?:really |just |still |also |only )*(?:need|want|require|hope|wonder|seek|would (?:really |so |also |just )*(?:like|love|appreciate|value|welcome|be grateful|be keen)|could (?:really )?use|wanted to (?:ask|see|know|find out|understand|hear|learn|check|pick|get|discuss|explore|catch|connect)|(?:am|are|is|was|were) (?:also |just |really |still )?(?:hoping|looking|after|keen|interested|trying|on the lookout|hungry|short|eager|counting)))\b ?(?P<rest>.*)"
);
pattern!(
    BARE_WISH,
    r"^(?:just |really )?(?:would love|would like|would appreciate|hoping|looking|keen|love|need|eager|trying|wanted) (?P<rest>(?:to|for|you|your|if|any|a|some)\b.*)|^(?:it |that |this )?would (?:really |also )?(?:help|be (?:great|good|useful|helpful|amazing|super|lovely|fantastic|nice|awesome|appreciated))(?: me| us)?(?: a lot| enormously)? (?P<help>(?:if you|to (?:get|see|have|know|hear|understand|catch|connect|chat|sync|meet|find|learn)|for us).*)|^(?:just|only) (?P<only>(?:your|a list|the list|a few|two or three|the names)\b.*)"
);
pattern!(
    OUR_AIM,
    r"^to (?:help|make|give|share|send|flag|offer|thank|introduce|let you|put|get you|bring|pass|mention|say|see you|congratulate|show|be|tell you|point you|warn|save|spare|take|do|return|repay|set|hand)\b"
);

/// "I'd love your list", "We're looking for leads": what we would like to have.
fn wish(w: &str) -> Option<Reading> {
    let (rest, full) = if let Some(found) = WISH.captures(w) {
        (found["rest"].to_owned(), true)
    } else {
        let found = BARE_WISH.captures(w)?;
        let rest = ["rest", "help", "only"].iter().find_map(|n| found.name(n))?;
        (rest.as_str().to_owned(), false)
    };
    if DOOR_FOR_YOU.is_match(&rest) && GIVES_YOU.is_match(&rest) {
        return Some(offer(Object::Introduction));
    }
    if CHECKING.is_match(&rest) && !DOOR_FOR_YOU.is_match(&rest) {
        return Some(CHECK_IN);
    }
    if OUR_AIM.is_match(&rest) && !OWN_CALL.is_match(&rest) {
        let rest = rest.trim_start_matches("to ");
        return Some(match given(rest) {
            Object::Asset => deliver(Object::Asset),
            Object::Work if rest.contains("you") && !rest.starts_with("see") && !rest.starts_with("say") => {
                offer(Object::Work)
            }
            _ => STATE,
        });
    }
    let object = wanted(rest.trim_start_matches("to "));
    Some(match object {
        Object::Answer | Object::Other if full && rest.starts_with("to ") => STATE,
        Object::Answer => request(Object::Other),
        other => request(other),
    })
}
pattern!(
    GIVES_YOU,
    r"\b(?:introduce|put|get|connect|bring|have|walk|see|for|loop|hand|open) (?:you|your|the|that|a door)\b|\bup (?:[\w']+ ){0,4}with (?:[\w]+'s|their|the|her|his|its)\b"
);
pattern!(
    OWN_CALL,
    r"^to (?:see (?:where|how|if|what|who|which)|make (?:the most|more)|get (?:your|more|our|some)|put (?:our|together)|do (?:more|business)|set up (?:a|some) (?:call|time)|say hi|introduce (?:myself|us|our|ourselves))"
);

pattern!(
    DUTY,
    r"\b(?:you|your \w+) (?:will |would |just |only |really )*(?:should|need to|have to|must|might want to|may want to|ought to|got to|could|can|might)(?: just| please| also| maybe| simply| easily)? (?P<rest>.*)|^(?:i|we) (?:would |will )?(?:leave|trust|count on|rely on|expect|ask|asked|invite|encourage|challenge) (?:it to )?(?:you|your \w+)(?: to)? (?P<leave>.*)|^(?:over|up) to you to (?P<up>.*)|^(?:the )?ball is in your (?P<ball>.*)|^your (?P<task>(?:homework|task|job|to-?do|action|next step)\b.*)"
);
pattern!(
    YOURS_TO_DO,
    r"^(?:find|dig|look (?:through|for|into|up)|go (?:through|over|back)|search|scan|compile|list|identify|think|send|share|pull|map|check (?:which|who|your|for)|work out|figure|connect the dots|spot|come up|put together|point|flag|suggest|prepare|fill|match|source|keep)\b"
);

/// "You could go through your list": work handed over as a statement.
fn duty(w: &str) -> Option<Reading> {
    let found = DUTY.captures(w)?;
    let rest = ["rest", "leave", "up", "ball", "task"].iter().find_map(|n| found.name(n))?.as_str();
    if found.name("task").is_some() {
        return Some(request(Object::Work));
    }
    let object = wanted(rest);
    let work = matches!(object, Object::Work | Object::Opportunity);
    (work && YOURS_TO_DO.is_match(rest) && !TO_CLIENTS.is_match(rest)).then_some(request(object))
}
pattern!(
    TO_CLIENTS,
    r"^(?:send|share|point|flag|check) (?:it|this|that|the \w+|them|\w+)? ?(?:to|with|your clients|your customers)"
);

pattern!(
    IMPERATIVE,
    r"^(?:(?:please|kindly|just|also|do|feel free to|simply|be sure to|don't hesitate to|do not hesitate to|always|maybe|remember to|try to|go ahead and|when you (?:can|have a minute|get a chance)|if you can|do (?:me|us) a favou?r(?: and)?) )*(?P<rest>(?:do (?:some|a bit of|your|a little) |send|share|give|point|introduce|connect|put|keep|think|find|dig|pull|look|check|list|ping|drop|shoot|forward|pass|flag|map|scan|review|ask|take|have|book|join|register|sign|bring|fill|loop|get|reach|go through|compile|identify|name|search|tell|add|help|pick|consider|suggest|recommend|refer|run|fire|throw|hit|email|mail|invite)\b.*)"
);
pattern!(
    USE_IT,
    r"^(?:take (?:it|what|whatever|the|this)|have (?:fun|a (?:good|great|nice))|keep (?:it|this|the)|put it|drop it|run it|share it|pass it|forward it|give it|send it|bring it|add it|use)\b"
);
pattern!(
    NOT_A_COMMAND,
    r"^(?:looks?ing|looking|thinking|help is|name is|look forward|\w+ attached\b|review (?:is|was|starts)|list (?:is|of)|pull (?:is)|give or take|ask (?:is|from)|run by|runs)\b"
);

pattern!(LET_US, r"^let us (?:just |all |maybe )?(?P<rest>.*)");

/// "Let's find something to work on."
fn together(w: &str) -> Option<Reading> {
    let object = wanted(&LET_US.captures(w)?["rest"]);
    Some(request(if matches!(object, Object::Answer | Object::Other) { Object::Chat } else { object }))
}

/// "Send me your list."
fn imperative(w: &str) -> Option<Reading> {
    let rest = &IMPERATIVE.captures(w)?["rest"];
    if NOT_A_COMMAND.is_match(rest) {
        return None;
    }
    let object = wanted(rest);
    let heavy = matches!(object, Object::Work | Object::Opportunity | Object::Introduction);
    if USE_IT.is_match(rest) && !heavy {
        return Some(STATE);
    }
    Some(request(object))
}

pattern!(
    DEED,
    r"(?x)^(?: (?:(?:just|also|and)\ )* (?:i|we|he|she|they|our|my|the|their|one\ of|both\ of|somebody|someone|[\w&.-]+)(?:'s)?(?:\ [\w'&.-]+){0,5}?\ )??
      (?: (?:can|could|will|would|shall|may|might)(?:\ (?:also|just|gladly|happily|then|even|certainly|easily|personally|still|always))*(?:\ be\ able\ to)?(?:\ (?:be\ )?(?:more\ than\ )?(?:happy|glad|pleased|delighted|ready|free|willing|prepared)\ to)?(?:\ also|\ just)?
        | (?:am|is|are)(?:\ (?:also|always|very|more\ than))*\ (?:going|able|happy|glad|pleased|delighted|ready|keen|free|willing|open|prepared)\ to
        | (?:more\ than\ |very\ |always\ |only\ )*(?:happy|glad|pleased|delighted|ready|willing|keen)\ (?:to|for) | let\ me | allow\ me\ to | (?:plan|aim|intend|promise|offered|mean|wanted|want|love|like)\ to | i\ have\ (?:offered|time)\ to )\ (?P<rest>.*)"
);
pattern!(
    OUR_SUBJECT,
    r"^(?:just |also |and )*(?:i|we|our|my|let me|allow me|one of us|one of our|both of us|a colleague|happy|glad|pleased|delighted|ready|willing|keen|more than happy|very happy|always happy|will|can|could|would)\b"
);

pattern!(YOU, r"\byour?\b");

pattern!(
    OURS_LATER,
    r"^(?:for|at|on|before|after|until|this|next|in|with|by|today|tomorrow|then|meanwhile|either) (?:[\w'&.-]+ ){0,5}?(?:i|we) (?:can|could|will|shall|may|am|are|would)\b"
);

/// "I can …", "Happy to …": somebody would act for the reader.
fn deed_offered(w: &str) -> Option<Reading> {
    let found = DEED.captures(w)?;
    let rest = &found["rest"];
    let ours = OUR_SUBJECT.is_match(w) || OURS_LATER.is_match(w);
    if !ours {
        let third = OPEN_TO_YOU.is_match(rest) || (DOOR_FOR_YOU.is_match(rest) && !w.starts_with("you"));
        let serves = SERVICE.is_match(rest) && YOU.is_match(rest) && !w.starts_with("you");
        return third.then_some(deliver(Object::Introduction)).or(serves.then_some(offer(Object::Work)));
    }
    let object = given(rest);
    Some(if object == Object::Chat { request(Object::Chat) } else { offer(object) })
}
pattern!(
    SERVICE,
    r"^(?:join|show|help|answer|send|sit in|walk|support|take|handle|cover|write|draft|run|build|fix|brief|call|lend|give|prepare|set up|share|check|review|meet|host|train|demo|present|explain)\b"
);

pattern!(
    HANDED,
    r"^(?:(?:please )?find attached|here (?:is|are)|attached|.*\battached\b|enclosed|below (?:is|are)|sharing|passing|sending|linked|this is the|these are the|inside|in there)\b"
);
pattern!(
    DONE,
    r"^(?:just |also )*(?:i|we|our|my)(?: \w+){0,3}? (?:have |has |had )?(?:just |already |also |now )*(?:attached|put|made|written|wrote|built|pulled|prepared|set|asked|sent|booked|held|kept|drafted|collected|marked|mapped|matched|checked|dug|went|gone|found|cleared|fixed|told|spoke|spoken|arranged|saved|reserved|summari[sz]ed|updated|added|logged|credited|shared|recorded|mentioned|cut|picked|did|done|sorted|lined|published|adapted|translated|got|listed|worked)\b(?P<rest>.*)"
);
pattern!(FOR_THEM, r"\b(?:you|yours?)\b|attached|\blink\b|their (?:clients|customers)");
pattern!(
    OLD_MAIL,
    r"(?:sent|wrote|left|dropped|shared|pinged|e-?mailed|messaged)(?: you)? (?:an? |my |some )?(?:\w+ )?(?:e-?mails?|mails?|notes?|messages?|invites?|voicemails?|few)\b|(?:emailed|messaged|pinged) you|last (?:e-?mail|message|note)"
);
pattern!(
    TO_USE,
    r"\b(?:(?:you|your \w+|they) (?:can|could|may|might) (?:just |then |safely )?(?:use|send|show|share|keep|pitch|forward|take|lift|copy|reuse|hand|put|bring|offer|say|drop|lean|point|run|quote|tell|promise|mention|start|plug|count)|for you to (?:use|send|show|share|keep|pitch|forward|take|lift|copy|reuse|hand)|(?:is|are) yours|yours (?:to|if)|(?:good|handy|useful|ready|safe|free|made|written|built|meant) (?:for|to) (?:you|your|use|show|send|share|forward)|with your name on|(?:spare|extra|second|free) (?:ticket|seat|slot|place)|worth (?:showing|sending|sharing|forwarding|putting)|for your (?:clients|customers|team|own|next|reps|call|calls|meeting|deck|proposal))"
);
pattern!(
    RESULT,
    r"\b(?:thanks to (?:you|your)|because of (?:you|your)|since (?:you|your)|your (?:\w+ )?(?:introduction|referral|note|nudge|call|work|advice|tip|help|team|demo|session|workshop) (?:\w+ ){0,4}?(?:turned|led|got|helped|paid|closed|made|opened|worked|landed|went|became|did|moved|won|brought|cut|saved|took|is|has|was)|credit(?:ed)? (?:you|to you|your)|you (?:are|get|got|have been) (?:\w+ )?credit|(?:sourced|influenced) by you|thank you for (?:the|your)|thanks for (?:the|your) (?:\w+ )?(?:introduction|referral|help|work|call|tip))"
);

fn result(w: &str) -> Option<Reading> {
    RESULT.is_match(w).then_some(deliver(Object::Outcome))
}

pattern!(
    I_DID,
    r"^(?:i|we|our \w+) (?:have )?(?:already )?(?:did|done)(?: (?:it|that|so|this)\b.*| already.*)?$|^(?:it is )?(?:already )?done(?: already)?$"
);

pattern!(
    LEGWORK,
    r"^(?:i|we) (?:have )?(?:just |already |also )*(?:checked|pulled|went through|gone through|cleared|matched|mapped|booked|arranged|found|sorted|dug|spoke (?:to|with)|spoken (?:to|with)|got (?:the|their|his|her)) (?:the|their|our|her|his|with|\w+'s|two|three|four|five|out|up|through|him|a|an|\w+)\b"
);

/// "Here is …", "I put together … for you", "She is expecting your call".
fn delivery(w: &str) -> Option<Reading> {
    if OLD_MAIL.is_match(w) {
        return Some(CHECK_IN);
    }
    if let Some(found) = result(w) {
        return Some(found);
    }
    if OPEN_TO_YOU.is_match(w) && !w.starts_with("i ") && !w.starts_with("we ") && !CHECKING.is_match(w) {
        return Some(deliver(Object::Introduction));
    }
    let asset = about_asset(w) || w.contains(" link") || w.starts_with("link");
    if I_DID.is_match(w) {
        return Some(deliver(Object::Work));
    }
    if HANDED.is_match(w)
        || TO_USE.is_match(w)
        || (DONE.is_match(w) && (FOR_THEM.is_match(w) || about_asset(w)))
        || LEGWORK.is_match(w)
    {
        let door = DOOR_FOR_YOU.is_match(w) || YOUR_NAME.is_match(w);
        return Some(deliver(if door {
            Object::Introduction
        } else if asset {
            Object::Asset
        } else {
            Object::Work
        }));
    }
    if YOUR_INTRO.is_match(w) {
        return Some(deliver(Object::Introduction));
    }
    None
}
pattern!(
    YOUR_NAME,
    r"\b(?:told|spoke|mentioned|asked|pitched|named|recommended|suggested)\b.*\b(?:you|your)\b|\byour name\b"
);
pattern!(
    YOUR_INTRO,
    r"^(?:an? |the |my )?(?:warm |quick |direct )?introductions? (?:to|with|at)\b.*\b(?:is|are|if|whenever|ready|waiting|yours|on offer|next|this)\b|\b(?:slot|seat|place|chair) for you\b"
);

pattern!(
    CHECKING,
    r"\b(?:check(?:ing)? in|touch(?:ing)? base|circl(?:e|ing) back|follow(?:ing)? up|bump(?:ing)? (?:this|my)|reach(?:ing|ed)? out|ping(?:ing)? you|quick (?:note|hello|ping|check)|say(?:ing)? (?:hi|hello)|thinking of you|(?:it )?has been a while|it is been|been too long|long time no|stay(?:ing)? in touch|keep(?:ing)? in touch|top of mind|on your radar|how (?:things|you|everything|acme) (?:are|is|were)|see how (?:things|you|it|everything)|hope (?:you|all|things|everything|this|your)|trust (?:you|this|all)|looking forward to (?:hearing|working|more)|look forward to (?:hearing|your|working)|check how|swing by|surfacing this|resurfacing|nudg(?:e|ing))\b"
);

/// "Just checking in."
fn check_in(w: &str) -> Option<Reading> {
    CHECKING.is_match(w).then_some(CHECK_IN)
}
