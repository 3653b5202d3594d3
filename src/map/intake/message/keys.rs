//! Titles of fields: `Account`, `Our population`, `Partner owner`, and what each means.

use super::fields::Side;
use super::flatten::{PARTNER, index, is_marker};

/// What a field with a title holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Account,
    /// `Customer: Acme`: an account, unless the value is something else.
    PerhapsAccount,
    Domain,
    Partner,
    Population(Side),
    /// `Status: Customer`: nobody says whose.
    Standing,
    /// `Our deal: $50k`, `Their opp: yes`.
    Deal(Side),
    Owner,
    TheirOwner,
    Amount,
    TheirAmount,
    Stage,
    TheirStage,
    /// A known title that tells nothing that is kept.
    Ignored,
}

/// Whether the words are the title of a field.
pub(super) fn is_key(title: &str) -> bool {
    key(title).is_some()
}

/// What the title means.
pub(super) fn key(title: &str) -> Option<Key> {
    let mut named = None;
    let mut text = String::new();
    let mut before = ' ';
    for c in title.chars() {
        // `OurPop` is two words.
        if before.is_lowercase() && c.is_uppercase() {
            text.push(' ');
        }
        before = c;
        match index(u32::from(c), PARTNER) {
            Some(partner) => {
                named = Some(partner);
                text.push_str("their");
            }
            // A link or a person is no part of a title.
            None if is_marker(c) => return None,
            None => text.extend(c.to_lowercase()),
        }
    }
    let text = text.replace("'s", "").replace("'re", "").replace("their their", "their");
    let mut words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    if title.trim_end().ends_with('?') {
        const ASKING: [&str; 10] = ["what", "which", "who", "is", "are", "it", "the", "this", "they", "do"];
        let asked = words.iter().take_while(|w| ASKING.contains(w)).count();
        words.drain(..asked.min(words.len().saturating_sub(1)));
    }
    if words == ["theirs", "their"] {
        words.pop();
    }
    while words.len() > 1 && words.last().is_some_and(|w| ["at", "are", "is"].contains(w)) {
        words.pop();
    }
    with_side_first(&mut words);
    if words.is_empty() || words.len() > 5 {
        return None;
    }
    let whole = words.join(" ");
    let theirs = Side::Theirs(named);
    if let Some(key) = by_whole(&whole, theirs, named.is_some()) {
        return Some(key);
    }
    let (side, base) = match words.split_first()? {
        (
            &("our" | "ours" | "your" | "my" | "us" | "internal" | "unser" | "unsere" | "notre" | "nuestro"
            | "nuestra"),
            rest,
        ) => (Some(Side::Ours), rest.join(" ")),
        (&("their" | "theirs" | "partner" | "partners" | "them" | "ihr" | "ihre" | "leur"), rest) => {
            (Some(theirs), rest.join(" "))
        }
        _ => (None, whole),
    };
    by_base(side, &base)
}

/// `Status on your side`, `Population in their CRM`, `In your CRM`: whose it is comes first.
fn with_side_first(words: &mut Vec<&str>) {
    let last = match words.last() {
        Some(&("you" | "us" | "ours" | "yours")) => Some("our"),
        Some(&("them" | "theirs" | "their")) => Some("their"),
        _ => None,
    };
    let names_field = |w: &&str| ["status", "population", "pop", "owner", "amount", "stage"].contains(w);
    let bare = words.len().checked_sub(2).and_then(|at| words.get(at)).is_some_and(names_field);
    if let Some(side) = last.filter(|_| bare) {
        words.pop();
        words.insert(0, side);
        return;
    }
    let place = words.iter().position(|w| ["on", "in", "at", "for"].contains(w));
    let Some(at) = place.filter(|_| words.len() > 1) else { return };
    let side = match words.get(at + 1) {
        Some(&("our" | "us" | "your" | "you")) => "our",
        Some(&("their" | "them")) => "their",
        _ => return,
    };
    let rest = &words[at + 2..];
    let only_place = matches!(rest, [] | ["side" | "crm" | "end" | "view" | "system"]);
    if only_place {
        words.truncate(at);
        words.insert(0, side);
    }
}

fn by_whole(whole: &str, theirs: Side, named: bool) -> Option<Key> {
    Some(match whole {
        "us" | "we" | "ours" | "our" | "you" | "we have" | "our side" | "our crm" | "on our side"
        | "for us" | "account status" | "with us" | "your crm" | "wir" | "nous" | "nosotros" => {
            Key::Population(Side::Ours)
        }
        "them" | "they" | "theirs" | "their side" | "they have" | "their crm" | "on their side"
        | "for them" | "with them" | "sie" | "eux" | "ellos" => Key::Population(theirs),
        "their" if named => Key::Population(theirs),
        "their" => Key::Population(theirs),
        "at their" | "for their" | "status at their" | "population at their" | "relationship with their"
            if named =>
        {
            Key::Population(theirs)
        }
        "partner"
        | "partners"
        | "partner name"
        | "partner org"
        | "partner org name"
        | "partner company"
        | "partner organization"
        | "overlap with"
        | "with partner"
        | "overlapping partner"
        | "partner account"
        | "partenaire"
        | "socio"
        | "parceiro"
        | "overlap partner"
        | "partner overlap"
        | "matched partner"
        | "mutual partner"
        | "which partner"
        | "with" => Key::Partner,
        "partner owner" | "partner rep" | "partner ae" | "partner contact" | "partner manager" => {
            Key::TheirOwner
        }
        _ => return None,
    })
}

