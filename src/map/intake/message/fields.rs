//! What one stretch of words says: populations and whose they are, partners, owner, amount, stage, and what is left
//! over as the name of an account.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::flatten::{EMAIL, LINK, PARTNER, Tokens, USER, is_marker, pattern};
use super::words::{is_connector, is_stage, is_stop, may_stand_in_name};
use crate::kernel::money::Money;
use crate::map::domain::Domain;
use crate::map::name;
use crate::map::overlap::Population;

pub(super) use super::keys::is_key;

/// Who says that the account is theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Ours,
    /// The partner's; which one, when it was named.
    Theirs(Option<usize>),
    Both,
}

/// A name that may be an account's.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Candidate {
    pub(super) name: Option<String>,
    pub(super) domain: Option<Domain>,
    pub(super) span: Range<usize>,
    /// How much speaks for it.
    pub(super) weight: i32,
    /// Stands where an account stands: after a colon, at the head of a list, beside its domain, beside a partner.
    pub(super) placed: bool,
}

/// Everything that one stretch of words says.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    pub(super) partners: Vec<usize>,
    pub(super) populations: Vec<(Side, Population)>,
    /// A population of which nobody said whose it is.
    pub(super) unsided: Vec<Population>,
    pub(super) owner: Option<String>,
    pub(super) our_amount: Option<Money>,
    pub(super) their_amount: Option<Money>,
    pub(super) stage: Option<String>,
    pub(super) candidates: Vec<Candidate>,
    /// The word "overlap" or its like.
    pub(super) announced: bool,
    /// Speaks of several accounts.
    pub(super) plural: bool,
    /// Asks, denies, supposes or jokes.
    pub(super) vetoed: bool,
    /// Speaks of meetings, reports or news, in which an account is merely mentioned.
    pub(super) chatty: bool,
    /// `Acme x Northwind`.
    pub(super) paired: bool,
    /// Where the partners stand.
    pub(super) partner_spans: Vec<Range<usize>>,
}

const POP: &str = r"(?:(?:existing|current|paying|active|live|open|new|closed|early|big|net new)[ -])*(?:customers?|clients?|cust\b|prospects?|prospecting|opp(?:s|ty|ties)?\b|opportunit(?:y|ies)|deals?\b|pipeline|closed[- ]won|leads?\b|target accounts?|targets?\b|kunden?|bestandskunden?|interessent(?:en)?|clientes?|prospecto|oportunidad(?:es)?(?: abierta)?|opportunité(?: ouverte)?)";
const OURS: &str =
    r"\b(?:ours?|we|we're|we've|mine|my|unser\w*|wir|notre|nos|nous|nuestr[oa]s?)\b|(?-i:\b[uU]s\b)";
const THEIRS: &str = r"\b(?:theirs?|they|they're|they've|ihre?[nrs]?|leurs?|partner(?:'s)?|them)\b|[\u{F0000}-\u{F0FFF}](?:'s?)?";
const PERSON: &str = r"(?:[\u{F1000}-\u{F2FFF}]|@[\w.-]+|(?-i:\p{Lu}[\p{L}'-]+(?: (?:(?:van|von|de|der|den|da|del|la|bin)\s)*\p{Lu}[\p{L}'-]*\.?){0,2}))";

fn compiled(source: &str) -> Regex {
    pattern(
        &source
            .replace("{POP}", POP)
            .replace("{OURS}", OURS)
            .replace("{THEIRS}", THEIRS)
            .replace("{PERSON}", PERSON),
    )
}

macro_rules! patterns {
    ($($name:ident = $source:expr;)*) => { $(static $name: LazyLock<Regex> = LazyLock::new(|| compiled($source));)* };
}

