//! The size of our deal stays with us.

use super::{Draft, Outcome, block, pass, quote, warn};
use crate::kernel::money::Money;

pattern!(
    AMOUNT,
    r"(?i)(?:[$€£¥]|\b(?:usd|eur|gbp|chf)[\s\x{A0}\x{202F}]?)[\s\x{A0}\x{202F}]?\d[\d.,']*[\s\x{A0}\x{202F}]?(?:k|m|mn|bn|million|thousand)?\b|\b\d[\d.,']*[\s\x{A0}\x{202F}]?(?:k|m|mn|bn|million|thousand)?[\s\x{A0}\x{202F}]?(?:usd|eur|gbp|chf|dollars|euros?|pounds|[$€£])|\b\d[\d.,]*[\s\x{A0}\x{202F}]?k (?:arr|acv|deal|opp|opportunity|contract|renewal)\b|\b\d[\d.,]*[\s\x{A0}\x{202F}]?(?:k|m|mn|bn|million|thousand) (?:a|per|each) (?:year|quarter|month)\b|\b(?:six|seven)[- ]figure (?:deal|contract|renewal|opportunity|opp|budget|spend)\b"
);
pattern!(
    PUBLIC,
    r"(?i)\b(?:off\b|vouchers?|credits?|list price|per (?:month|seat|user|year)|a (?:month|seat|user)|from\s*$|starts? at|ticket|gift card|public|fee)"
);
pattern!(
    PUBLISHED,
    r"(?i)\b(?:annual report|published accounts|according to the press|in the press|press reports?|publicly|turnover|turn(?:s|ed)? over)\b"
);
pattern!(
    DEAL,
    r"(?i)\b(?:deals?|opp(?:ortunit(?:y|ies))?|arr|acv|tcv|contracts?|renewals?|renews?|pipeline|budget|spend(?:s|ing)?|pay(?:s|ing)?|worth|quoted?|margin|commission|revenue|forecast|closing|close|sign(?:ed|s)?|proposal|(?:our|the) (?:offer|quote|quotation|bid|tender)|below list|under list|discounted?)\b"
);

pub(super) fn check(draft: &Draft<'_>) -> Outcome {
    let text = draft.text();
    let shared = |amount: &str| {
        let amount = Money::parse(amount).map(|m| m.hundredths);
        draft.accounts.iter().any(|(o, _)| amount.is_some() && o.amount.map(|m| m.hundredths) == amount)
    };
    let Some(found) = AMOUNT.find_iter(text).find(|m| !shared(m.as_str())) else {
        let any = AMOUNT.is_match(text);
        return pass(if any { "The amount is shared with this partner." } else { "No amounts." });
    };
    let line = draft.sentence_at(found.start()).and_then(|n| {
        let of = || draft.clauses.iter().filter(move |c| c.sentence == n);
        text.get(of().next()?.span.start..of().next_back()?.span.end)
    });
    let line = line.unwrap_or(text);
    let fix = "Leave the amount out; the reader does not need it to act.";
    let amount = quote(draft, &found.range());
    if PUBLISHED.is_match(line) {
        return pass("The amount is public.");
    }
    if DEAL.is_match(line) {
        return block(format!("{amount} is the size of a deal, and confidential."), fix, vec![found.range()]);
    }
    if PUBLIC.is_match(line) {
        return pass("The amount is a public price.");
    }
    warn(format!("{amount} may be confidential."), fix, vec![found.range()])
}
