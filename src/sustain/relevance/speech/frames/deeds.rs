//! Deeds and deliveries: what somebody does for the reader, and contact for its own sake.

use super::super::objects::{DOOR_FOR_YOU, given};
use super::super::{Kind, Object, about_asset};
use super::offers::FOR_OURSELVES;
use super::{CHECK_IN, Reading, STATE, deliver, offer, request};

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
    r"^(?:i|we|you|your|my|our|just|was|been|wondering|hoping|asking|looking|please|can|could|would|will|do|does|did|is|are|have|has|any|anything|if|let|who|what|which|where|when|how|to|feel|don't|tell|keep|send|give|point|share|say|shout|all|not|should|shall|may|might|want|need|it (?:would|will|might|is|was)|happy|glad|here|attached|thanks|maybe|got)\b"
);

pattern!(OUR_VOICE, r"\b(?:i|we) (?:\w+ )?(?:asked|want|need|hope|would|said|told)\b");

/// "No need to send a list": it names work only to rule it out.
pub(super) fn waiver(w: &str) -> Option<Reading> {
    if !WAIVER.is_match(w) || w.contains("just send") {
        return None;
    }
    // "I'll send it so that you need not look" gives more than it waives.
    let deed = deed_offered(w).filter(|r| r.kind == Kind::Offer && r.object != Object::Other);
    Some(deed.unwrap_or(Reading { kind: Kind::Waive, object: Object::Work }))
}

/// "Their CFO asked if you could send the list": wanted by the account, not by us.
pub(super) fn reported(w: &str) -> Option<Reading> {
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
    pub(super) GIVES_YOU,
    r"\b(?:introduce|put|get|connect|bring|have|walk|see|for|loop|hand|open) (?:you|your|the|that|a door)\b|\bup (?:[\w']+ ){0,4}with (?:[\w]+'s|their|the|her|his|its)\b"
);

pattern!(
    DEED,
    r"(?x)^(?: (?:(?:just|also|and)\ )* (?:(?:i|we)(?:\ (?:also|really|just|both|all|personally|then|now|still|gladly|certainly|therefore|even|would|will))?
        |(?:he|she|they|our|my|the|their|one\ of|both\ of|somebody|someone|[\w&.-]+)(?:'s)?(?:\ [\w'&.-]+){0,5}?)\ )??
      (?: (?:can|could|will|would|shall|may|might)(?:\ (?:also|just|gladly|happily|then|even|certainly|easily|personally|still|always))*(?:\ be\ able\ to)?(?:\ (?:be\ )?(?:more\ than\ )?(?:happy|glad|pleased|delighted|ready|free|willing|prepared)\ to)?(?:\ also|\ just)?
        | (?:am|is|are)(?:\ (?:also|always|very|more\ than))*\ (?:going|able|happy|glad|pleased|delighted|ready|keen|free|willing|open|prepared)\ to
        | (?:more\ than\ |very\ |always\ |only\ )*(?:happy|glad|pleased|delighted|ready|willing|keen)\ to | let\ me | allow\ me\ to | (?:plan|aim|intend|promise|offered|mean|wanted|want|love|like)\ to | i\ have\ (?:offered|time)\ to )\ (?P<rest>.*)"
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

pattern!(
    UNDER_WAY,
    r"^(?:i|we|our \w+) (?:am|are|is) (?:also |already |now )?(?:putting|adding|bringing|introducing|connecting|getting|handing|booking|keeping|inviting|passing|giving|setting|arranging|holding|saving|lending) (?:\w+ ){0,4}?(?:you|your)\b|^(?:i|we) (?:am|are) (?:also |already |now )?(?:sending|telling|showing|pointing|forwarding|recommending|pitching) (?:her|him|them|it|this|that|their \w+|\w+'s)\b"
);

pattern!(
    /// "Would a session …": a question about a thing, not a deed of ours.
    INVERTED,
    r"^(?:can|could|would|will|may|might|does|do|is|are) (?:a|an|the|this|that|these|our|my|some|your|you|it|any|there|she|he|they|\w+'s)\b"
);
pattern!(
    WOULD_HELP,
    r"^(?:can|could|would|will|might|does) (?:a|an|the|this|that|our|my|some|it)\b.*\b(?:help|serve|save|spare|suit|ease|speed|support)(?: (?:you|your)\b|$)|^(?:would|could|might|will) (?:a|an|the|this|that|our|my|some|it)\b.*\bbe (?:useful|helpful|handy|welcome|worth|of (?:use|help|interest))\b"
);
pattern!(OUR_PURPOSE, r"^(?:so |so that |that )(?:i|we|our|my)\b");