patterns! {
    BYSTANDERS = r"(?i)(?:\b|/)(?:cc(?:'?d|'?ing)?|fyi|ping(?:ing)?|submitted by|added by|created by|reported by|posted by|shared by|sent by|logged by|flagged by|spotted by|found by|forwarded by|fwd from|requested by|from|via|thanks(?: to)?|thx|h/t|hat tip|hey|hi|hello|sourced by|tagging)\s*:?\s*{PERSON}(?:\s*(?:,|and|&|\+|/)?\s*(?:[\u{F1000}-\u{F2FFF}]|@[\w.-]+))*";
    THEIR_OWNER = r"(?i)(?:{THEIRS})\s+(?:side\s+)?(?:account\s+|opp\s+|deal\s+)?(?:owner|rep|ae|am|csm|sdr|seller|contact|champion|lead|manager|exec(?:utive)?|partner manager|pm)\s*(?:is|:|=|-|–|→|,)?\s*\(?{PERSON}\)?|\b(?:owner|rep|ae|am|csm|contact)\s+(?:at|on|for|from)\s+(?:{THEIRS})(?:\s+side)?\s*(?:is|:|=|-|–)?\s*{PERSON}|{PERSON}\s+(?:\(?(?:at|from|on)\s+(?:{THEIRS})(?:\s+side)?\)?|\((?:{THEIRS})(?:\s+(?:ae|am|rep|owner))?\))|\b(?:champion|contact|buyer|sponsor)\s*(?:is|:|=|-)?\s*{PERSON}";
    OWNER = r"(?i)\b(?:(?:our|my)\s+)?(?:account\s+|opp\s+|deal\s+|sales\s+)?(?:owner(?:ship)?|owned|ae|am|csm|rep|seller|dri|account manager|account exec(?:utive)?|assigned|assignee|run|led|driven|worked|covered|handled|managed|belongs|verantwortlich|inhaber|zuständig|propriétaire|responsable|propietari[oa])(?:\s+(?:on|from) our (?:side|end|team)|\s+for (?:all|both|this|these|it|them|all of them|the account|this one))?\s*(?:is|by|to|:|=|-|–|—|→)?\s*(?:is\s+)?(?P<who>{PERSON})";
    OWNER_LOWER = r"(?i)\b(?:owner|owned by|ae)\s*(?:is|:|=|-)?\s+(?P<who>[a-z]{3,}(?: [a-z]{3,})?)\s*(?:$|[,;.|)])";
    OWNS_LOWER = r"(?:^|[,;|.(–—-]\s*)(?P<who>[a-z]{3,}(?: [a-z]{3,})?) owns(?: it| this| the account)?\s*[.)]?\s*$";
    OWNER_AFTER = r"(?P<who>{PERSON})\s*(?i:(?:(?:from|on) our (?:side|end|team) )?(?:owns|own|is (?:the |our )?(?:owner|ae|am|csm|rep|account exec(?:utive)?|account manager|account owner)|is running|is leading|is driving|runs|leads|drives|covers|manages|is on point|has the account|is working|working it|\((?:our )?(?:ae|am|csm|owner|rep|account owner)\)|as (?:the )?owner|on our side|owning)\b)";
    NO_OWNER = r"(?i)\bno (?:clear )?owner(?: yet| assigned)?\b|\bowner\s*(?:is|:|=|-)?\s*(?:tbd|tbc|unknown|none|n/a|unassigned|not assigned|\?+|not (?:yet )?(?:set|known))";
    NEGATED = r"(?i)\b(?:not|isn't|aren't|wasn't|never|no longer|former(?:ly)?|ex|past|previous(?:ly)?|lost|lapsed|churned|non|neither|no|used to be|without|lost (?:them )?as)[ -](?:(?:yet|an?|our|their|the|be|as|been|even|currently|really|[\u{F0000}-\u{F0FFF}](?:'s)?)\s+)*{POP}\b|\b{POP} (?:any ?more|churned|was lost|until (?:last|20\d\d))\b";
    MOVED = r"(?i)\b(?:from|was|were|used to be|previously)\s+(?:an?\s+|their\s+|our\s+|just\s+)*(?P<old>{POP})\s*(?:,|;)?\s*(?:to|→|->|=>|-->|,?\s*(?:but\s+)?now|is now|became|has become|into)\b?";
    ARROWED = r"(?i)(?P<old>{POP})\s*(?:→|->|=>|-->)\s*(?P<new>{POP})\b";
    BOTH = r"(?i)\b(?:mutual|shared|joint|common|gemeinsame[rn]?|overlapping|both(?:\s+(?:of us|sides|companies|teams|have|has|are|as|list|see|call|them|it|the account|this|one|an?|our|selling|got|with|carry|hold))*|each (?:have|has)|(?:we|and [\u{F0000}-\u{F0FFF}]) share(?:s|d)?(?: them| it)?(?: an?| as| the)*|we(?: and [\u{F0000}-\u{F0FFF}])? all have)\s+(?:as\s+)?(?:an?\s+)?(?P<pop>{POP})\b";
    BOTH_OBJECT = r"(?i)\bboth\s+(?:have|has|see|list|carry|count)\s+(?P<object>[^,;.:\n]{2,40}?)\s+as\s+(?:an?\s+)?(?P<pop>{POP})\b";
    LIST_OF_THREE = r":\s*\p{Lu}[\w .&'-]*,\s*(?:\p{Lu}[\w .&'-]*,?\s*)+(?:and|&)\s+\p{Lu}";
    BOTH_AFTER = r"(?i)(?P<pop>{POP})\s+(?:(?:on|for|at|of|with|in)\s+)?(?:commune?s?|en común|en commun|both(?:\s+(?:sides|of us|companies|teams|ends|crms))?|us both|each side|either side)\b";
    BOTH_NAMED = r"(?i)(?P<pop>{POP})\s+(?:of|for|at|with)\s+(?:(?:us|ours)\s+(?:and|&)\s+(?:them|theirs|[\u{F0000}-\u{F0FFF}])|(?:them|theirs|[\u{F0000}-\u{F0FFF}])\s+(?:and|&)\s+(?:us|ours))\b";
    POPS = r"(?i)\b{POP}\b";
    WINS = r"(?i)(?P<side>{OURS}|{THEIRS})\s+(?:have\s+|has\s+|just\s+|already\s+|recently\s+)*(?:closed|won|signed|landed)\b";
    SIDES = r"(?i)(?P<ours>{OURS})|(?P<theirs>{THEIRS})";
    SIDE_BEFORE = r"(?i)(?:(?P<ours>{OURS})|(?P<theirs>{THEIRS}))\s*(?:(?:side|population|status|view|end|crm|book|list|stage|account|relationship|segment)\s*)?(?:[:=(–—-]|->|→)*\s*(?:(?:is|as|an?|already|now|also|the|have|has|had|it|them|got|in|list|named|say|says|this|one|biggest|new|oldest|strategic|key|top|enterprise|long-time|longtime|hot|late-stage|early-stage|late stage|\x01)\s+)*$";
    SIDE_AFTER = r"(?i)^\s*(?:account\s+)?(?:\(\s*|→\s*|->\s*|(?:of|for|at|with|in|on|@|to|by|over at|over with|over in|both|chez|bei|de|von|para)\s+)(?:the\s+|both\s+)?(?:(?P<ours>{OURS})|(?P<theirs>{THEIRS}))";
    STAGE_KEYED = r#"(?i)\b(?:(?P<theirs>their|partner(?:'s)?|[\u{F0000}-\u{F0FFF}](?:'s)?)\s+)?(?:(?:our|deal|opp|sales|opportunity)\s+)*(?:stage|phase)\s*(?:is|:|=|-|–)?\s*(?:now\s+|currently\s+)?["']?(?P<stage>[\p{L}\d][\p{L}\d/&+-]*(?: (?:/ |& )?[\p{L}\d][\p{L}\d/&+-]*){0,3})"#;
    STAGE_BEFORE = r"(?i)\b(?:in|at|into|to)\s+(?:the\s+)?(?P<stage>[\p{L}-]+(?: [\p{L}-]+){0,2})\s+(?:stage|phase)\b|(?:^|[,;(|·–—-]\s*)(?P<alone>[\p{L}-]+(?: [\p{L}-]+)?)\s+(?:stage|phase)\b";
    STAGE_IN = r"(?i)\b(?:in|at|into|to|hit|entered|entering|reached|pending|with|through|under|stuck in|sitting in|currently|now)\s+(?:the\s+)?(?P<stage>[\p{L}][\p{L}/-]*(?: [\p{L}][\p{L}/-]*){0,2})";
    OVERLAP_WORD = r"(?i)\boverlap(?:s|ping|ped)?\b|\b(?:mutual|shared|joint|common)\s+(?:accounts?|customers?|prospects?|opp(?:s|ortunit\w+)?|logos?|targets?|pipeline)\b|\bco-?sell(?:ing)?\b|\bpartner deal\b|\baccount match(?:es)?\b|\b(?:new )?match(?:es)? (?:found|detected|with)\b|\bnew population match\b|(?:^|\s)(?:Überschneidung|chevauchement|solapamiento|recouvrement)";
    PLURAL = r"(?i)\b(?:overlaps|accounts|both|all|each|these|those|following|mutual (?:customers|prospects)|shared (?:customers|prospects)|are|customers|prospects|couple|few|two|three|four|five)\b";
    NO_OVERLAP = r"(?i)\b(?:no|not|zero|without|isn't|aren't|don't|doesn't|didn't|haven't|hasn't|never|nothing|neither|wasn't|won't|can't|couldn't|dont|doesnt|0|any)\b[^.;!?\n]{0,40}\b(?:overlap\w*|match(?:es)?|mutual|shared)\b|\boverlap\w*\b[^.;!?\n]{0,40}\b(?:is gone|was wrong|false positive|no longer|not real|removed|mistake|disappeared|outdated|isn't|is not|never)\b|\bfalse positive\b|\bignore (?:this|that|the|my)\b|\bkein(?:e)? |\bpas de \b|\bno hay\b|\baucun\b";
    ASKS = r"(?i)^\W*(?:(?:hey|hi|so|and|also|ok|quick question|question|q|team|all|folks|guys|anyone|anybody|@\w+)[\s,:·-]+)*(?:do|does|did|is|are|any|anyone|anybody|can|could|has|have|had|what|what's|who|who's|which|when|where|why|how|how's|should|shall|would|will|was|were|may|might|am|if|wondering|curious|wdyt)\b";
    SUPPOSES = r"(?i)^\W*(?:if|wish|imagine|hopefully|maybe|in case|assuming|suppose|unless|once)\b|\b(?:would be (?:nice|great|cool|good)|i wish|let's see if|wondering (?:if|whether)|not sure (?:if|whether)|check (?:if|whether)|see if|whether we|in theory|hypothetical\w*|for example|e\.g\.|example format|how to|please (?:use|post|remember|make sure)|reminder|can someone|could someone|congrats|congratulations|kudos|rumou?r|i heard|heard that|apparently|gossip|lol|haha|jk|just kidding|template)\b";
    CHATTY = r"(?i)\b(?:sync|meeting|call|calls|webinar|qbr|kick-?off|agenda|lunch|dinner|drinks|coffee|dashboard|deck|slides|slide|recording|calendar|invite|invited|conference|summit|booth|training|onboarding session|enablement|report|digest|newsletter|export|integration|outage|ticket|bug|release|blog|press|podcast|hiring|hired|joined|joins|joining|leaving|birthday|weekend|holiday|vacation|ooo|pto|office|party|lost|slipped|churned|keynote|panel|spreadsheet|csv|doc|notes|minutes|survey|nps|interview|quarter|numbers|feedback)\b";
    BREAKS = r"(?i)[\x01,;|·()\[\]:\t{}!?=~^<>\u{F0000}-\u{FFFFD}]+|\s[-–—/+×•]+\s|//|\s-{1,3}$|^-+\s|[–—→⇒↔⇄]|-+>|\s(?-i:[xX])\s|(?-i:^[xX]\s|\s[xX]$)|\.\s|\.{2,}|\.$|\svs\.?\s|\s(?:-|/|×)|(?:-|/|×)\s|^/|/$|\x22";
    SUFFIX_COMMA = r"(?i),\s+(?P<form>inc|llc|ltd|corp|co|gmbh|plc|lp|llp|s\.a|sa|ag|n\.v|b\.v|limited)\b";
    CUE = r"(?i)(?:\b(?:overlap\w*\s+(?:account\s+)?(?:on|at|for|in|is|with|found|alert|around|re|regarding|across)|accounts?|company|on|at|for|with|customer|client|prospect|deal|opp|opportunity|called|named|about|re|regarding|working|work|have|has|added|see|share|sharing|in|onto|into|is|also|logo|closed|won|signed|landed|match|matched|spotted|found|here's|is:)|#|->|→|:|–|—|-)\s*(?:the\s+|in\s+)?\W*$";
    VERB_AFTER = r"(?i)^[\s\x01]*(?:is|are|was|just|now|has|have|became|moved|turned|shows?|popped|came|appears?|looks|went|showing|got|being|overlaps?|signed|also|ist|est|es)\b";
    LISTED = r"(?i)^[\s,;&+/\x01)]*(?:\band\b|\bplus\b|\bund\b|\bet\b|\by\b|\bas well as\b)?[\s,;&(\x01]*$";
}

