//! Commands, and how much a deed of the reader's costs.

use super::super::Object;
use super::super::objects::wanted;
use super::deeds::FOR_US;
use super::{Reading, STATE, offer, request};

pattern!(
    /// The closed class of acts that cost a reader next to nothing: to take, to use, to answer, to show up.
    LIGHT,
    r"(?x)^(?:(?:please|kindly|just|also|quickly|perhaps|maybe|only|simply|to|then|both|always|and)\ )*
      (?: (?:have|take\ (?:a|an|it|this|that|these|those|them|him|her|his|my|one|what|whatever|whichever|your|care|part|five|ten|two|the\ (?:\w+\ )?(?:slot|call|seat|place|credit|lead|time|floor|page|first|second))|look|read|see|watch|try|use|reuse|keep|pass|forward|share|show|quote|drop|hand|put|offer|copy|steal|borrow|brand|change|edit|cut|say|tell|let|confirm|reply|correct\ me|page|wake|buzz|answer|respond|pick|choose|decide|join|come|meet|call|phone|ring|ping|text|dial|message|shout|holler|talk|speak|hear|give|grab|expect|enjoy|ignore|skip|stay|imagine|remember|count|feel|consider|mention|name|approve|accept|lean|rely|forget|bear|hold|wait|note|rest|sit|assume|live|go|be|find\ (?:it|this|that|attached)|point|swap|ask\ (?:me|us|away|for\ (?:me|us)|her|him)|blame|check\ (?:it|this|that|them|out|the)|throw|post|send\ (?:me|us)\ (?:none|nothing)|send\ (?:it|this|that|them|her|him|me\ over)|bring\ (?:it|this|that|her|him|them|along)|open|click|spare|make\ (?:it|time|\w+day)|do\ (?:monday|tuesday|wednesday|thursday|friday)|move|start|stop|leave|save|credit|reach|contact|email|mail|write\ (?:to|back)|book|sign|free|fit|host|find\ (?:a\ |some\ |the\ |me\ |us\ )?(?:\w+\ )?(?:time|slot|minutes?|half|hour)|set\ aside|thank|invite|pencil|block|plug|run|walk)\b )"
);
pattern!(
    /// Acts that make something: whoever is told to do them is given work.
    pub(super) EFFORT,
    r"^(?:(?:also|then|please|just) )*(?:do the|do all|do most|make the|make a|write|draft|draw|prepare|build|book|organi[sz]e|arrange|provide|deliver|compile|collect|gather|fill|list|map|pull|dig|run the|lead the|drive|chase|produce|design|create|handle|own|research|supply|take care|take on|carry|set up|put together|come back|report|translate|answer all|contact|reach out|follow up|work (?:out|through|on)|check|find (?:out|me|us|a|an|some|any|who|which|what)|identify|send (?:us|me|over)|bring (?:us|me))\b"
);

/// What is wanted when the reader is to do `rest`: an act outside the light ones is work.
pub(super) fn deed_wanted(rest: &str) -> Object {
    let object = wanted(rest);
    let vague = matches!(object, Object::Other | Object::Update | Object::Answer | Object::Meeting);
    let work = vague
        && (!LIGHT.is_match(rest) || second(rest).is_some_and(|deed| deed_wanted(deed) == Object::Work));
    if work { Object::Work } else { object }
}

pattern!(
    IMPERATIVE,
    r"^(?:(?:please|kindly|just|also|do|feel free to|simply|be sure to|don't hesitate to|do not hesitate to|always|maybe|remember to|try to|go ahead and|when you (?:can|have a minute|get a chance)|if you can|do (?:me|us) (?:a|this|one) \w+(?: and)?) )*(?P<rest>(?:do (?:some|a bit of|your|a little) |send|share|give|point|introduce|connect|put|keep|think|find|dig|pull|look|check|list|ping|drop|shoot|forward|pass|flag|map|scan|review|ask|take|have|book|join|register|sign|bring|fill|loop|get|reach|go through|compile|identify|name|search|tell|add|help|pick|consider|suggest|recommend|refer|run|fire|throw|hit|email|mail|invite|see (?:if|whether|who|what|how|which|that)|write|draft|upload|prepare|build|make|arrange|organi[sz]e|chase|raise|set up|speak to|talk to|call|squeeze|slot|include|be (?:on|at|there|ready|in|so kind)|remind|collect|provide|complete|submit|update (?:us|me)|do not forget)\b.*)"
);

pattern!(
    PLEASE,
    r"^(?:(?:also|then|just|maybe|so) )*(?:please|kindly) (?:(?:also|do|just|kindly) )*(?P<rest>\w+ .*)"
);

pattern!(
    /// "Fix the file please".
    AND_PLEASE,
    r"^(?P<rest>[a-z]{3,} (?:.* )?)(?:please|asap)\b"
);

pattern!(
    USE_IT,
    r"^(?:have (?:at it|a go)|go (?:for it|ahead|wild)|help yourself|be my guest|take (?:it|what|whatever|the|this)|(?:put|open with|lead with|start with) (?:that|this|them|those)|have (?:fun|a (?:good|great|nice))|keep (?:it|this|the)|put it|drop it|run it|share it|pass it|forward it|give it|send it|bring it|add it|use|accept (?:my|our)|excuse|forgive|note|be assured|rest assured|know|correct (?:me|us))\b"
);