fn by_base(side: Option<Side>, base: &str) -> Option<Key> {
    let theirs = matches!(side, Some(Side::Theirs(_)));
    Some(match base {
        "account"
        | "account name"
        | "company"
        | "company name"
        | "organization"
        | "organisation"
        | "record"
        | "record name"
        | "name"
        | "mutual account"
        | "shared account"
        | "target account"
        | "org"
        | "business"
        | "firma"
        | "unternehmen"
        | "konto"
        | "compte"
        | "cuenta"
        | "empresa"
        | "entreprise"
        | "société"
        | "azienda"
        | "conta"
        | "overlapping account"
        | "matched account"
        | "logo"
        | "mutual customer"
        | "common account"
        | "overlap account"
        | "acct"
        | "acct name" => {
            if theirs {
                Key::Ignored
            } else {
                Key::Account
            }
        }
        "customer" | "client" | "prospect" | "kunde" | "cliente" | "customer name" | "target"
        | "shared customer"
            if side.is_none() =>
        {
            Key::PerhapsAccount
        }
        "customer" | "client" | "prospect" => Key::Population(side?),
        "domain" | "website" | "site" | "url" | "web" | "homepage" | "company domain" | "account domain"
        | "web site" | "company website" | "account website" | "record website" | "webseite" | "site web"
        | "sitio web" => {
            if theirs {
                Key::Ignored
            } else {
                Key::Domain
            }
        }
        "owner" | "account owner" | "ae" | "am" | "csm" | "rep" | "account manager" | "account executive"
        | "account exec" | "owned by" | "assigned to" | "assignee" | "sales rep" | "sales owner" | "dri"
        | "opp owner" | "deal owner" | "opportunity owner" | "owner name" | "account owner name"
        | "owner email" | "seller" | "responsible" | "verantwortlich" | "inhaber" | "propriétaire"
        | "propietario" | "responsable" | "record owner" | "crm owner" | "lead owner" | "contact"
        | "point of contact" | "poc" | "owner on our side" | "account lead" | "sales lead"
            if side.is_some() || !matches!(base, "contact" | "point of contact" | "poc") =>
        {
            if theirs {
                Key::TheirOwner
            } else {
                Key::Owner
            }
        }
        "amount"
        | "deal size"
        | "deal value"
        | "value"
        | "opp amount"
        | "opportunity amount"
        | "opportunities amount"
        | "deal amount"
        | "opp size"
        | "opp value"
        | "arr"
        | "acv"
        | "tcv"
        | "mrr"
        | "size"
        | "pipeline"
        | "pipeline amount"
        | "open pipeline"
        | "open pipeline amount"
        | "betrag"
        | "montant"
        | "importe"
        | "valor"
        | "opportunity value"
        | "opportunity size"
        | "contract value"
        | "est amount"
        | "est value"
        | "estimated value"
        | "expected revenue"
        | "revenue"
        | "volumen"
        | "wert"
        | "potential"
        | "potential value"
        | "opp arr"
        | "worth" => {
            if theirs {
                Key::TheirAmount
            } else {
                Key::Amount
            }
        }
        "stage" | "deal stage" | "opp stage" | "sales stage" | "opportunity stage" | "phase"
        | "pipeline stage" | "étape" | "etapa" | "stufe" | "current stage" => {
            if theirs {
                Key::TheirStage
            } else {
                Key::Stage
            }
        }
        "population" | "populations" | "status" | "segment" | "list" | "relationship" | "view" | "type"
        | "account type" | "record type" | "account status" | "standing" | "state" | "pop" | "position"
        | "side" | "crm status" | "customer status" | "says" | "crm" | "sees them as" | "lists them as"
        | "has them as" | "has" | "have them as" | "has it as" | "crm says" | "account population" => {
            side.map_or(Key::Standing, Key::Population)
        }
        "deal" | "opp" | "opportunity" | "open opp" | "open deal" | "open opportunity" if side.is_some() => {
            Key::Deal(side?)
        }
        "deal" | "opp" | "opportunity" | "deal name" | "opportunity name" | "open opps" | "cc"
        | "submitted by" | "created by" | "added by" | "reported by" | "posted by" | "shared by"
        | "source" | "sources" | "date" | "notes" | "note" | "next step" | "next steps" | "comment"
        | "comments" | "context" | "industry" | "region" | "country" | "employees" | "crm link" | "link"
        | "links" | "priority" | "overlap time" | "last activity" | "close date" | "contact" | "contacts"
        | "poc" | "point of contact" | "champion" | "overlap date" | "detected" | "created"
        | "first seen" | "why now" | "action" | "ask" | "reason" | "headcount" | "billing country" | "hq"
        | "location" | "event" | "event type" | "salesforce" | "hubspot" | "crm id" | "record id" | "id"
        | "motion" | "play" | "background" | "summary" | "sdr" | "se" | "cc'd" | "when" | "open date"
        | "last touch" | "tags" | "city" | "phone" | "email" | "title" | "logged by" | "requested by"
        | "suggested by" | "expected close" | "est close" | "competitor" | "product" | "products"
        | "timing" => Key::Ignored,
        _ if theirs && base.ends_with("owner") => Key::TheirOwner,
        _ => return None,
    })
}