fn text_of(captures: &regex::Captures<'_>, name: &str) -> Option<Range<usize>> {
    captures.name(name).map(|m| m.range())
}

/// Overwrites what was understood, byte for byte, so that places stay comparable.
fn blank(masked: &mut String, span: Range<usize>) {
    let filler = "\u{1}".repeat(span.len());
    masked.replace_range(span, &filler);
}

fn first_char(text: &str) -> u32 {
    text.chars().next().map_or(0, u32::from)
}

pub(super) fn index(c: u32, base: u32) -> Option<usize> {
    (base..base + 0x1000).contains(&c).then(|| (c - base) as usize)
}

/// Reads one stretch of words.
pub(super) fn read(text: &str, tokens: &Tokens) -> Facts {
    read_among(text, text, tokens)
}

/// As [`read`], where `around` tells whether the talk is of several accounts.
pub(super) fn read_among(text: &str, around: &str, tokens: &Tokens) -> Facts {
    static ALL: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?i)[.;!]\s+(?:all|both|each|these|they're all)\b"));
    let joined = SUFFIX_COMMA.replace_all(text, "\u{2}${form}").into_owned();
    let text = joined.as_str();
    let mut masked = text.to_string();
    let mut facts = Facts {
        announced: OVERLAP_WORD.is_match(text) && !NO_OVERLAP.is_match(text),
        plural: PLURAL.is_match(text) || LIST_OF_THREE.is_match(text) || ALL.is_match(around),
        ..Facts::default()
    };
    facts.vetoed = NO_OVERLAP.is_match(text) || asks(text) || SUPPOSES.is_match(text);
    facts.chatty = CHATTY.is_match(text);
    people(text, &mut masked, tokens, &mut facts);
    amounts(text, &mut masked, &mut facts);
    for m in NEGATED.find_iter(&masked.clone()) {
        blank(&mut masked, m.range());
    }
    stages(&mut masked, &mut facts, text);
    populations(text, &mut masked, &mut facts);
    partners(text, &mut masked, tokens, &mut facts);
    lone_owner(&mut masked, tokens, &mut facts);
    facts.candidates = candidates(text, &masked, tokens, &facts);
    facts.paired = facts.candidates.iter().any(|c| facts.partner_spans.iter().any(|p| is_pair(text, c, p)));
    facts
}

