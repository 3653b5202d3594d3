//! Requests, wishes and commands: what the reader would have to do.

use super::super::objects::{DOOR_FOR_US, DOOR_FOR_YOU, given, wanted};
use super::super::{Object, about_asset};
use super::deeds::{CHECKING, FOR_US, GIVES_YOU};
use super::{CHECK_IN, Reading, STATE, deliver, offer, request};

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
    /// The closed class of acts that cost a reader next to nothing: to take, to use, to answer, to show up.
    LIGHT,
    r"(?x)^(?:(?:please|kindly|just|also|quickly|perhaps|maybe|only|simply|to|then|both|always|and)\ )*
      (?: (?:have|take\ (?:a|an|it|this|that|these|those|them|him|her|his|my|one|what|whatever|whichever|your|care|part|five|ten|two|the\ (?:\w+\ )?(?:slot|call|seat|place|credit|lead|time|floor|page|first|second))|look|read|see|watch|try|use|reuse|keep|pass|forward|share|show|quote|drop|hand|put|offer|copy|steal|borrow|brand|change|edit|cut|say|tell|let|confirm|reply|answer|respond|pick|choose|decide|join|come|meet|call|phone|ring|ping|text|dial|message|shout|holler|talk|speak|hear|give|grab|expect|enjoy|ignore|skip|stay|imagine|remember|count|feel|consider|mention|name|approve|accept|lean|rely|forget|bear|hold|wait|note|rest|sit|assume|live|go|be|find\ (?:it|this|that|attached)|point|swap|ask\ (?:me|us|away|for\ (?:me|us)|her|him)|blame|check\ (?:it|this|that|them|out|the)|throw|post|send\ (?:me|us)\ (?:none|nothing)|send\ (?:it|this|that|them|her|him|me\ over)|bring\ (?:it|this|that|her|him|them|along)|open|click|spare|make\ (?:it|time|\w+day)|do\ (?:monday|tuesday|wednesday|thursday|friday)|move|start|stop|leave|save|credit|reach|contact|email|mail|write\ (?:to|back)|book|sign|free|fit|host|find\ (?:a\ |some\ |the\ |me\ |us\ )?(?:\w+\ )?(?:time|slot|minutes?|half|hour)|set\ aside|thank|invite|pencil|block|plug|run|walk)\b )"
);
pattern!(
    /// Acts that make something: whoever is told to do them is given work.
    EFFORT,
    r"^(?:(?:also|then|please|just) )*(?:do the|do all|do most|make the|make a|write|draft|draw|prepare|build|book|organi[sz]e|arrange|provide|deliver|compile|collect|gather|fill|list|map|pull|dig|run the|lead the|drive|chase|produce|design|create|handle|own|research|supply|take care|take on|carry|set up|put together|come back|report|translate|answer all|contact|reach out|follow up|work (?:out|through|on)|check|find (?:out|me|us|a|an|some|any|who|which|what)|identify|send (?:us|me|over)|bring (?:us|me))\b"
);

/// What is wanted when the reader is to do `rest`: an act outside the light ones is work.
pub(super) fn deed_wanted(rest: &str) -> Object {
    let object = wanted(rest);
    let vague = matches!(object, Object::Other | Object::Update | Object::Answer | Object::Meeting);
    if vague && !LIGHT.is_match(rest) { Object::Work } else { object }
}

pattern!(
    ANSWERING,
    r"^(?:confirm|say|tell me (?:if|whether|yes)|let me know|reply|give me a (?:yes|nod|thumbs)|take a|have a|pick|choose|live with)"
);

pattern!(
    WISH,
    r"^(?:(?:all|what) )?(?:i|we|our \w+|my \w+)(?: \w+)?? (?:(?:really |just |still |also |only )*(?:should (?:really |also |very much )?(?:like|love|welcome|appreciate)|lack|(?:are|am) (?:missing|short of|without)|need|want|require|hope|wonder|seek|would (?:really |so |also |just |very much |much |greatly |warmly )*(?:like|love|appreciate|value|welcome|be grateful|be keen)|could (?:really )?(?:use|do with)|wanted to (?:ask|see|know|find out|understand|hear|learn|check|pick|get|discuss|explore|catch|connect)|(?:am|are|is|was|were) (?:also |just |really |still )?(?:hoping|looking|after|keen|interested|trying|on the lookout|hungry|short|eager|counting)))\b ?(?P<rest>.*)"
);

