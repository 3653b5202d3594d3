//! The act of a clause, told by the order of subject, modal and verb.

mod commands;
mod deeds;
mod offers;
mod questions;
mod requests;

use commands::imperative;
pub(super) use commands::may_advise;
pub(super) use deeds::done_by_us;
use deeds::{after_adjunct, check_in, deed_offered, delivery, is_our_purpose, only_checks, reported, waiver};
use offers::{help_offered, leave_asked};
use questions::{answer_wanted, condition, inquiry, which_or_who};
use requests::{asked_of_you, duty, kindly, plainly_asked, together, wish};

use super::objects::wanted;
use super::{Kind, Object};

/// What a clause was found to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reading {
    pub kind: Kind,
    pub object: Object,
}

const fn offer(object: Object) -> Reading {
    Reading { kind: Kind::Offer, object }
}
const fn request(object: Object) -> Reading {
    Reading { kind: Kind::Request, object }
}
const fn deliver(object: Object) -> Reading {
    Reading { kind: Kind::Deliver, object }
}
const CHECK_IN: Reading = Reading { kind: Kind::CheckIn, object: Object::Update };
const STATE: Reading = Reading { kind: Kind::State, object: Object::Other };

/// Frames that are tried before questions of who and which, the narrow before the wide.
const BEFORE: [Frame; 9] = [
    only_checks,
    plainly_asked,
    waiver,
    reported,
    condition,
    answer_wanted,
    help_offered,
    leave_asked,
    inquiry,
];

/// Frames that are tried after them.
const AFTER: [Frame; 9] =
    [kindly, asked_of_you, together, wish, duty, imperative, deed_offered, delivery, check_in];

type Frame = fn(&str) -> Option<Reading>;

/// Reads one clause in normal spelling.
pub(super) fn read(words: &str, question: bool) -> Reading {
    if is_our_purpose(words) {
        return STATE;
    }
    let words = LEAD.replace(words, "");
    let first = |frames: &[Frame]| frames.iter().find_map(|frame| frame(&words));
    let found = first(&BEFORE).or_else(|| which_or_who(&words, question)).or_else(|| first(&AFTER));
    if let (None, Some(rest)) = (found, after_adjunct(&words)) {
        return read(rest, question);
    }
    let open = || match wanted(&words) {
        Object::Opportunity => Object::Opportunity,
        _ if IF_YOU_DO.is_match(&words) => Object::Other,
        _ if OF_THEM.is_match(&words) && !CHOICE.is_match(&words) => Object::Update,
        _ => Object::Answer,
    };
    found.unwrap_or_else(|| if question { request(open()) } else { STATE })
}

pattern!(
    /// "Is it true that they stop hiring?": how things stand with somebody else.
    OF_THEM,
    r"^(?:is|are|was|were|did|does|do|has|have|had|will) (?:it (?:true|right|correct|the case)|there|they|he|she|their|the|its|anyone|somebody|[\w&.-]+(?:'s)?) (?:[\w'&.-]+ ){2,}"
);
pattern!(
    CHOICE,
    r"\b(?:useful|helpful|of (?:use|interest|help)|ok|okay|fine|works?|worth|suits?|better|best|help|too (?:early|late|soon)|good (?:time|idea|day|for)|you|your)\b"
);
pattern!(
    /// "Would she do it if you asked?"
    IF_YOU_DO,
    r"^(?:would|will|might|could) (?:she|he|they|it|\w+(?: \w+)?) .*\bif (?:you|your \w+) "
);
pattern!(
    LEAD,
    r"^(?:(?:hi|hey|hello|morning|and|but|so|or|then|also|well|ok|okay|btw|ps|p\.s|anyway|while we are at it|if so|if not|in return|in exchange|meanwhile|otherwise|perhaps|maybe|quick (?:one|question|ask)|one (?:thing|ask|more thing)) )+"
);