fn asks(text: &str) -> bool {
    let trimmed = text.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '·' | ')' | '.'));
    (trimmed.ends_with('?') && (ASKS.is_match(text) || !text.contains(':'))) || pattern_asks_plainly(text)
}

fn pattern_asks_plainly(text: &str) -> bool {
    static PLAIN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)^\W*(?:(?:hey|hi|so|ok|team|all)[\s,]+)*(?:do we|does anyone|anyone (?:know|here|got)|any (?:overlaps?|idea|news|update)|can (?:we|you|someone|anyone|i)|could (?:we|you|someone)|is there|are there|how (?:do|many|does)|what's|what is|who (?:is|owns|has)|should we|did (?:we|you|anyone)|have we|has anyone|where (?:do|is|are|can))\b",
        )
    });
    PLAIN.is_match(text)
}

fn person(text: &str, tokens: &Tokens) -> Option<String> {
    let c = first_char(text);
    if let Some(i) = index(c, USER) {
        return tokens.users.get(i).cloned();
    }
    if let Some(i) = index(c, EMAIL) {
        return tokens.emails.get(i).cloned();
    }
    let mut name = text.trim().to_string();
    while let Some((head, last)) = name.rsplit_once(' ') {
        if !is_stop(&last.to_lowercase()) {
            break;
        }
        name = head.to_string();
    }
    let word = name.to_lowercase();
    (!is_stop(&word) && !word.is_empty() && !is_stage(&word)).then_some(name)
}

fn people(text: &str, masked: &mut String, tokens: &Tokens, facts: &mut Facts) {
    for regex in [&*NO_OWNER, &*BYSTANDERS, &*THEIR_OWNER] {
        for m in regex.find_iter(&masked.clone()) {
            let greeting = m.as_str().chars().next().is_some_and(char::is_alphabetic);
            let names_user = m.as_str().chars().any(is_marker) || m.as_str().contains('@');
            if Population::understood(m.as_str()).is_some() {
                continue;
            }
            let by = m.as_str().to_lowercase();
            let soft = by.starts_with("from") || by.starts_with("via") || by.starts_with("fyi");
            // "from Acme", "via Northwind" hold no person, unless a mention stands there.
            if soft && greeting && !names_user {
                continue;
            }
            blank(masked, m.range());
        }
    }
    for regex in [&*OWNER, &*OWNER_AFTER, &*OWNER_LOWER, &*OWNS_LOWER] {
        let found = regex.captures_iter(&masked.clone()).find_map(|c| {
            let who = text_of(&c, "who")?;
            let whole = c.get(0)?.range();
            Some((person(&text[who.clone()], tokens)?, whole, who))
        });
        if let Some((owner, whole, who)) = found {
            let end = who.start + owner.len().min(who.len());
            let end = if text.is_char_boundary(end) && first_char(&text[who.clone()]) < 0xF0000 {
                end
            } else {
                who.end
            };
            blank(
                masked,
                whole.start..end.max(if regex.as_str() == OWNER_AFTER.as_str() { whole.end } else { 0 }),
            );
            facts.owner = Some(owner);
            break;
        }
    }
}

/// A mention that stands alone between separators, after the account, is its owner.
fn lone_owner(masked: &mut String, tokens: &Tokens, facts: &mut Facts) {
    static LONE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"[,;|·()–—→>\x01\t-]\s*(?P<who>[\u{F1000}-\u{F2FFF}])\s*(?:$|[,;|·()–—→\x01\t.-])")
    });
    if facts.owner.is_none()
        && let Some(captures) = LONE.captures(masked)
        && let Some(who) = text_of(&captures, "who")
    {
        facts.owner = person(&masked[who.clone()], tokens);
        blank(masked, who);
    }
}

fn amounts(text: &str, masked: &mut String, facts: &mut Facts) {
    for found in Money::find_all(&masked.clone()) {
        let written = &text[found.span.clone()];
        if written == "3M" || written == "23" {
            continue;
        }
        match side_of_clause(text, found.span.start) {
            Some(Side::Theirs(_)) => facts.their_amount = facts.their_amount.or(Some(found.money)),
            Some(Side::Ours) if facts.our_amount.is_none() => facts.our_amount = Some(found.money),
            Some(Side::Ours) => {}
            _ => facts.our_amount = facts.our_amount.or(Some(found.money)),
        }
        blank(masked, found.span);
    }
}