pattern!(
    BARE_WISH,
    r"^(?:just |really )?(?:would love|would like|would appreciate|would welcome|would value|hoping|looking|keen|love|need|eager|trying|wanted) (?P<rest>(?:to|for|you|your|if|any|a|some)\b.*)|^(?:it |that |this )?would (?:really |also )?(?:help|be (?:great|good|useful|helpful|amazing|super|lovely|fantastic|nice|awesome|appreciated))(?: me| us)?(?: a lot| enormously)? (?P<help>(?:if you|to (?:get|see|have|know|hear|understand|catch|connect|chat|sync|meet|find|learn)|for us).*)|^(?:just|only) (?P<only>(?:your|a list|the list|a few|two or three|the names)\b.*)"
);

pattern!(
    /// "It would be great if you …", "I'd be glad if your team …", "Would it be a pain to …": the adjective is open.
    KINDLY,
    r"(?x)^(?:(?:it|that|this|which|you)\ )?(?:(?:would|will|is|might|could)\ )?(?:(?:i|we)\ (?:would|will)\ |(?:i|we)\ (?:am|are)\ )?(?:it\ |that\ )?(?:too\ |really\ |also\ |just\ |only\ )*(?:be\ |mean\ |help\ |make\ )(?:[\w'-]+\ ){0,5}?
      (?:if\ (?:you|your\ (?:team|side|colleagues|people|reps?|folks|office|consultants))(?:\ (?:could|can|would|might|were\ able\ to|were\ to|will|had|have|also|just|please|perhaps|maybe|team|side))*
        |(?:for\ you|for\ your\ \w+|of\ you)\ to|(?P<gain>to\ (?:have|get|know|see|hear|learn|understand|receive|find|read|be\ told|be\ given))|(?P<bare>to))\ (?P<rest>.*)"
);

pattern!(
    /// "We need you to argue for two".
    YOU_TO,
    r"^(?:for )?(?:you|your \w+|someone on your \w+) to (?P<rest>.*)"
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
    r"^(?:just |even )?(?P<thing>(?:a|an|some|one|two|three|your|the) (?:[\w'-]+ ){1,10}?)would (?:already |really |also |just )*(?:be (?:\w+ )?(?:perfect|great|ideal|lovely|fine|enough|plenty|helpful|useful|welcome|appreciated|wonderful|fantastic|super|good|nice|a \w+)|do|suffice|help)(?: (?:us|me|a lot))?$|^(?:somebody|someone|one of us) (?:has to|must|should|needs to|ought to) (?P<deed>.*)"
);

/// "It would be ideal if your side drew it up": politeness around a deed of the reader's.
pub(super) fn kindly(w: &str) -> Option<Reading> {
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
    let found = KINDLY.captures(w)?;
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

/// "I'd love your list", "We're looking for leads": what we would like to have.
pub(super) fn wish(w: &str) -> Option<Reading> {
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
        Object::Answer | Object::Other if TO_KNOW.is_match(&rest) => request(Object::Work),
        Object::Answer | Object::Other if full && rest.starts_with("to ") => STATE,
        Object::Answer => request(Object::Other),
        other => request(other),
    })
}

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
    r"\b(?:you|your \w+) (?:will |would |just |only |really )*(?:should|need to|have to|must|might want to|may want to|ought to|got to|could|can|might)(?: just| please| also| maybe| simply| easily| really| perhaps)* (?P<rest>.*)|^(?:i|we|may i|may we|can i|can we|could i|could we|shall i|shall we|let me|let us) (?:would |will )?(?:leave|entrust|trust|count on|rely on|expect|ask|asked|invite|encourage|challenge) (?:it to )?(?:you|your \w+)(?: to)? (?P<leave>.*)|^(?:over|up) to you to (?P<up>.*)|^(?:you|your (?:team|side|colleagues|people|reps?|folks|consultants|engineers)) will (?P<will>.*)|^(?:the )?ball is in your (?P<ball>.*)|^(?:someone|somebody|anyone|one|people) (?:on|in|from|of|at) your \w+ (?:has|have|had|finds?|is free|could|can|might|would|will)\b(?P<someone>.*)|^(?:so )?(?:it|this|that) is (?:now |also )?on your (?P<plate>(?:list|plate|to-?do|desk)\b.*)|^your (?P<task>(?:homework|task|job|to-?do|action|next step)\b.*)"
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
    if FOR_US.is_match(rest) {
        return Some(request(deed_wanted(rest)));
    }
    let object = wanted(rest);
    if object == Object::Introduction && DOOR_FOR_US.is_match(rest) {
        return Some(request(object));
    }
    let work = matches!(object, Object::Work | Object::Opportunity);
    (work && YOURS_TO_DO.is_match(rest) && !TO_CLIENTS.is_match(rest)).then_some(request(object))
}

pattern!(
    TO_CLIENTS,
    r"^(?:send|share|point|flag|check) (?:it|this|that|the \w+|them|\w+)? ?(?:to|with|your clients|your customers)"
);