/// "So our people can concentrate": what we gain.
pub(super) fn is_our_purpose(w: &str) -> bool {
    OUR_PURPOSE.is_match(w) && !YOU.is_match(w)
}

pattern!(
    /// "I'd read them if I had time": what will not happen.
    UNREAL,
    r"\bif (?:i|we) (?:only |just )?(?:had|were|could|knew)\b"
);
pattern!(OWN_SIDE, r"^(?:\w+ )?\w+(?: \w+)? \w+ .*\b(?:us|me|our|my|ourselves|seriously|pride|part in)\b");
pattern!(UNDER_OUR_NAME, r"\b(?:under|in|with) (?:our|my) (?:own )?(?:name|names|logo|brand|letterhead)\b");

pattern!(
    /// "Our engineer stays on the line": settled already.
    SETTLED,
    r"^(?:i|we|my \w+|our \w+|one of our \w+|a colleague)(?: \w+ly| also| then)? (?:stay|sit|join|cover|take|handle|build|bring|run|answer|carry|pay|host|watch|fix|write|lend|back|stand|bear|foot|clear|sort|deal)s?(?:es)? (?:\w+ )"
);

pattern!(
    /// "I will be in the room", "We'll be showing it there": where the writer is, and what serves nobody.
    NO_DEED,
    r"^(?:be (?:also |all )?(?:in|at|there|on|around|away|showing|presenting|attending|speaking|travelling|celebrating)\b|(?:remain|stay|keep) in (?:touch|contact)\b|know you\b|recogni[sz]e\b|mention (?:any|no|a)\b|see (?:how|what|where) )"
);

/// "I can …", "Happy to …": somebody would act for the reader.
pub(super) fn deed_offered(w: &str) -> Option<Reading> {
    if UNDER_WAY.is_match(w) {
        return Some(deliver(if DOOR_FOR_YOU.is_match(w) { Object::Introduction } else { Object::Work }));
    }
    if INVERTED.is_match(w) {
        let serves = WOULD_HELP.is_match(w) && !FOR_OURSELVES.is_match(w);
        return serves.then_some(offer(Object::Work));
    }
    if SETTLED.is_match(w) && !OWN_SIDE.is_match(w) {
        return Some(deliver(Object::Work));
    }
    let found = DEED.captures(w)?;
    let rest = &found["rest"];
    let ours = OUR_SUBJECT.is_match(w) || OURS_LATER.is_match(w);
    if !ours {
        let third = OPEN_TO_YOU.is_match(rest) || (DOOR_FOR_YOU.is_match(rest) && !w.starts_with("you"));
        let serves = SERVICE.is_match(rest) && YOU.is_match(rest) && !w.starts_with("you");
        return third.then_some(deliver(Object::Introduction)).or(serves.then_some(offer(Object::Work)));
    }
    if UNREAL.is_match(w)
        || UNDER_OUR_NAME.is_match(rest)
        || (NO_DEED.is_match(rest) && !YOU_GAIN.is_match(rest))
    {
        return Some(STATE);
    }
    let object = given(rest);
    Some(if object == Object::Chat { request(Object::Chat) } else { offer(object) })
}

pattern!(YOU_GAIN, r"\b(?:for|with|to) (?:you|your)\b|\byour (?:stand|session|talk|demo)\b");

pattern!(
    SERVICE,
    r"^(?:join|show|help|answer|send|sit in|walk|support|take|handle|cover|write|draft|run|build|fix|brief|call|lend|give|prepare|set up|share|check|review|meet|host|train|demo|present|explain|carry|bring|introduce|put|get|open|hand|pass|give|tell|speak|vouch|recommend|forward)\b"
);

pattern!(
    HANDED,
    r"^(?:(?:please )?find attached|here (?:is|are)|attached|.*\battached\b|enclosed|below (?:is|are)|sharing|passing|sending|linked|this is the|these are the|inside|in there)\b|\b(?:is|are|sits?|waits?) (?:now |already |waiting )*(?:in|on) your (?:\w+ )?(?:inbox|dms?|folder|drive|desk|repo|calendar|mailbox|mail|channel)\b"
);