fn clause_start(text: &str, at: usize) -> usize {
    let head = &text[..at];
    let hard = head
        .rfind([',', ';', '|', '·', '(', ')', '–', '—', '\n', '\t', ':', '→', '×'])
        .map_or(0, |i| i + head[i..].chars().next().map_or(1, char::len_utf8));
    let soft = [" - ", ". ", " / ", " but ", " while ", " whereas ", " x ", " <> "]
        .iter()
        .filter_map(|s| head.rfind(s).map(|i| i + s.len()))
        .max()
        .unwrap_or(0);
    hard.max(soft)
}

fn side_of_clause(text: &str, at: usize) -> Option<Side> {
    let start = clause_start(text, at);
    let clause = &text[start..at];
    SIDES
        .captures_iter(clause)
        .filter_map(|c| {
            let whole = c.get(0)?;
            if c.name("ours").is_some() {
                return (!whole.as_str().eq_ignore_ascii_case("us")).then_some(Side::Ours);
            }
            let before = clause[..whole.start()].trim_end().to_lowercase();
            let object =
                ["with", "w/", "x", "<>", "and", "&", "+", "partner"].iter().any(|p| before.ends_with(p));
            let them = whole.as_str().eq_ignore_ascii_case("them");
            let bare_partner = whole.as_str().eq_ignore_ascii_case("partner");
            let named = index(first_char(whole.as_str()), PARTNER);
            (!them && !bare_partner && !(object && named.is_some())).then_some(Side::Theirs(named))
        })
        .last()
}

fn stages(masked: &mut String, facts: &mut Facts, text: &str) {
    let mut theirs = None;
    for c in STAGE_KEYED.captures_iter(&masked.clone()) {
        let (Some(whole), Some(span)) = (c.get(0), text_of(&c, "stage")) else { continue };
        let stage = until_stop(&text[span.clone()]);
        if stage.is_empty() || is_stop(&stage.to_lowercase()) && !is_stage(&stage.to_lowercase()) {
            continue;
        }
        let end = span.start + stage.len();
        let numbered = stage.starts_with(|c: char| c.is_ascii_digit())
            && !text[whole.start()..span.start].contains([':', '=', '-', '–']);
        let stage = if numbered { text[whole.start()..end].trim().to_string() } else { stage };
        blank(masked, whole.start()..end);
        let slot = if c.name("theirs").is_some() { &mut theirs } else { &mut facts.stage };
        slot.get_or_insert(stage);
    }
    for regex in [&*STAGE_BEFORE, &*STAGE_IN] {
        for c in regex.captures_iter(&masked.clone()) {
            let Some(span) = text_of(&c, "stage").or(text_of(&c, "alone")) else { continue };
            let words = &text[span.clone()];
            let explicit = regex.as_str() == STAGE_BEFORE.as_str();
            let stage = if explicit { Some(words.to_string()) } else { longest_stage(words) };
            if let Some(stage) = stage.filter(|s| !is_stop(&s.to_lowercase()) || is_stage(&s.to_lowercase()))
            {
                let their_own = matches!(side_of_clause(text, span.start), Some(Side::Theirs(_)));
                let whole = c.get(0).map_or(span.clone(), |m| m.range());
                blank(masked, whole.start..if explicit { whole.end } else { span.start + stage.len() });
                let slot = if their_own { &mut theirs } else { &mut facts.stage };
                slot.get_or_insert(stage);
            }
        }
    }
    for piece in pieces(&masked.clone()) {
        let words = masked[piece.clone()].trim().to_string();
        if facts.stage.is_none() && is_stage(&words.to_lowercase()) && piece.start > 0 {
            facts.stage = Some(words);
            blank(masked, piece);
        }
    }
    facts.stage = facts.stage.take().or(theirs);
}

/// The longest beginning of the words that is a stage.
fn longest_stage(words: &str) -> Option<String> {
    let split: Vec<&str> = words.split(' ').collect();
    (1..=split.len()).rev().map(|n| split[..n].join(" ")).find(|s| is_stage(&s.to_lowercase()))
}

fn until_stop(words: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for word in words.split(' ') {
        let lower = word.to_lowercase();
        let tail = [
            "owner", "amount", "with", "at", "and", "our", "their", "for", "is", "owned", "cc", "on", "we",
            "but",
        ];
        if !kept.is_empty() && tail.contains(&lower.as_str()) {
            break;
        }
        kept.push(word);
    }
    kept.join(" ")
}