pattern!(
    NOT_A_COMMAND,
    r"^(?:looks?ing|looking|thinking|help is|name is|look forward|\w+ attached\b|review (?:is|was|starts)|list (?:is|of)|pull (?:is)|give or take|ask (?:is|from)|run by|runs)\b"
);

pattern!(
    /// A verb that nobody listed, told by what stands behind it: a noun phrase ("measure yours") or a
    /// particle ("poke around").
    BARE,
    r"^(?P<rest>[a-z]{3,} (?:(?:the|an?|your|their|his|her|its|this|that|these|those|some|any|all|each|every|both|what|whatever|who|whoever|which|whichever|it|him|them|us|me|our|my|ours|yours|one|two|three)\b|(?:around|up|out|down|through|over|back|off|away|apart)\b).*)"
);
pattern!(
    NO_VERB,
    r"(?x)^(?:for|with|from|since|because|while|when|where|what|which|who|how|why|and|but|that|this|then|than|though|although|until|unless|after|before|about|around|across|against|among|as|at|by|in|into|is|are|was|were|has|have|had|do|does|did|can|could|will|would|shall|should|may|might|must|if|not|now|once|only|over|per|plus|so|through|thanks|to|today|tomorrow|tonight|yesterday|under|upon|via|within|without|also|both|all|like|between|behind|during|despite|except|including|regarding|concerning|beyond|here|there|or|yet|\w{3,}ed|\w+ing|\w+[^s]s|\w+ly|on|of|off|let|let's
        |\w+ever|you|she|they|his|her|its|our|your|their|one|two|three|half|each|every|such|any|some|more|most|many|enough|too|very|quite|rather|even|still|again|ever|never|maybe|perhaps|not|next|last|same|just|nothing|anything|something|someone|somebody|everyone|nobody
        |quick|worth|allow|the|these|those|used|led|fed|remember|imagine|picture|recall|good|great|happy|glad|nice|sorry|well|yes|fair|sure|new|big|small|hello|hey|dear|kind|best|warm|word|heads|need|want|hope|love|like|guess|wish|bet|help|see|mind|might
        |said|told|gave|made|took|got|saw|heard|met|won|lost|left|kept|found|sent|built|wrote|drew|ran|knew|thought|spoke|brought|caught|held|paid|sat|stood|spent|came|went|began|rebuilt|redid|did|set|put)\b"
);

/// The command that is joined to the first one: "have a look and correct what is wrong".
fn second(rest: &str) -> Option<&str> {
    let (_, deed) = rest.split_once(" and ")?;
    let told = IMPERATIVE.is_match(deed) || (BARE.is_match(deed) && !NO_VERB.is_match(deed));
    (told && !OUR_LINE.is_match(deed)).then_some(deed)
}

pattern!(
    /// Work on the reader's own deal, told in passing: "ask for Paul", "bring two and leave the deck at home".
    OWN_DEAL,
    r"^(?:(?:just|so|then|also|maybe|and|but) )*(?P<rest>[a-z]{3,} .*)"
);
pattern!(DEMAND, r"\b(?:please|kindly|by|before|until|today|asap|urgently|\w+day)\b");

/// Whether a command could be advice to somebody who sells: neither a search nor a product is wanted.
pub(in crate::sustain::relevance::speech) fn may_advise(w: &str) -> bool {
    !DEMAND.is_match(w)
        && OWN_DEAL.captures(w).is_some_and(|c| {
            let rest = &c["rest"];
            imperative(rest).is_some()
                && !EFFORT.is_match(rest)
                && !matches!(wanted(rest), Object::Work | Object::Opportunity)
        })
}

pattern!(
    /// "Give them my mobile": the account is sent to us.
    OUR_LINE,
    r"^(?:give|send|show|tell|point|forward|pass|hand) (?:them|her|him|people|anyone|everyone) (?:on )?(?:(?:to|at|past) )?(?:my|our|me|us|mine|ours)\b|^(?:drop|use|mention) my name\b|^(?:quote|cite|use) (?:my|our) (?:words|figures?|numbers?)\b|^(?:quote|cite|blame) (?:me|us)\b"
);

pattern!(pub(super) OURS, r"\b(?:us|me|our|my|ours|mine|we|i)\b");
pattern!(TO_OTHERS, r"^(?:talk|speak|write|go|turn) (?:to|with) ");
pattern!(TO_OURS, r"\b(?:across|over|back|here|(?:our|my) way|(?:to|at|with|past) (?:me|us|our|my))\b");

/// "Send me your list."
pub(super) fn imperative(w: &str) -> Option<Reading> {
    let found = IMPERATIVE
        .captures(w)
        .or_else(|| PLEASE.captures(w))
        .or_else(|| BARE.captures(w))
        .or_else(|| AND_PLEASE.captures(w).filter(|f| !NO_VERB.is_match(&f["rest"])))?;
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
    if (object == Object::Other || TO_OTHERS.is_match(rest))
        && !OURS.is_match(rest)
        && !TO_OURS.is_match(rest)
        && !rest.starts_with("be ")
    {
        return Some(request(Object::Answer));
    }
    if USE_IT.is_match(rest) && !heavy && !TO_OURS.is_match(rest) {
        return Some(STATE);
    }
    Some(request(object))
}