pattern!(
    DONE,
    r"^(?:just |also )*(?:i|we|our|my)(?: \w+){0,3}? (?:have |has |had )?(?:just |already |also |now )*(?:attached|put|made|written|wrote|built|pulled|prepared|set|asked|sent|booked|held|kept|drafted|collected|marked|mapped|matched|checked|dug|went|gone|found|cleared|fixed|told|spoke|spoken|arranged|saved|reserved|summari[sz]ed|updated|added|logged|credited|shared|recorded|mentioned|cut|picked|did|done|sorted|lined|published|adapted|translated|got|listed|worked|showed|shown|pitched|recommended|suggested|named|praised|demoed|introduced|forwarded|passed|invited|nominated)\b(?P<rest>.*)"
);

pattern!(
    /// Any deed of ours that is done, whatever the verb.
    PAST_DEED,
    r"^(?:just |also |then )*(?:i|we|our \w+|my \w+|one of our \w+) (?:have |has |had )?(?:just |already |also |now |gone ahead and )*(?P<verb>\w{3,}ed|wrote|written|made|built|drew|drawn|took|taken|brought|gave|given|dug|found|got|did|spoke|told|ran|cut|put|set|held|kept|chose|sent|won|bought|paid|cleared|laid|split|rebuilt|redid|redone) (?P<rest>.*)"
);

pattern!(
    /// Acts of the mind, and what is said for its own sake.
    NO_GOOD_DEED,
    r"^(?:wanted|needed|hoped|noticed|reali[sz]ed|wondered|remembered|missed|loved|liked|enjoyed|discussed|talked|spoke|tried|looked|launched|announced|released|learned|expected|planned|decided|wished|called|chatted|waited|e-?mailed|messaged|pinged|followed|reached|touched|checked in|started|agreed|joined|visited|attended|promised|worked|intended|asked)\b"
);

pattern!(pub(super) FOR_US, r"\b(?:for (?:us|me|our|my)|on (?:our|my) behalf)\b");

pattern!(FOR_THEM, r"\b(?:you|yours?)\b|attached|\blink\b|their (?:clients|customers)");

pattern!(
    OLD_MAIL,
    r"(?:sent|wrote|left|dropped|shared|pinged|e-?mailed|messaged)(?: you)? (?:an? |my |some )?(?:\w+ )?(?:e-?mails?|mails?|notes?|messages?|invites?|voicemails?|few)\b|(?:emailed|messaged|pinged) you|last (?:e-?mail|message|note)"
);

pattern!(
    TO_USE,
    r"\b(?:(?:you|your \w+|they) (?:can|could|may|might) (?:just |then |safely )?(?:use|send|show|share|keep|pitch|forward|take|lift|copy|reuse|hand|put|bring|offer|say|drop|lean|point|run|quote|tell|promise|mention|start|plug|count)|for you to (?:use|send|show|share|keep|pitch|forward|take|lift|copy|reuse|hand)|(?:is|are) yours|yours (?:to|if)|(?:good|handy|useful|ready|safe|free|made|written|built|meant) (?:for|to) (?:you|your|use|show|send|share|forward)|with your name on|(?:under|in) your (?:own )?(?:name|brand|logo)|your name (?:is|stands|comes|goes) (?:first|on)|(?:spare|extra|second|free) (?:ticket|seat|slot|place)|worth (?:showing|sending|sharing|forwarding|putting)|for your (?:clients|customers|team|own|next|reps|call|calls|meeting|deck|proposal))"
);

pattern!(
    RESULT,
    r"\b(?:thanks to (?:you|your)|because of (?:you|your)|your (?:\w+ )?(?:introduction|referral|note|nudge|call|work|advice|tip|help|team|demo|session|workshop) (?:\w+ ){0,4}?(?:turned|led|got|helped|paid|closed|made|opened|worked|landed|went|became|did|moved|won|brought|cut|saved|took|is|has|was)|credit(?:ed)? (?:you|to you|your)|you (?:are|get|got|have been) (?:\w+ )?credit|(?:sourced|influenced) by you|(?:thank you|thanks) for (?:the|your) (?:\w+ )?(?:introduction|referral|help|work|call|tip|demo|session))"
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
    r"^(?:i|we) (?:have )?(?:just |already |also )*(?:checked|pulled|went through|gone through|cleared|matched|mapped|booked|arranged|found|sorted|dug|spoke (?:to|with)|spoken (?:to|with)|got (?:the|their|his|her)) (?:the|their|our|her|his|with|\w+'s|two|three|four|five|out|up|through|him|a|an|\w+)\b|^(?:i|we) (?:have )?(?:just |already |also )*asked (?:the|their|her|his|him|them|[\w-]+'s|[\w-]+ to) "
);