fn populations(text: &str, masked: &mut String, facts: &mut Facts) {
    for c in MOVED.captures_iter(&masked.clone()) {
        if let Some(old) = text_of(&c, "old") {
            blank(masked, old);
        }
    }
    for c in ARROWED.captures_iter(&masked.clone()) {
        if let Some(old) = text_of(&c, "old")
            && SIDE_BEFORE.find(&text[clause_start(text, old.start)..old.start]).is_none()
        {
            blank(masked, old);
        }
    }
    for c in BOTH_OBJECT.captures_iter(&masked.clone()) {
        let (Some(whole), Some(pop), Some(object)) = (c.get(0), text_of(&c, "pop"), text_of(&c, "object"))
        else {
            continue;
        };
        if let Some(population) = Population::understood(&text[pop.clone()]) {
            facts.populations.push((Side::Both, population));
            blank_but(masked, whole.range(), &[object]);
        }
    }
    for regex in [&*BOTH_NAMED, &*BOTH, &*BOTH_AFTER] {
        for c in regex.captures_iter(&masked.clone()) {
            let (Some(whole), Some(pop)) = (c.get(0), text_of(&c, "pop")) else { continue };
            // "customer at both Northwind and Globex" leaves us out.
            let next = first_char(text[whole.end()..].trim_start());
            if index(next, PARTNER).is_some() {
                continue;
            }
            if let Some(population) = Population::understood(&text[pop]) {
                facts.populations.push((Side::Both, population));
                let keep: Vec<Range<usize>> = partner_marks(whole.as_str(), whole.start());
                let span = whole.range();
                blank_but(masked, span, &keep);
            }
        }
    }
    for m in POPS.find_iter(&masked.clone()) {
        let written = m.as_str();
        let Some(population) = Population::understood(written) else { continue };
        let lower = written.to_lowercase();
        let weak =
            ["deal", "deals", "target", "targets", "lead", "leads", "pipeline", "opp", "opps", "prospecting"]
                .contains(&lower.as_str());
        match side_of(text, masked, m.range()) {
            Some(side) => {
                facts.populations.push((side, population));
                blank(masked, m.range());
            }
            None if weak && written.starts_with(char::is_uppercase) && !lower.starts_with("opp") => {}
            None => {
                if !weak || lower.starts_with("opp") {
                    facts.unsided.push(population);
                }
                blank(masked, m.range());
            }
        }
    }
    for c in WINS.captures_iter(&masked.clone()) {
        let Some(whole) = c.get(0) else { continue };
        let first = first_char(&c["side"]);
        let ours = Regex::is_match(&SIDES, &c["side"])
            && SIDES.captures(&c["side"]).is_some_and(|s| s.name("ours").is_some());
        let side = if ours { Side::Ours } else { Side::Theirs(index(first, PARTNER)) };
        facts.populations.push((side, Population::Customer));
        let keep = partner_marks(whole.as_str(), whole.start());
        blank_but(masked, whole.range(), &keep);
    }
}

fn partner_marks(text: &str, offset: usize) -> Vec<Range<usize>> {
    text.char_indices()
        .filter(|(_, c)| index(u32::from(*c), PARTNER).is_some())
        .map(|(i, c)| offset + i..offset + i + c.len_utf8())
        .collect()
}

fn blank_but(masked: &mut String, span: Range<usize>, keep: &[Range<usize>]) {
    let mut at = span.start;
    for k in keep {
        blank(masked, at..k.start);
        at = k.end;
    }
    blank(masked, at..span.end);
}

fn side_of(text: &str, masked: &str, pop: Range<usize>) -> Option<Side> {
    let read = |c: &regex::Captures<'_>| {
        if c.name("ours").is_some() {
            return Some(Side::Ours);
        }
        let theirs = c.name("theirs")?;
        Some(Side::Theirs(index(first_char(theirs.as_str()), PARTNER)))
    };
    let head = &text[..pop.start];
    let tail = &text[pop.end..];
    if let Some(c) = SIDE_BEFORE.captures(head) {
        let start = c.get(0).map_or(0, |m| m.start());
        let lead = head[..start].trim_end().to_lowercase();
        let joined = c.get(0).is_some_and(|m| m.as_str().contains([':', '-', '–', '—', '=']));
        let named = c.name("theirs").is_some_and(|m| first_char(m.as_str()) >= PARTNER);
        let introduced = ["with", "w/", "x", "<>", "for", "from", "and"]
            .iter()
            .any(|w| lead == *w || lead.ends_with(&format!(" {w}")) || lead.ends_with(&format!("({w}")));
        let object = c.name("theirs").is_some_and(|m| m.as_str().eq_ignore_ascii_case("them"))
            && (lead.ends_with("has") || lead.ends_with("have") || lead.ends_with("with"));
        if !object && !(named && joined && introduced) {
            return read(&c);
        }
    }
    if let Some(c) = SIDE_AFTER.captures(tail) {
        static ANOTHER: LazyLock<Regex> =
            LazyLock::new(|| pattern(r"^\s*(?:,\s*)?(?:and|&)\s+[\u{F0000}-\u{F0FFF}]"));
        let end = c.get(0).map_or(0, |m| m.end());
        if c.name("theirs").is_some() && ANOTHER.is_match(&tail[end..]) {
            return Some(Side::Theirs(None));
        }
        return read(&c);
    }
    let _ = masked;
    side_of_clause(text, pop.start)
}

fn partners(text: &str, masked: &mut String, tokens: &Tokens, facts: &mut Facts) {
    let mut aside = Vec::new();
    for (i, c) in text.char_indices() {
        let Some(partner) = index(u32::from(c), PARTNER).filter(|p| *p < tokens.partners.len()) else {
            continue;
        };
        let mut end = i + c.len_utf8();
        if text[end..].starts_with("'s") {
            end += 2;
        }
        if masked[i..].starts_with('\u{1}') {
            // Named only as somebody's company, or already told as the side of a population.
            aside.push(partner);
            if !facts.populations.iter().any(|(s, _)| *s == Side::Theirs(Some(partner))) {
                continue;
            }
        } else {
            blank(masked, i..end);
        }
        if !facts.partners.contains(&partner) {
            facts.partners.push(partner);
        }
        facts.partner_spans.push(i..end);
    }
    if facts.partners.is_empty() {
        facts.partners.extend(aside.first());
    }
}

/// The stretches between separators.
fn pieces(masked: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut at = 0;
    for m in BREAKS.find_iter(masked) {
        out.push(at..m.start());
        at = m.end();
    }
    out.push(at..masked.len());
    out.retain(|r| !masked[r.clone()].trim().is_empty());
    out
}

