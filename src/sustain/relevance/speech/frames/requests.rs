//! Requests, wishes and commands: what the reader would have to do.

use super::super::objects::{DOOR_FOR_US, DOOR_FOR_YOU, given, wanted};
use super::super::{Object, about_asset};
use super::commands::{EFFORT, OURS, deed_wanted};
use super::deeds::{CHECKING, FOR_US, GIVES_YOU, after_adjunct};
use super::{CHECK_IN, Reading, STATE, deliver, offer, request};

pattern!(
    /// "I would ask you to …", "We kindly request that your team …", "May I ask for …": said outright.
    ASKED,
    concat!(
        r"^(?:(?:may|can|could|might) (?:i|we)|(?:i|we)(?: would| must| may| will| have to| want to)?)(?: also| in return| then| now| kindly| therefore| only)* (?:ask|request|beg|urge) (?:(?:that )?(?:of )?",
        reader!(),
        r"(?: to)? (?P<deed>.+)|for (?P<thing>.+))"
    )
);
pattern!(ABOUT, r"^(?:about|if|whether|who|what|which|how|when|where|a question|something)\b");

/// What is asked outright.
pub(super) fn plainly_asked(w: &str) -> Option<Reading> {
    let found = ASKED.captures(after_adjunct(w).unwrap_or(w))?;
    if let Some(thing) = found.name("thing") {
        let object = wanted(thing.as_str());
        return Some(request(if object == Object::Answer { Object::Other } else { object }));
    }
    let deed = found.name("deed")?.as_str();
    if ABOUT.is_match(deed) {
        return None;
    }
    Some(request(match deed_wanted(deed) {
        Object::Answer => Object::Other,
        other => other,
    }))
}

pattern!(
    OF_YOU,
    concat!(
        r"\b(?:can|could|will|would|might|may|any chance|is there any chance) ",
        reader!(),
        r"(?: please| kindly| perhaps| maybe| possibly| also| just| quickly| at all| in return| then| be (?:willing|able|open|happy|so kind as|up) to| mind| consider| be open to| have time to| spare time to| care to| ever)* (?P<rest>.*)"
    )
);

pattern!(
    CHANCE,
    r"^(?:any |is there a |is there any )?chance (?:of|for|to|you|we|i)\b(?P<rest>.*)|^(?:i|we) (?:wonder|was wondering|wondered) if (?P<wonder>.*)|^(?:do you )?mind (?P<mind>\w+ing\b.*)"
);

pattern!(
    SUITS,
    r"^(?:use|do with|benefit|want|like|need|prefer|be (?:free|up for|open|interested|ok|around|there)|make (?:it|monday|tuesday|wednesday|thursday|friday|time)|find (?:it|that|this|useful)|rather|care|say yes|do (?:monday|tuesday|wednesday|thursday|friday))\b"
);

pattern!(COULD_USE, r"^(?:use|do with|benefit from) (?:a|an|some|the|another|one|more) ");

