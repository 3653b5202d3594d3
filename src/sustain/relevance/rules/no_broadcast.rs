//! A11: no broadcast dressed as a personal note.

use super::{Draft, Outcome, block, pass, quote};

pattern!(
    MANY,
    r"(?ix) ^\s*(?:hi|hey|hello|dear|good\ (?:morning|afternoon)|greetings|morning)[\ ,]+(?:(?:(?:\w+\ )?(?:all|everyone|everybody|team|folks)|partners?|friends|guys|yall|y'all|colleagues)\b|(?:valued|esteemed|fellow|beloved)\ |(?:\w+\ )?(?:partners|team)\b|partner\ (?:team|network|community)|sir\b|madam\b|channel\b)
      | \b(?:to|for|with|of|among|across)\ (?:all|each|every\ one)\ (?:of\ )?(?:our|the|my)\ (?:\w+\ )?partners\b | \ball\ (?:of\ )?our\ (?:\w+\ )?partners\b | \bour\ (?:whole\ |entire\ |global\ |growing\ )?partner\ (?:network|community|base|list|ecosystem)\b
      | \bas\ (?:a|one\ of\ our)\ (?:\w+\ )?partners?\b | \bpartners\ like\ you\b | \b(?:dear|valued)\ partners?\b | \b(?:monthly|weekly|quarterly|partner)\ (?:newsletter|round-?up|bulletin|digest)\b
      | \bunsubscribe\b | \byou\ (?:are|'re)\ receiving\ this\b | \bview\ (?:this\ )?in\ (?:your\ )?browser\b | \bto\ whom\ it\ may\ concern\b | \bmass\ (?:e-?mail|mailing)\b | \beveryone\ on\ (?:this|the)\ (?:list|thread)\b | \beach\ of\ you\b | \b(?:hope|thank|thanks)\ (?:to\ )?you\ all\b | \bmany\ of\ you\b | \bsome\ of\ you\b | \bevery\ partner\b"
);
pattern!(THEIR_TEAM, r"(?i)\b(?:as one of our (?:oldest|first|closest|best) )");

pub(super) fn check(draft: &Draft<'_>) -> Outcome {
    match MANY.find(draft.text()).filter(|m| !THEIR_TEAM.is_match(m.as_str())) {
        None => pass("Written to one person."),
        Some(found) => block(
            format!("A broadcast: {} is written to many.", quote(draft, &found.range())),
            "Write to this one person about the account that you share.",
            vec![found.range()],
        ),
    }
}
