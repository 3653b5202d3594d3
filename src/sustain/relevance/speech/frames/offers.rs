//! Offers put as a question: what could we do, may we do it, would you like it.

use super::super::objects::{DOOR_FOR_YOU, given, wanted};
use super::super::{Object, about_asset};
use super::deeds::GIVES_YOU;
use super::{Reading, offer, request};

pattern!(
    WE_CAN_DO,
    r"^(?:is there |do you have |would there be |if there is |tell me |say )?(?:anything|something|any ?way|one thing|a thing|any(?:thing)? more|what(?: else)?|how|where|which of these|whatever)(?: else| at all| more)?(?: that| which)? (?:can |could |may |might |should |would )?(?:i|we|our \w+|my \w+)\b(?: \w+)? ?(?P<rest>.*)"
);

pattern!(
    pub(super) FOR_OURSELVES,
    r"\b(?:together|with you\b|from you|for (?:us|me)\b|sell|win|get (?:\w+ )?(?:out|in|from)\b|get more|collaborate|partner|grow|should (?:know|talk|speak|go after|chase|target)|know about|talk to|go after|are we|do we|missing|improve our)"
);

pattern!(
    YOU_NEED,
    r"^(?:is there |do you (?:need|want) |would )?(?:anything|something|what|where)(?: else| at all)?(?: that)?(?: is| are| do| would)? ?(?:from us |take .*(?:off|from) your|make (?:your|it|things)|move things|you(?:r \w+)? (?:stuck|short\b|need|are (?:stuck|missing|short|waiting)|could use|want|would (?:like|find|welcome))|stuck|blocking|slowing|in your way|getting in|would help|holding you|keeping you|help you)|^(?:is there |are there )?(?:anyone|someone|somebody|anybody|any \w+|an? \w+)\b.*\byou (?:have been|are|would like|want|need|wish|can not|still)\b.*\b(?:reach|reaching|meet|missing|get to|getting to|know|talk|speak|introduced)|^(?:who|what|which \w+|where) (?:else )?(?:do|are) you (?:still |most |also )?(?:need|miss|missing|stuck|short|blocked|struggling|lack)\b|^(?:is there )?(?:anything|something|whatever)\b.* you (?:are|have been) (?:still )?(?:waiting (?:on|for)|missing|stuck on|blocked on|chasing|after from)\b.*|^which (?:[\w'-]+ ){0,5}would (?:help|serve|suit) you"
);

pattern!(
    /// "Is anything at Acme blocking you?": a hindrance of the reader's is asked for, so that we can act on it.
    IN_YOUR_WAY,
    r"^(?:is|are) your (?:[\w'-]+ ){1,6}?(?:stuck|blocked|delayed|held up|in trouble|late)\b|^(?:is |are )?(?:there )?(?:anything|something|what is|who is|anyone|any \w+)\b.*\b(?:block(?:s|ing)|slow(?:s|ing)|hold(?:s|ing)(?: up)?|bother(?:s|ing)|annoy(?:s|ing)|stopp?(?:s|ing)|delay(?:s|ing)|hurt(?:s|ing)|eat(?:s|ing)|tak(?:es|ing)|cost(?:s|ing)|stuck|in the way of|weigh(?:s|ing))(?: \w+)? (?:you|your)\b|^(?:is |are )?(?:there )?(?:anything|something)\b.*\b(?:i|we|our \w+|my \w+) (?:can|could|may|might) (?:\w+ )?(?:take|lift|clear|unblock|answer|fix|sort|do|remove|carry|get)\b"
);

/// "Anything I can do for you": the plain offer of help (A11), unless it is for us.
pub(super) fn help_offered(w: &str) -> Option<Reading> {
    if let Some(found) = AROUND.captures(w) {
        let firm = found.name("firm").is_some();
        return Some(offer(if firm { Object::Help } else { Object::Courtesy }));
    }
    if YOU_NEED.is_match(w)
        || AT_YOUR_CALL.is_match(w)
        || YOUR_MAN.is_match(w)
        || (IN_YOUR_WAY.is_match(w) && !FOR_OURSELVES.is_match(w))
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
    /// "Ask me anything", "Call me whenever you are stuck": the writer as help.
    AT_YOUR_CALL,
    r"^(?:(?:please|just|do|feel free to|and|then) )*(?:(?:ask|try|use|call|ring|ping|message|text|grab|borrow|tap) (?:me|us|our \w+) (?:anything|whatever|any ?time|whenever|day or night|if you (?:get stuck|need|are stuck|want help)|as (?:a|your))|ask away|lean on (?:me|us)|put (?:me|us) to (?:work|use)|make use of (?:me|us))\b"
);