pattern!(
    IMPERATIVE,
    r"^(?:(?:please|kindly|just|also|do|feel free to|simply|be sure to|don't hesitate to|do not hesitate to|always|maybe|remember to|try to|go ahead and|when you (?:can|have a minute|get a chance)|if you can|do (?:me|us) a favou?r(?: and)?) )*(?P<rest>(?:do (?:some|a bit of|your|a little) |send|share|give|point|introduce|connect|put|keep|think|find|dig|pull|look|check|list|ping|drop|shoot|forward|pass|flag|map|scan|review|ask|take|have|book|join|register|sign|bring|fill|loop|get|reach|go through|compile|identify|name|search|tell|add|help|pick|consider|suggest|recommend|refer|run|fire|throw|hit|email|mail|invite|see (?:if|whether|who|what|how|which|that)|write|draft|upload|prepare|build|make|arrange|organi[sz]e|chase|raise|set up|speak to|talk to|call|squeeze|slot|include|be (?:on|at|there|ready|in|so kind)|remind|collect|provide|complete|submit|update (?:us|me)|do not forget)\b.*)"
);

pattern!(
    PLEASE,
    r"^(?:(?:also|then|just|maybe|so) )*(?:please|kindly) (?:(?:also|do|just|kindly) )*(?P<rest>\w+ .*)"
);

pattern!(
    USE_IT,
    r"^(?:have (?:at it|a go)|go (?:for it|ahead|wild)|help yourself|be my guest|take (?:it|what|whatever|the|this)|(?:put|open with|lead with|start with) (?:that|this|them|those)|have (?:fun|a (?:good|great|nice))|keep (?:it|this|the)|put it|drop it|run it|share it|pass it|forward it|give it|send it|bring it|add it|use)\b"
);

pattern!(
    NOT_A_COMMAND,
    r"^(?:looks?ing|looking|thinking|help is|name is|look forward|\w+ attached\b|review (?:is|was|starts)|list (?:is|of)|pull (?:is)|give or take|ask (?:is|from)|run by|runs)\b"
);

pattern!(
    /// A verb that nobody listed, told by the noun phrase of ours or theirs behind it: "measure yours".
    BARE,
    r"^(?P<rest>[a-z]{3,} (?:(?:yours|ours|our|us)\b.*|(?:it|him|her|them|the|an?|your|this|that|these|those|some|any|all)\b.*\b(?:for|to|with) (?:us|me|our|my)\b.*))"
);
pattern!(
    NO_VERB,
    r"^(?:for|with|from|since|because|while|when|where|what|which|who|how|why|and|but|that|this|then|than|though|although|until|unless|after|before|about|around|across|against|among|as|at|by|in|into|is|are|was|were|has|have|had|do|does|did|can|could|will|would|shall|should|may|might|must|if|not|now|once|only|over|per|plus|so|through|thanks|to|today|tomorrow|tonight|yesterday|under|upon|via|within|without|also|both|all|like|between|behind|during|despite|except|including|regarding|concerning|beyond|here|there|or|yet|\w+ed|\w+ing|\w+s|\w+ly|on|of|off|said|told|gave|made|took|got|let|let's)\b"
);

pattern!(
    /// "Give them my mobile": the account is sent to us.
    OUR_LINE,
    r"^(?:give|send|show|tell|point|forward|pass|hand) (?:them|her|him) (?:on )?(?:(?:to|at|past) )?(?:my|our|me|us)\b"
);

pattern!(TO_OURS, r"\b(?:across|over|back|here|(?:our|my) way|(?:to|at|with|past) (?:me|us|our|my))\b");

pattern!(LET_US, r"^let us (?:just |all |maybe )?(?P<rest>.*)");

/// "Let's find something to work on."
pub(super) fn together(w: &str) -> Option<Reading> {
    let object = wanted(&LET_US.captures(w)?["rest"]);
    Some(request(if matches!(object, Object::Answer | Object::Other) { Object::Chat } else { object }))
}

/// "Send me your list."
pub(super) fn imperative(w: &str) -> Option<Reading> {
    let found = IMPERATIVE.captures(w).or_else(|| PLEASE.captures(w)).or_else(|| BARE.captures(w))?;
    let rest = &found["rest"];
    if NOT_A_COMMAND.is_match(rest) || (NO_VERB.is_match(rest) && BARE.is_match(w) && !IMPERATIVE.is_match(w))
    {
        return None;
    }
    let object = deed_wanted(rest);
    let heavy = matches!(object, Object::Work | Object::Opportunity | Object::Introduction);
    if OUR_LINE.is_match(rest) {
        return Some(offer(Object::Work));
    }
    if FOR_US.is_match(rest) && object == Object::Other {
        return Some(request(Object::Work));
    }
    if USE_IT.is_match(rest) && !heavy && !TO_OURS.is_match(rest) {
        return Some(STATE);
    }
    Some(request(object))
}