pattern!(
    /// "To strengthen your bid, we have collected …": what stands before our deed.
    BEFORE_DEED,
    r"^(?:to|in order to|so that|since|as|because|for|before|after|while|on|at|in|last|yesterday|this) (?:[\w'&.-]+ ){1,9}?(?P<deed>(?:i|we|our \w+) .*)"
);

/// What we do, without what stands before it: "for our call on Tuesday we would …".
pub(super) fn after_adjunct(w: &str) -> Option<&str> {
    BEFORE_DEED.captures(w).and_then(|c| c.name("deed")).map(|m| m.as_str())
}

fn tail(w: &str) -> &str {
    after_adjunct(w).unwrap_or(w)
}

/// Whether the clause tells a deed that our side has done, and not for itself.
pub(in crate::sustain::relevance::speech) fn done_by_us(w: &str) -> bool {
    PAST_DEED
        .captures(tail(w))
        .is_some_and(|c| !NO_GOOD_DEED.is_match(&c["verb"]) && !c["rest"].starts_with("our "))
}

pattern!(
    PLEASANTRY,
    r"^(?:it (?:was|is|has been) )?(?:(?:a|so|very|really|such) )*(?:lovely|nice|great|good|pleasure|delight|wonderful|fun|joy)\b"
);

/// "Here is …", "I put together … for you", "She is expecting your call".
pub(super) fn delivery(w: &str) -> Option<Reading> {
    if OLD_MAIL.is_match(w) {
        return Some(CHECK_IN);
    }
    if let Some(found) = result(w) {
        return Some(found);
    }
    if OPEN_TO_YOU.is_match(w)
        && !w.starts_with("i ")
        && !w.starts_with("we ")
        && !PLEASANTRY.is_match(w)
        && !CHECKING.is_match(w)
    {
        return Some(deliver(Object::Introduction));
    }
    let asset = about_asset(w) || w.contains(" link") || w.starts_with("link");
    if I_DID.is_match(w) {
        return Some(deliver(Object::Work));
    }
    if (HANDED.is_match(w) && !w.starts_with("here is to ") && !w.starts_with("here is hoping"))
        || (TO_USE.is_match(w) && !FOR_US.is_match(w))
        || (DONE.is_match(w) && (FOR_THEM.is_match(w) || about_asset(w)))
        || LEGWORK.is_match(tail(w))
        || (done_by_us(w) && FOR_THEM.is_match(w))
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
    pub(super) CHECKING,
    r"\b(?:check(?:ing)? in|touch(?:ing)? base|circl(?:e|ing) back|follow(?:ing)? up|bump(?:ing)? (?:this|my)|reach(?:ing|ed)? out|ping(?:ing)? you|quick (?:note|hello|ping|check)|say(?:ing)? (?:hi|hello)|thinking of you|(?:it )?has been a while|it is been|been too long|long time no|stay(?:ing)? in touch|keep(?:ing)? in touch|top of mind|on your radar|how (?:things|matters|you|everything|theiraccount) (?:are|is|were|stand)|see how (?:things|you|it|everything)|hope (?:you|all|things|everything|this|your)|trust (?:you|this|all)|looking forward to (?:hearing|working|more)|look forward to (?:hearing|your|working)|check how|swing by|surfacing this|resurfacing|nudg(?:e|ing))\b"
);

pattern!(
    /// The check-in as the clause's whole point, whatever verb leads up to it.
    ONLY_CHECKS,
    r"^(?:[\w'-]+ ){0,4}?(?:just|only|simply|merely)(?: [\w'-]+){0,3}? (?:check(?:ing)? in|touch(?:ing)? base|say(?:ing)? (?:hi|hello)|(?:remain|stay|keep) in (?:touch|contact)|ask(?:ing)? how (?:\w+ ){0,2}?(?:stand|go|goes|are going|is going|is it going))\b|\b(?:want(?:ed)?|like) to (?:just )?(?:say (?:hi|hello)|touch base|(?:remain|stay|keep) in (?:touch|contact))\b|\bfind (?:a (?:moment|minute|time|slot|day)|some time|time) to (?:chat|talk|catch up|connect|sync|meet)\b|^(?:long time|it has been a while|it is a long time)\b|\bonce a coffee\b"
);

/// "I only wanted to check in": before any other reading, for it leads up with words of deeds and wishes.
pub(super) fn only_checks(w: &str) -> Option<Reading> {
    ONLY_CHECKS.is_match(w).then_some(CHECK_IN)
}

/// "Just checking in."
pub(super) fn check_in(w: &str) -> Option<Reading> {
    CHECKING.is_match(w).then_some(CHECK_IN)
}