fn candidates(text: &str, masked: &str, tokens: &Tokens, facts: &Facts) -> Vec<Candidate> {
    let mut out: Vec<Candidate> = Vec::new();
    let told = !facts.partners.is_empty() || !facts.populations.is_empty();
    for (nth, piece) in pieces(masked).into_iter().enumerate() {
        for span in names_in(masked, piece.clone(), facts.plural, told) {
            let name = text[span.clone()].replace('\u{2}', ", ");
            let lower = !name.chars().any(|c| c.is_uppercase() || c.is_ascii_digit());
            let cued = CUE.is_match(&text[..span.start]);
            let after_colon = text[..span.start].trim_end().ends_with(':');
            let led = text[..span.start]
                .trim_end_matches(|c: char| !c.is_alphanumeric() && !is_marker(c))
                .is_empty();
            let whole = span.start <= piece.start + 1 && piece.end <= span.end + 1;
            let verbed = VERB_AFTER.is_match(&text[span.end..]);
            let domain = link_after(text, span.end, tokens).filter(|d| !is_partners(d, &name, tokens));
            let mut weight = if lower { -2 } else { 2 };
            weight += if cued { 2 } else { 0 };
            weight += if after_colon { 2 } else { 0 };
            weight += if led || nth == 0 { 1 } else { 0 };
            weight += if verbed { 1 } else { 0 };
            weight += if domain.is_some() { 5 } else { 0 };
            let mut candidate = Candidate {
                name: Some(name),
                domain,
                span,
                weight,
                placed: cued || after_colon || (led && whole),
            };
            candidate.placed |= candidate.domain.is_some() || (led && verbed && !lower);
            if facts.partner_spans.iter().any(|p| is_pair(text, &candidate, p)) {
                candidate.weight += 2;
                candidate.placed = true;
            }
            if lower && !candidate.placed {
                continue;
            }
            out.push(candidate);
        }
    }
    with_lone_links(text, masked, tokens, out)
}

/// Domains that stand beside no name: of an account that only its domain names, or of the one name that is akin.
fn with_lone_links(text: &str, masked: &str, tokens: &Tokens, mut out: Vec<Candidate>) -> Vec<Candidate> {
    let taken: Vec<Domain> = out.iter().filter_map(|c| c.domain.clone()).collect();
    for (at, c) in text.char_indices() {
        let domain = match index(u32::from(c), LINK).and_then(|i| tokens.links.get(i)) {
            Some(link) => link.domain.clone().map(|d| (d, Some(link))),
            None => index(u32::from(c), EMAIL)
                .filter(|_| !masked[at..].starts_with('\u{1}'))
                .and_then(|i| tokens.emails.get(i))
                .and_then(|e| Domain::of_account(e))
                .map(|d| (d, None)),
        };
        let Some((domain, link)) = domain else { continue };
        if taken.contains(&domain) {
            continue;
        }
        let akin = out
            .iter_mut()
            .find(|c| c.domain.is_none() && c.name.as_ref().is_some_and(|n| is_akin(n, &domain)));
        if let Some(candidate) = akin {
            candidate.weight += 5;
            candidate.placed = true;
            candidate.domain = Some(domain);
            continue;
        }
        let Some(link) = link.filter(|l| l.bare && !is_partners(&domain, "", tokens)) else { continue };
        if let Some((name, span)) = name_before(text, at, &domain) {
            out.push(Candidate { name: Some(name), domain: Some(domain), span, weight: 7, placed: true });
            continue;
        }
        let written = (link.written.chars().any(char::is_uppercase) && !link.written.contains("://"))
            .then(|| link.written.clone());
        let alone =
            out.iter().filter(|c| c.domain.is_none() && c.weight >= 2).count() == 1 && written.is_none();
        if alone && let Some(c) = out.iter_mut().find(|c| c.domain.is_none() && c.weight >= 2) {
            c.domain = Some(domain);
            continue;
        }
        out.push(Candidate {
            name: written,
            domain: Some(domain),
            span: at..at + c.len_utf8(),
            weight: 2,
            placed: true,
        });
    }
    out.sort_by_key(|c| c.span.start);
    out
}

/// An everyday word that its own domain makes a name: `Target (target.com)`.
fn name_before(text: &str, link: usize, domain: &Domain) -> Option<(String, Range<usize>)> {
    static LAST: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"(?P<name>\p{Lu}[\p{L}\d&'-]*(?: \p{Lu}[\p{L}\d&'-]*)?)\s*[(\[,|:–—-]?\s*$")
    });
    let span = LAST.captures(&text[..link]).and_then(|c| text_of(&c, "name"))?;
    let name = text[span.clone()].to_string();
    is_akin(&name, domain).then_some((name, span))
}

fn link_after(text: &str, at: usize, tokens: &Tokens) -> Option<Domain> {
    static NEXT: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^\s*[(\[,|:·–—/-]?\s*(?:(?:website|domain|site|web|url)\s*:?\s*)?[(\[]?\s*(?P<link>[\u{F3000}-\u{F3FFF}])",
        )
    });
    let captures = NEXT.captures(&text[at..])?;
    let link = tokens.links.get(index(first_char(&captures["link"]), LINK)?)?;
    link.domain.clone()
}

/// The domain's first label begins like the name, or the name like the label.
pub(super) fn is_akin(name: &str, domain: &Domain) -> bool {
    let key = name::key(name);
    let spaceless = key.replace(' ', "");
    let label = domain.as_str().split('.').next().unwrap_or_default().replace('-', "");
    let first = key.split(' ').next().unwrap_or_default();
    let initials: String = key.split(' ').filter_map(|w| w.chars().next()).collect();
    !spaceless.is_empty()
        && (label == spaceless
            || (first.len() >= 3 && label.contains(first))
            || (label.len() >= 3 && spaceless.contains(&label))
            || (initials.len() >= 3 && label == initials))
}

pub(super) fn is_partners(domain: &Domain, account: &str, tokens: &Tokens) -> bool {
    let label = domain.as_str().split('.').next().unwrap_or_default();
    let partner = tokens.partners.iter().any(|p| name::key(p).replace(' ', "") == label.replace('-', ""));
    partner && (account.is_empty() || !is_akin(account, domain))
}

/// `Acme x Northwind`, `Northwind / Acme`: nothing but a sign stands between the two.
fn is_pair(text: &str, candidate: &Candidate, partner: &Range<usize>) -> bool {
    static SIGN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)^[\s)]*(?:\([^)]{0,60}\)\s*)?[\u{F3000}-\u{F3FFF}]?\s*(?:x|×|<>|<->|<=>|↔|⇄|⟷|\+|/|&|&&|=>|@|\|\||vs\.?|·?\s*<>\s*·?)[\s(]*$",
        )
    });
    let between = if candidate.span.end <= partner.start {
        &text[candidate.span.end..partner.start]
    } else if partner.end <= candidate.span.start {
        &text[partner.end..candidate.span.start]
    } else {
        return false;
    };
    SIGN.is_match(between)
}