pattern!(
    YOUR_MAN,
    r"^(?:i|we) (?:am|are|will be) your (?:man|woman|person|people|postman|messenger|courier|eyes|ears|hands|driver|guide|backup|translator|chauffeur|\w+ for the day)$"
);

pattern!(
    /// "I'm around all week if the cutover gives you trouble": firm when it says when, or for what.
    AROUND,
    r"^(?:i|we|our \w+|my \w+) (?:am|are|is|will be|stay) (?:also |always )?(?:around|here|available|on standby|on call|at your disposal|at hand|reachable|there|a call away|one call away)\b(?P<firm>.*\b(?:all (?:day|week|weekend|night|morning|afternoon)|tomorrow|today|tonight|until|monday|tuesday|wednesday|thursday|friday|saturday|sunday|during|if the|if their|when the|when their|while|from \d+)\b)?"
);

pattern!(
    LEAVE,
    r"^(?:(?:would it (?:help|be (?:useful|helpful|of use|good|ok|worth it))|is it (?:useful|ok|okay)|does it help|ok|fine|useful|helpful|better)(?: for you| to you)? (?:if|for) (?:i|we|me|us|our \w+|my \w+)(?: to)?|(?:do |would |did |if )?(?:you )?(?:want|like|prefer|need|care for) (?:me|us|our \w+|my \w+) to|(?:shall|should|can|could|may|might) (?:i|we|my \w+|our \w+)) (?:also |just |perhaps |maybe |then |quickly |please )*(?P<rest>.*)"
);

pattern!(
    LET_US_GET,
    r"^(?:get (?:a |an |some |any |more |your |in\b|to\b|time|into|15|30|half|\d)|have|see|ask (?:you|for)|pick|borrow|trouble|steal|grab|schedule|set up (?:a|some) (?:time|call|meeting)|use\b|put (?:something|a\b|some|time)|host|come\b|find|talk|chat|meet|catch|sync|connect|speak|count|rely|lean|leave (?:it|this|that|the [\w ]{1,30}) (?:to|with) your?|entrust|delegate|put our heads|bother|access|discuss|explore|jump|hop|expect|hear|know|learn|look at your|go through your|understand)\b"
);

pattern!(GET_DONE, r"^get (?:you|your|it|that|this|them|her|him|the)\b");

pattern!(
    THING_FOR_YOU,
    r"^(?:do |would |could |can )?(?:you )?(?:want|like|use|fancy|care for|do with|benefit from|be (?:interested|up for|helped by))\b(?P<rest>.*)"
);

pattern!(
    A_PART,
    r"^(?:(?:a|an|another) (?:\w+ ){0,2}(?:contact|reference|sponsor|engineer|champion|hand)\b|fifteen|ten|half|some of|\d+|a (?:spare )?(?:seat|slot|ticket|hand|copy|name|place|version)|the (?:slot|seat|name|other|rest|ticket|number|details|contact)|in\b)"
);

pattern!(
    A_THING,
    r"^(?:to (?:have|see|use|borrow|keep|get) )?(?:the|a|an|my|our|their|her|his|this|these|those|it|them|first|early|extra|more|some|another|both|one|two|three|\w+'s) (?:\w+)"
);

pattern!(
    /// What serves the writer more than the one who is asked.
    OUR_GAIN,
    r"\b(?:calls?|meetings?|chats?|demos?|coffee|catch.?up|sync|walk.?through|tour|pitch|conversation|talk|update on (?:us|our)|our (?:product|platform|tool|service|solution)|a day|some time|slot to|look at)\b"
);

pattern!(
    A_SEAT,
    r"^to (?:sit in|join (?:our|the|us (?:at|in|for)|me (?:at|in|for))|come (?:along|to)|be (?:a )?(?:part of|on|in)|present|be (?:there|in the room))\b"
);

/// "Shall I …?", "Want me to …?", "Could you use …?": leave is asked to do something for the reader.
pub(super) fn leave_asked(w: &str) -> Option<Reading> {
    if let Some(found) = LEAVE.captures(w) {
        let rest = &found["rest"];
        if (LET_US_GET.is_match(rest) || (rest.starts_with("get ") && !GET_DONE.is_match(rest)))
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
    if A_SEAT.is_match(rest) {
        return Some(offer(Object::Introduction));
    }
    if A_PART.is_match(rest) {
        return Some(offer(Object::Work));
    }
    if A_THING.is_match(rest) && !OUR_GAIN.is_match(rest) && !rest.contains("your") {
        return Some(offer(given(rest.trim_start())));
    }
    let thing = about_asset(rest) || DOOR_FOR_YOU.is_match(rest) || rest.contains("introduction");
    Some(if thing && !rest.contains("your") { offer(given(rest)) } else { request(Object::Answer) })
}
