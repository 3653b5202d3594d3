use super::{Kind, Object, parse};

fn reads(text: &str) -> Vec<(Kind, Object)> {
    parse(text, &[], Some("Northwind")).into_iter().map(|c| (c.kind, c.object)).collect()
}

#[test]
fn near_misses_are_told_apart_by_actor_and_beneficiary() {
    use Kind::*;
    use Object::*;
    for (text, want) in [
        ("Anything I can do for you on Acme this week?", (Offer, Help)),
        ("Anything you can do for me this week?", (Request, Opportunity)),
        ("Anything for me?", (Request, Opportunity)),
        ("What can I do for you?", (Offer, Help)),
        ("What can we do together?", (Request, Opportunity)),
        ("I'll dig through our list and send you the three that fit.", (Offer, Work)),
        ("Could you dig through your list and send me three?", (Request, Work)),
        ("I can introduce you to their head of ops.", (Offer, Introduction)),
        ("Can you introduce me to their head of ops?", (Request, Introduction)),
        ("Would love to get you in front of their COO.", (Offer, Introduction)),
        ("Let me know if Thursday suits.", (Request, Answer)),
        ("Let me know if you see anything on your side.", (Request, Opportunity)),
        ("Let me know if you want the introduction.", (Request, Answer)),
        ("No need to send a list.", (Waive, Work)),
        ("Send me your target list.", (Request, Work)),
        ("Who should I talk to at Acme?", (Request, Work)),
        ("What's in your pipeline?", (Request, Opportunity)),
        ("Do you want me to set it up?", (Offer, Work)),
        ("Their CFO asked if you could send a list of integrations.", (State, Other)),
        ("If you share your target list, I'll match it.", (Request, Work)),
        ("Just checking in on Acme.", (CheckIn, Update)),
        ("Would love to pick your brain.", (Request, Work)),
        ("Does Thursday work?", (Request, Answer)),
        ("Shall I ask her for a slot?", (Offer, Work)),
        ("She is expecting your call.", (Deliver, Introduction)),
        ("Happy to help.", (Offer, Courtesy)),
    ] {
        assert_eq!(reads(text)[0], want, "{text}");
    }
}

#[test]
fn a_frame_means_every_account_alike() {
    let reads = |text: &str, account: &str| -> Vec<(Kind, Object)> {
        let at = text.find(account).unwrap();
        let named = at..at + account.len();
        parse(text, std::slice::from_ref(&named), Some("Northwind"))
            .into_iter()
            .map(|c| (c.kind, c.object))
            .collect()
    };
    for text in [
        "I was thinking about how @ is doing.",
        "See how @ are getting on.",
        "Could you tell me how @ reacted?",
        "Checking how @ is going.",
        "Anything I can do for you on @ this week?",
        "Who should I talk to at @?",
        "I can introduce you to @'s head of ops.",
        "Would love to get you in front of @'s COO.",
        "Is anything at @ blocking you?",
        "@'s CFO asked if you could send a list of integrations.",
    ] {
        let want = reads(&text.replace('@', "Acme"), "Acme");
        for account in
            ["Globex Retail", "Ostia", "Bäckerei Müller GmbH", "S&P Global", "Open Text", "Contact Energy"]
        {
            assert_eq!(reads(&text.replace('@', account), account), want, "{text} {account}");
        }
    }
}