/// Ends of names that carry a dot.
const ABBREVIATED: [&str; 6] = ["co", "inc", "corp", "ltd", "bros", "cie"];

/// Names within a piece: the whole piece when it holds no word of prose, else runs of capitalised words.
fn names_in(masked: &str, piece: Range<usize>, plural: bool, told: bool) -> Vec<Range<usize>> {
    static WORD: LazyLock<Regex> = LazyLock::new(|| pattern(r"[^\s]+"));
    let body = &masked[piece.clone()];
    let words: Vec<(Range<usize>, String)> = WORD
        .find_iter(body)
        .map(|m| {
            let bare = m.as_str().trim_matches(|c: char| !c.is_alphanumeric());
            (piece.start + m.start()..piece.start + m.end(), bare.to_string())
        })
        .collect();
    let is_name = |w: &str| {
        w.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit()) || w.chars().any(char::is_uppercase)
    };
    let stop = |w: &str| {
        let lower = w.to_lowercase().replace('\u{2}', " ");
        w.is_empty() || is_stop(&lower) || (lower.contains('-') && lower.split('-').all(is_stop))
    };
    let mut runs: Vec<Vec<usize>> = Vec::new();
    let mut run: Vec<usize> = Vec::new();
    let prose = words.iter().any(|(_, w)| stop(w) && !is_connector(w));
    let any_name = words.iter().any(|(_, w)| is_name(w) && !stop(w));
    let all_names =
        words.len() > 1 && (piece.start > 0 || told) && words.iter().all(|(_, w)| may_stand_in_name(w));
    let calm = !any_name && words.len() <= 3;
    let article_of_name = |i: usize| words.get(i + 1).is_some_and(|(_, w)| is_name(w) && !stop(w));
    for (i, (_, word)) in words.iter().enumerate() {
        let connects = is_connector(word) && !run.is_empty() && !(plural && word == "and");
        let continues = !run.is_empty() && may_stand_in_name(word);
        let keeps = (!stop(word) || continues || all_names || (is_article(word) && article_of_name(i)))
            && (is_name(word) || calm || (!prose && any_name && words.len() <= 5));
        let amp = word.is_empty()
            && words[i].0.len() == 1
            && !run.is_empty()
            && body_at(masked, &words[i].0) == "&";
        if keeps || connects || amp {
            run.push(i);
        } else if !run.is_empty() {
            runs.push(std::mem::take(&mut run));
        }
    }
    runs.push(run);
    let mut out = Vec::new();
    for mut run in runs {
        while run.last().is_some_and(|i| is_connector(&words[*i].1) || words[*i].1.is_empty()) {
            run.pop();
        }
        while run.first().is_some_and(|i| is_connector(&words[*i].1) && words[*i].1 != "The") {
            run.remove(0);
        }
        let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
        let (start, end) = (words[*first].0.start, words[*last].0.end);
        let raw = &masked[start..end];
        let lead = raw.len() - raw.trim_start_matches(|c: char| !c.is_alphanumeric()).len();
        let tail = raw.len()
            - raw.trim_end_matches(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '+'))).len();
        let (start, mut end) = (start + lead, end - tail);
        if masked[start..end].ends_with("'s") {
            end -= 2;
        }
        let abbreviated = masked[..end]
            .rsplit(' ')
            .next()
            .is_some_and(|w| ABBREVIATED.contains(&w.to_lowercase().as_str()));
        if abbreviated && masked[end..].starts_with('.') {
            end += 1;
        }
        let name = &masked[start..end.max(start)];
        let digits_only = name.chars().all(|c| !c.is_alphabetic());
        if name.chars().filter(|c| c.is_alphanumeric()).count() >= 2 && !digits_only && run.len() <= 6 {
            out.push(start..end);
        }
    }
    out
}

fn is_article(word: &str) -> bool {
    ["The", "El", "La", "Los", "Las", "Le", "Les"].contains(&word)
}

fn body_at<'a>(text: &'a str, span: &Range<usize>) -> &'a str {
    &text[span.clone()]
}

/// The candidates that are accounts: the weightiest, and with it the rest of a list that it stands in.
pub(super) fn accounts(text: &str, facts: &Facts) -> Vec<Candidate> {
    let Some(best) = facts.candidates.iter().map(|c| c.weight).max() else { return Vec::new() };
    let Some(at) = facts.candidates.iter().position(|c| c.weight == best) else { return Vec::new() };
    let joined = SUFFIX_COMMA.replace_all(text, "\u{2}${form}").into_owned();
    let mut chosen = vec![facts.candidates[at].clone()];
    let listed = |a: &Candidate, b: &Candidate| {
        let gap: String =
            joined.get(a.span.end..b.span.start).unwrap_or("x").chars().filter(|c| !is_marker(*c)).collect();
        LISTED.is_match(&gap) && (facts.plural || (a.domain.is_some() && b.domain.is_some()))
    };
    for i in at + 1..facts.candidates.len() {
        if !listed(&facts.candidates[i - 1], &facts.candidates[i]) {
            break;
        }
        chosen.push(facts.candidates[i].clone());
    }
    for i in (0..at).rev() {
        if !listed(&facts.candidates[i], &facts.candidates[i + 1]) {
            break;
        }
        chosen.insert(0, facts.candidates[i].clone());
    }
    // Names with domains of their own are accounts wherever they stand.
    for c in &facts.candidates {
        if c.domain.is_some() && c.name.is_some() && chosen[0].domain.is_some() && !chosen.contains(c) {
            chosen.push(c.clone());
        }
    }
    chosen
}