/// "Could you …?"
pub(super) fn asked_of_you(w: &str) -> Option<Reading> {
    if let Some(found) = OF_YOU.captures(w) {
        let rest = &found["rest"];
        let object = if SUITS.is_match(rest) { wanted(rest) } else { deed_wanted(rest) };
        let heavy = matches!(object, Object::Work | Object::Opportunity | Object::Introduction);
        if COULD_USE.is_match(rest) && !about_asset(rest) && !DOOR_FOR_YOU.is_match(rest) {
            return Some(offer(Object::Work));
        }
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
    r"^(?:(?:all|what) )?(?:i|we|our \w+|my \w+)(?: \w+)?? (?:(?:really |just |still |also |only )*(?:should (?:really |also |very much )?(?:like|love|welcome|appreciate)|would (?:want|need)|lack|(?:are|am) (?:missing|short of|without)|need|want|require|hope|wonder|seek|would (?:really |so |also |just |very much |much |greatly |warmly )*(?:like|love|appreciate|value|welcome|be grateful|be keen)|could (?:really )?(?:use|do with)|wanted to (?:ask|see|know|find out|understand|hear|learn|check|pick|get|discuss|explore|catch|connect)|(?:am|are|is|was|were) (?:also |just |really |still )?(?:hoping|looking|after|keen|interested|trying|on the lookout|hungry|short|eager|counting)))\b ?(?P<rest>.*)"
);

pattern!(
    BARE_WISH,
    r"^(?:just |really )?(?:would love|would like|would appreciate|would welcome|would value|hoping|looking|keen|love|need|eager|trying|wanted) (?P<rest>(?:to|for|you|your|if|any|a|some)\b.*)|^(?:it |that |this )?would (?:really |also )?(?:help|be (?:great|good|useful|helpful|amazing|super|lovely|fantastic|nice|awesome|appreciated))(?: me| us)?(?: a lot| enormously)? (?P<help>(?:if you|to (?:get|see|have|know|hear|understand|catch|connect|chat|sync|meet|find|learn)|for us).*)|^(?:just|only) (?P<only>(?:your|a list|the list|a few|two or three|the names)\b.*)"
);

pattern!(
    /// "It would be great if you …", "I'd be glad if your team …", "Would it be a pain to …": the adjective is open.
    KINDLY,
    concat!(r"(?x)^(?:(?:it|that|this|which|you)\ )?(?:(?:would|will|is|might|could)\ )?(?:(?:i|we)\ (?:would|will)\ |(?:i|we)\ (?:am|are)\ )?(?:it\ |that\ )?(?:too\ |really\ |also\ |just\ |only\ )*(?:be\ |mean\ |help\ |make\ )(?:[\w'-]+\ ){0,5}?
      (?:if\ (?-x:", reader!(), r")(?:\ (?:could|can|would|might|were\ able\ to|were\ to|will|had|have|also|just|please|perhaps|maybe|team|side))*
        |(?:for\ you|for\ your\ \w+|of\ you)\ to|(?P<gain>to\ (?:have|get|know|see|hear|learn|understand|receive|find|read|be\ told|be\ given))|(?P<bare>to))\ (?P<rest>.*)")
);

pattern!(
    /// "We need you to argue for two".
    YOU_TO,
    concat!(r"^(?:for )?", reader!(), r" to (?P<rest>.*)")
);

pattern!(
    OUR_AIM,
    r"^to (?:help|make|give|share|send|flag|offer|thank|introduce|let you|put|get you|bring|pass|mention|say|see you|congratulate|show|be|tell you|point you|warn|save|spare|take|do|return|repay|set|hand)\b"
);

pattern!(
    /// "It never hurts to …", "It would be worth your time to …": advice that is a request.
    ADVICE,
    r"^(?:it )?(?:(?:would|might|could|may|will|can|never|does not|is|cannot|can not|would not) )+(?:be )?(?:(?:well |really )?worth (?:it |your (?:time|while) |a try )?|hurts? |(?:an? )?(?:good|great|nice|wise|smart) (?:idea |thing )?|no harm (?:in )?)(?:to |if you |for you to )?(?P<rest>\w+ .*)"
);

pattern!(
    /// "A table with five columns would be perfect", "Somebody has to chase them".
    WOULD_DO,
    r"^(?:just |even )?(?P<thing>(?:a|an|some|one|two|three|your|the|whoever|whatever|whichever|anyone|anything) (?:[\w'-]+ ){1,14}?)would (?:already |really |also |just )*(?:be (?:\w+ )?(?:perfect|great|ideal|lovely|fine|enough|plenty|helpful|useful|welcome|appreciated|wonderful|fantastic|super|good|nice|a \w+)|do|suffice|help)(?: a lot| (?:us|me)\b.*)?$|^(?:somebody|someone|one of us) (?:has to|must|should|needs to|ought to) (?P<deed>.*)"
);

pattern!(
    /// "Cool if you loop me in?"
    ALRIGHT_IF,
    concat!(
        r"^(?:all )?(?:ok|okay|cool|fine|alright|right|great|nice|good|lovely|awesome|possible|helpful|brilliant|fantastic|perfect|ideal|best|better|easier) if ",
        reader!(),
        r" (?P<rest>.*)"
    )
);

pattern!(
    /// "… and would be glad to present you": who is glad to act is the writer.
    GLADLY,
    r"^(?:would|will) (?:also )?be (?:very |only too |more than )?(?:glad|happy|pleased|delighted|ready|willing|prepared|honou?red) to "
);

/// "It would be ideal if your side drew it up": politeness around a deed of the reader's.
pub(super) fn kindly(w: &str) -> Option<Reading> {
    if HEARD_FROM_YOU.is_match(w) {
        return Some(request(Object::Work));
    }
    if let Some(found) = ALRIGHT_IF.captures(w) {
        return Some(request(deed_wanted(base_form(&found["rest"]))));
    }
    if let Some(found) =
        ADVICE.captures(w).filter(|f| !["i ", "we ", "for "].iter().any(|s| f["rest"].starts_with(s)))
    {
        return Some(request(match deed_wanted(&found["rest"]) {
            Object::Other | Object::Answer if w.contains(" our ") || w.contains(" us ") => Object::Work,
            other => other,
        }));
    }
    if let Some(found) = WOULD_DO.captures(w) {
        let thing = found.name("thing").or(found.name("deed")).map_or("", |m| m.as_str());
        return Some(request(match wanted(thing) {
            Object::Other | Object::Answer => Object::Work,
            other => other,
        }));
    }
    let found = KINDLY.captures(w).filter(|_| !GLADLY.is_match(w))?;
    let rest = &found["rest"];
    if found.name("bare").is_some() && !w.starts_with("would ") && !w.starts_with("is it ") {
        return None;
    }
    if rest.contains("for you") || (DOOR_FOR_YOU.is_match(rest) && GIVES_YOU.is_match(rest)) {
        return None;
    }
    let object = if found.name("gain").is_some() { wanted(rest) } else { deed_wanted(base_form(rest)) };
    Some(request(match object {
        Object::Other | Object::Answer if found.name("gain").is_some() => Object::Work,
        other => other,
    }))
}

/// Light acts in the past tense of politeness: "if you took a look".
fn base_form(rest: &str) -> &str {
    const PAST: [(&str, &str); 6] = [
        ("took ", "take "),
        ("had ", "have "),
        ("gave ", "give "),
        ("said ", "say "),
        ("told ", "tell "),
        ("came ", "come "),
    ];
    PAST.iter().find(|(past, _)| rest.starts_with(past)).map_or(rest, |(_, now)| now)
}

pattern!(
    /// "A question that I'd like off my desk", "a feature that I'd love to walk you through".
    WISHED_THING,
    r"^(?:there (?:is|are) |(?:i|we) have (?:got )?)?(?P<thing>(?:an?|the|some|my|our|your|this|that|these|those|two|three|one|anything|something|someone|everything) .+?) (?:(?:that|which|who|whom) )?(?:i|we) (?:would (?:really |so |just )*(?:like|love|want)|(?:really |still )?(?:need|want))\b ?(?P<rest>.*)"
);
pattern!(
    /// What hands the thing on to the reader.
    TO_READER,
    r"^to (?:\w+ ){0,3}?(?:to |with |for )?you\b|\b(?:for|to) you(?:r \w+)?$"
);
pattern!(TAKEN, r"^(?:i|we) (?:would|will) (?:\w+ )?take (?:it|one|them|that|those|any)$");

/// "A slide that I'd like off my desk": a wish that hangs on the thing.
fn wished_thing(w: &str) -> Option<Reading> {
    if TAKEN.is_match(w) {
        return Some(request(Object::Work));
    }
    let found = WISHED_THING
        .captures(w)
        .filter(|f| !f["thing"].split(' ').any(|x| ["if", "whether", "because", "said"].contains(&x)))?;
    let rest = &found["rest"];
    if DOOR_FOR_YOU.is_match(rest) && GIVES_YOU.is_match(rest) {
        return Some(offer(Object::Introduction));
    }
    Some(match wanted(rest.trim_start_matches("to ")) {
        Object::Chat => request(Object::Chat),
        _ if OWN_SHOW.is_match(rest) => request(Object::Chat),
        _ if TO_READER.is_match(rest) => offer(given(rest.trim_start_matches("to "))),
        _ => request(Object::Work),
    })
}

pattern!(OWN_SHOW, r"^to (?:walk|take|talk|run|show|tell|present|demo)\b");

/// "I'd love your list", "We're looking for leads": what we would like to have.
pub(super) fn wish(w: &str) -> Option<Reading> {
    if !WISH.is_match(w) && !BARE_WISH.is_match(w) {
        return wished_thing(w);
    }
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
    if let Some(deed) = YOU_TO.captures(&rest) {
        return Some(request(deed_wanted(&deed["rest"])));
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
    if w.contains("could use") && rest.contains("for you") {
        return Some(offer(Object::Work));
    }
    let object = wanted(rest.trim_start_matches("to "));
    Some(match object {
        Object::Other | Object::Answer if FROM_YOU.is_match(&rest) => request(Object::Work),
        Object::Other if MUST_HAVE.is_match(w) => request(Object::Work),
        Object::Answer | Object::Other if TO_KNOW.is_match(&rest) => request(Object::Work),
        Object::Answer | Object::Other if full && rest.starts_with("to ") => STATE,
        Object::Answer => request(Object::Other),
        other => request(other),
    })
}

pattern!(FROM_YOU, r"^(?:\w+ )?from (?:you|your \w+) (?:an?|the|some|your)\b");
pattern!(
    /// "It would help if they heard it from you".
    HEARD_FROM_YOU,
    r"\bwould (?:\w+ ){0,2}?(?:help|great|good|useful|nice|ideal|matter|count)(?: us| me)? if .*\bfrom (?:you|your \w+)\b"
);
pattern!(
    /// "Need a sample payload": a thing that the reader would have to make.
    MUST_HAVE,
    r"^(?:(?:i|we|our \w+|my \w+) )?(?:(?:still|also|really|just) )*(?:need|require|am missing|are missing) (?:an?|the|some|more|two|three|your) "
);
pattern!(
    TO_KNOW,
    r"^to (?:know|understand|learn|find out|be told|get hold|work out) (?:who|whom|whose|what|which|where|when|how|why|if|whether|the|their|more|about|your)\b"
);

pattern!(
    OWN_CALL,
    r"^to (?:see (?:where|how|if|what|who|which)|make (?:the most|more)|get (?:your|more|our|some)|put (?:our|together)|do (?:more|business)|set up (?:a|some) (?:call|time)|say hi|introduce (?:myself|us|our|ourselves))"
);

pattern!(
    DUTY,
    r"\b(?:you|your \w+) (?:will |would |just |only |really )*(?:should|need(?: only| just)? to|have(?: only| just)? to|must|might want to|may want to|ought to|got to|could|can|might)(?: just| please| also| maybe| simply| easily| really| perhaps)* (?P<rest>.*)|^(?:i|we|may i|may we|can i|can we|could i|could we|shall i|shall we|let me|let us) (?:would |will )?(?:leave|entrust|trust|count on|rely on|expect|ask|asked|invite|encourage|challenge) (?:it to )?(?:you|your \w+)(?: to)? (?P<leave>.*)|^(?:over|up) to you to (?P<up>.*)|^(?:you|your (?:team|side|colleagues|people|reps?|folks|consultants|engineers)) will (?P<will>.*)|^(?:the )?ball is in your (?P<ball>.*)|^(?:someone|somebody|anyone|one|people) (?:on|in|from|of|at) your \w+ (?:has|have|had|finds?|is free|could|can|might|would|will)\b(?P<someone>.*)|^(?:so )?(?:it|this|that) is (?:now |also )?on your (?P<plate>(?:list|plate|to-?do|desk)\b.*)|^your (?P<task>(?:homework|task|job|to-?do|action|next step)\b.*|(?:\w+ ){1,3}?(?:is|are) (?:over)?due\b.*)"
);

pattern!(
    YOURS_TO_DO,
    r"^(?:find|dig|look (?:through|for|into|up)|go (?:through|over|back)|search|scan|compile|list|identify|think|send|share|pull|map|check (?:which|who|your|for)|work out|figure|connect the dots|spot|come up|put together|point|flag|suggest|prepare|fill|match|source|keep)\b"
);

/// "You could go through your list": work handed over as a statement.
pub(super) fn duty(w: &str) -> Option<Reading> {
    let found = DUTY.captures(w)?;
    if found.name("someone").or(found.name("plate")).is_some() {
        return Some(request(Object::Work));
    }
    if found.name("will").is_some_and(|m| EFFORT.is_match(m.as_str())) {
        return Some(request(Object::Work));
    }
    let rest = ["rest", "leave", "up", "ball", "task"].iter().find_map(|n| found.name(n))?.as_str();
    if found.name("task").is_some() {
        return Some(request(Object::Work));
    }
    if BACK_TO_US.is_match(rest) && !IN_CASE.is_match(w) {
        return Some(request(Object::Work));
    }
    if FOR_US.is_match(rest) {
        return Some(request(deed_wanted(rest)));
    }
    if OUGHT.is_match(w)
        && (EFFORT.is_match(rest) || OURS.is_match(rest))
        && deed_wanted(rest) == Object::Work
    {
        return Some(request(Object::Work));
    }
    let object = wanted(rest);
    if object == Object::Introduction && DOOR_FOR_US.is_match(rest) {
        return Some(request(object));
    }
    let work = matches!(object, Object::Work | Object::Opportunity);
    (work && YOURS_TO_DO.is_match(rest) && !TO_CLIENTS.is_match(rest)).then_some(request(object))
}

pattern!(
    OUGHT,
    concat!(
        r"\b",
        reader!(),
        r" (?:will |would |just |only |really )*(?:should|need(?: only| just)? to|have(?: only| just)? to|must|might want to|may want to|ought to|got to)\b"
    )
);
pattern!(
    /// The fruit of the deed comes to our side.
    BACK_TO_US,
    r"\b(?:let|send|give|get|bring|hand|show|tell|brief|forward) (?:(?:it|them|that|those) (?:back )?(?:to )?)?(?:us|me)\b|\b(?:share|report|hand|bring) .*\b(?:with|to) (?:us|me)\b"
);
pattern!(IN_CASE, r"\b(?:if|when|whenever|so that) (?:you|your)\b|\b(?:always|any ?time|as well)\b");
pattern!(
    TO_CLIENTS,
    r"^(?:send|share|point|flag|check) (?:it|this|that|the \w+|them|\w+)? ?(?:to|with|your clients|your customers)"
);

pattern!(LET_US, r"^let us (?:just |all |maybe )?(?P<rest>.*)");

/// "Let's find something to work on."
pub(super) fn together(w: &str) -> Option<Reading> {
    let found = LET_US.captures(w)?;
    if found["rest"].starts_with("have ") && !found["rest"].starts_with("have a ") {
        return Some(request(Object::Work));
    }
    let object = wanted(&found["rest"]);
    Some(request(if matches!(object, Object::Answer | Object::Other) { Object::Chat } else { object }))
}
