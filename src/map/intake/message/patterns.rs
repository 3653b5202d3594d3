//! The wordings that are recognised. Sides, populations and persons are named once and set into the rest.

use std::sync::LazyLock;

use crate::kernel::pattern::pattern;
use regex::Regex;

const POP: &str = r"(?:(?:existing|current|paying|active|live|open|new|closed|early|big|net new)[ -])*(?:customers?|clients?|cust\b|(?:deals?|opps?|opportunity) (?:(?:is|was|just|now|has been) )*(?:closed[- ]won|won)\b|prospects?|prospecting|opp(?:s|ty|ties)?\b|opportunit(?:y|ies)|deals?\b|pipeline|closed[- ]won|leads?\b|target accounts?|targets?\b|kunden?|bestandskunden?|interessent(?:en)?|clientes?|prospecto|oportunidad(?:es)?(?: abierta)?|opportunité(?: ouverte)?)";
const OURS: &str =
    r"\b(?:ours?|yours?|we|we're|we've|mine|my|unser\w*|wir|notre|nos|nous|nuestr[oa]s?)\b|(?-i:\b[uU]s\b)";
const THEIRS: &str = r"\b(?:theirs?|they|they're|they've|ihre?[nrs]?|deren|leurs?|partner(?:'s)?|them)\b|[\u{F0000}-\u{F0FFF}](?:'s?)?";
const PERSON: &str = r"(?:[\u{F1000}-\u{F2FFF}]|@[\w.-]+|(?-i:\b(?:(?:Mr|Mrs|Ms|Dr)\.? \p{Lu}[\p{L}'-]+|(?:\p{Lu}\. ?){1,2}\p{Lu}[\p{L}'-]+|\p{Lu}[\p{L}'-]+(?: (?:(?:van|von|de|der|den|da|del|la|bin)\s)*(?:\p{Lu}\.|\p{Lu}[\p{L}'-]*)){0,2})))";

pub(super) fn compiled(source: &str) -> Regex {
    pattern(
        &source
            .replace("{POP}", POP)
            .replace("{OURS}", OURS)
            .replace("{THEIRS}", THEIRS)
            .replace("{PERSON}", PERSON),
    )
}

macro_rules! patterns {
    ($($name:ident = $source:expr;)*) => { $(pub(super) static $name: LazyLock<Regex> = LazyLock::new(|| compiled($source));)* };
}

patterns! {
    BYSTANDERS = r"(?i)(?:\b|/)(?:cc(?:'?d|'?ing)?|fyi|ping(?:ing)?|submitted by|added by|created by|reported by|posted by|shared by|sent by|logged by|flagged by|spotted by|found by|forwarded by|fwd from|requested by|from|via|thanks(?: to)?|thx|h/t|hat tip|hey|hi|hello|sourced by|tagging)(?:\b|\s)\s*:?\s*{PERSON}(?:\s*(?:,|and|&|\+|/)?\s*(?:[\u{F1000}-\u{F2FFF}]|@[\w.-]+))*";
    SPEAKER = r"^\W*(?P<who>{PERSON})\s+(?i:says?|said|asked|told|mentioned|pinged|noted|thinks|wrote|reckons|confirmed)\b";
    THEIR_OWNER = r"(?i)(?:{THEIRS})\s+(?:side\s+)?(?:account\s+|opp\s+|deal\s+)?(?:owner|rep|ae|am|csm|sdr|seller|contact|champion|lead|manager|exec(?:utive)?|partner manager|pm)\s*(?:is|:|=|-|–|→|,)?\s*\(?{PERSON}\)?|\b(?:owner|rep|ae|am|csm|contact)\s+(?:there|over there|(?:at|on|for|from)\s+(?:{THEIRS})(?:\s+side)?)\s*(?:is|:|=|-|–)?\s*{PERSON}|\b(?:from|per|via)\s+{PERSON}\s*@\s*(?:{THEIRS})|{PERSON}@(?:{THEIRS})|{PERSON}\s+(?:\(?(?:at|from|on|over at)\s+(?:{THEIRS})(?:\s+side)?\)?|\((?:{THEIRS})(?:\s+(?:ae|am|rep|owner))?\))|\btheirs\s*(?:is|:)\s*{PERSON}|\b(?:champion|contact|buyer|sponsor)\s*(?:is|:|=|-)?\s*{PERSON}";
    OWNER = r"(?i)\b(?:(?:our|my)\s+)?(?:account\s+|opp\s+|deal\s+|sales\s+)?(?:owner(?:s|ship)?(?:\s*:?\s+(?:ours|us|our side))?|owned|ae|am|csm|rep|seller|dri|account manager|account exec(?:utive)?|assigned|assignee|(?-i:run|led|driven|worked|covered|handled|managed) by|belongs|verantwortlich|inhaber|zuständig|betreuer(?:in)?|propriétaire|responsable|propietari[oa])\b(?:\s+(?:on|from) our (?:side|end|team)|\s+for (?:all|both|this|these|it|them|all of them|the account|this one))?\s*(?:is|by|to|would be|should be|will be|:|=|-|–|—|→|•|·)?\s*(?:is\s+)?(?P<who>{PERSON})";
    OWNER_LOWER = r"(?i)\b(?:owner|owned by|ae|am|csm|rep)(?:\s*[:=]\s*|\s*(?:is|-)?\s+)(?P<who>[a-z]{3,}(?: [a-z]{3,})?)\s*(?:$|[,;.|)])";
    OWNS_LOWER = r"(?:^|[,;|.(–—-]\s*)(?P<who>[a-z]{3,}(?: [a-z]{3,})?) owns(?: it| this| the account)?\s*[.)]?\s*$";
    OWNER_AFTER = r"(?P<who>{PERSON})(?:\s*\(\s*[\u{F2000}-\u{F2FFF}]\s*\))?(?:\s+|\b)(?i:(?:(?:from|on) our (?:side|end|team) )?(?:owns|own|is (?:the |our )?(?:owner|ae|am|csm|rep|account exec(?:utive)?|account manager|account owner)|(?:is )?(?:running|leading|driving|handling|covering)|(?:runs|leads|drives|covers|manages)(?:\s+(?:it|this|that|the|our|them|there)\b|\s*[,;.)]|\s*$)|is on (?:point|it|this|that)|has (?:the account|this one|it)|is working|working it|\((?:our )?(?:ae|am|csm|owner|rep|account owner)\)|as (?:the )?owner|on our side|owning\b))";
    HAS_DEAL = r"(?i)(?P<who>[\u{F1000}-\u{F1FFF}])\s+(?:has|got|is in|is working)\s+(?:an?\s+)?(?:(?:open|active|live)\s+)?(?:opp\w*|deal)\b";
    HOLDS_DEAL = r"(?i)(?P<who>{PERSON})\s+(?:just\s+|also\s+|already\s+|now\s+)*(?:has|has got|got|opened|is working(?: on)?|is chasing|is deep in|is in|is running|works)\s+(?:an?\s+|the\s+)?(?:[^,;.]{0,25}?\s)?(?P<pop>(?:opp\w*|deal)(?:\s+open)?(?:\s*(?:in )?there\b|\s*with (?:them|it)\b|\s*on it\b|\s*for us\b))";
    POSSESSIVE = r"(?:[(,–—-]|\b(?i:it|that)'s(?: on)?)\s*(?P<who>{PERSON})'s(?:\s+(?:account|deal|opp\w*|one|book|territory|patch|plate|desk|prospect|customer|client|lead))?\s*(?:[,;.)–—-]|$)";
    BESIDE_DEAL = r"\([^()\p{L}]*\x01[^()\p{L}]*[\s,;/·–-]\s*(?P<who>{PERSON})\s*[,;]?[^()\p{L}]*\)|\(\s*(?P<first>{PERSON})\s*[,;/·–-]\s*[^()\p{L}]*\x01[^()\p{L}]*\)";
    AFTER_DEAL = r"\x01\s*[,/=|·–—-]\s*(?P<who>{PERSON})\s*[.)]?\s*$";
    MEANT = r"(?i)^\W*overlap\b|\b(?:new|another|fresh|found|spotted|got|add(?:ing)? (?:an?|this)|detected)\b[^.,:;]{0,20}\boverlap";
    COMPOUND = r"(?i)\b{POP}\s+(?:advisory|conference|success|page|events?|journey|support|meetings?|stor(?:y|ies)|references?|marketing|reviews?|board|days?|webinar|experience|(?:lists?|data)\s+(?:import|export|upload|sync)\w*|imports?|exports?)\b";
    NO_OWNER = r"(?i)\bno (?:clear )?owner(?: yet| assigned)?\b|\bowner\s*(?:is|:|=|-)?\s*(?:tbd|tbc|unknown|none|n/a|unassigned|not assigned|\?+|not (?:yet )?(?:set|known))";
    NEGATED = r"(?i)\b(?:not|isn't|aren't|wasn't|never|no longer|former(?:ly)?|ex|past|previous(?:ly)?|lost|lapsed|churned|non|neither|no|used to be|without|lost (?:them )?as)[ -](?:(?:yet|an?|our|their|the|be|as|been|even|currently|really|[\u{F0000}-\u{F0FFF}](?:'s)?)\s+)*{POP}\b|\b{POP} (?:any ?more|churned|was lost|until (?:last|20\d\d))\b";
    MOVED = r"(?i)\b(?:from|was|were|used to be|previously)\s+(?:an?\s+|their\s+|our\s+|just\s+)*(?P<old>{POP})\s*(?:,|;)?\s*(?:to|→|->|=>|-->|,?\s*(?:but\s+)?now|is now|became|has become|into)\b?";
    ARROWED = r"(?i)(?P<old>{POP})\s*(?:→|->|=>|-->)\s*(?P<new>{POP})\b";
    BOTH = r"(?i)\b(?:mutual|shared|joint|common|gemeinsame[rn]?|overlapping|both(?:\s+(?:of us|sides|companies|teams|have|has|are|as|list|see|call|them|it|the account|this|one|an?|selling|got|with|carry|hold|in|working|pursuing))*|each (?:have|has)|(?:we|and [\u{F0000}-\u{F0FFF}]) share(?:s|d)?(?: them| it)?(?: an?| as| the)*|we(?: and [\u{F0000}-\u{F0FFF}])? all have)\s+(?:as\s+)?(?:an?\s+)?(?P<pop>{POP})\b";
    BOTH_OBJECT = r"(?i)\bboth\s+(?:have|has|see|list|carry|count)\s+(?P<object>[^,;.:\n]{1,40}?)\s+as\s+(?:an?\s+)?(?P<pop>{POP})\b";
    LIST_OF_THREE = r":\s*\p{Lu}[\w .&'-]*,\s*(?:\p{Lu}[\w .&'-]*,?\s*)+(?:and|&)\s+\p{Lu}";
    BOTH_AFTER = r"(?i)(?P<pop>{POP})\s+(?:(?:on|for|at|of|with|in)\s+)?(?:commune?s?|en común|en commun|both(?:\s+(?:sides|of us|companies|teams|ends|crms))?|us both|each side|either side)\b";
    BOTH_NAMED = r"(?i)(?P<pop>{POP})\s+(?:of|for|at|with)\s+(?:(?:us|ours)\s+(?:and|&)\s+(?:them|theirs|[\u{F0000}-\u{F0FFF}])|(?:them|theirs|[\u{F0000}-\u{F0FFF}])\s+(?:and|&)\s+(?:us|ours))\b";
    POPS = r"(?i)\b{POP}\b";
    WITH_ANOTHER = r"(?i)[\u{F0000}-\u{F0FFF}]\s*(?:and|&|\+|,)\s*$";
    LIKEWISE = r"(?i)(?:(?P<ours>{OURS})|(?P<theirs>{THEIRS}))\s+(?:(?:have|has|got|are|is)\s+)?(?:one\s+|it\s+|them\s+|there\s+)?(?:do |does )?(?:as well|too)\b|\bso (?:do|does|have|has|are|is) (?:(?P<we>we)|they|[\u{F0000}-\u{F0FFF}])\b?";
    THE_SAME = r"(?i)\b(?:too|also|as well|likewise|ditto|(?:the )?same (?:there|here|with|for|goes|again|thing|story|as (?:above|before)))\b|\b(?:auch|ebenso|aussi|también)\b";
    POLITE = r"(?i)^\W*(?:if|in case) (?:it|this|that)(?:'s| is)? (?:helps?|helpful|useful|of interest|of any use)\b";
    REQUESTS = r"(?i)\b(?:can|could|would|will) (?:someone|anyone|somebody|you|one of you|[\u{F1000}-\u{F1FFF}]) (?:please )?(?:take|own|pick up|grab|help with|follow up|reach out|look at|jump on)\b|\banyone (?:working|covering|owns?|owning|close to)\b";
    LISTED_WITH_PARTNER = r"^\W*\p{Lu}[\w .&'-]*(?:(?:,\s*(?:and |& )?| and | & )\p{Lu}[\w .&'-]*)+\s(?:with|w/)\s*[\u{F0000}-\u{F0FFF}]\W*$";
    LISTED_BY_PARTNER = r"^\W*(?:(?i:with|w/|for|from|at)\s+)?[\u{F0000}-\u{F0FFF}]\s*[:–—-]\s*\p{Lu}[\w .&'-]*(?:(?:,\s*(?:and |& )?| and | & )\p{Lu}[\w .&'-]*)+$";
    LISTED_AFTER_COLON = r"(?i)\boverlap\w*[^:\n]*:\s*(?-i:\p{Lu})[\w .&'-]*(?:,\s*(?-i:\p{Lu})[\w .&'-]*){2,}$";
    SIDES = r"(?i)(?P<ours>{OURS})|(?P<theirs>{THEIRS})";
    SIDE_BEFORE = r"(?i)(?:(?P<ours>{OURS})|(?P<theirs>{THEIRS}))\s*(?:(?:side|population|status|view|end|crm|book|list|stage|account|relationship|segment)\s*)?(?:[:=(–—-]|->|→)*\s*(?:(?:is|it is|it's|that's|they are|they're|this is|as|an?|already|now|also|the|have|has|had|it|them|got|in|list|named|say|says|this|one|biggest|new|oldest|strategic|key|top|enterprise|long-time|longtime|hot|late-stage|early-stage|late stage|\x01)\s+)*\(?\s*$";
    OF_SIDE = r"(?i)^(?:(?P<ours> of ours\b| ?/ ?our side\b)|(?P<theirs> of theirs\b| of (?:one of )?(?:our|the) partners?\b| ?/ ?their side\b))";
    SIDE_AFTER = r"(?i)^\s*(?:account\s+)?(?:\(\s*|→\s*|->\s*|(?:of|for|at|with|w/|in|on|@|to|by|over at|over with|over in|both|chez|bei|de|von|para)\s+)(?:the\s+|both\s+)?(?:(?P<ours>{OURS})|(?P<theirs>{THEIRS}))";
    STAGE_KEYED = r#"(?i)\b(?:(?P<theirs>their|partner(?:'s)?|[\u{F0000}-\u{F0FFF}](?:'s)?)\s+)?(?:(?:our|deal|opp|sales|opportunity)\s+)*(?:stage|phase)\s*(?:for us|on our side|here)?\s*(?:is|:|=|-|–|(?:has |just |now )*(?:moved|changed|advanced|progressed|went)\s+(?:on )?to)?\s*(?:now\s+|currently\s+)?["']?(?P<stage>[\p{L}\d][\p{L}\d/&+-]*(?: (?:/ |& )?[\p{L}\d][\p{L}\d/&+-]*){0,3})"#;
    STAGE_BEFORE = r"(?i)\b(?:in|at|into|to)\s+(?:the\s+)?(?P<stage>[\p{L}-]+(?: [\p{L}-]+){0,2})\s+(?:stage|phase)\b|(?:^|[,;(|·–—-]\s*)(?:(?:both|all|each|still|now|currently) )*(?P<alone>[\p{L}-]+(?: [\p{L}-]+)?)\s+(?:stage|phase)\b";
    STAGE_IN = r"(?i)\b(?:(?:(?:currently|now)\s+)?(?:in|at|into|to|hit|entered|entering|reached|pending|with|through|under|stuck in|sitting in)|currently|now)\s+(?:the\s+)?(?P<stage>[\p{L}][\p{L}/-]*(?: [\p{L}][\p{L}/-]*){0,2})";
    OVERLAP_WORD = r"(?i)\boverlap(?:s|ping|ped)?\b|\b(?:mutual|shared|joint|common)\s+(?:accounts?|customers?|prospects?|opp(?:s|ortunit\w+)?|logos?|targets?|pipeline)\b|\bco-?sell(?:ing)?\b|\b(?:is|are)\s+(?:(?:also|now|both|only|just)\s+)*shared\s+(?:only\s+)?(?:with|w/|between)\s|\b(?-i:[wW]e)\s+(?:also\s+|now\s+)?share\s[^.;!?\n]{1,80}?\s(?:with|w/)\s|\bpartner deal\b|\baccount match(?:es)?\b|\b(?:new )?match(?:es|ed)? (?:found|detected|with)\b|\bnew population match\b|(?:^|\s)(?:Überschneidung|chevauchement|solapamiento|recouvrement)";
    PLURAL = r"(?i)\b(?:overlaps|accounts|both|all|each|these|those|following|mutual (?:customers|prospects)|shared (?:customers|prospects)|are|customers|prospects|couple|few|two|three|four|five)\b";
    ANNOUNCES_SEVERAL = r"(?i)\boverlaps\b";
    TWO_NAMES = r"\b\p{Lu}[\p{L}\d'-]+ \p{Lu}[\p{L}\d'-]+ and (?P<second>\p{Lu}[\p{L}\d'-]+) \p{Lu}[\p{L}\d'-]+";
    NO_OVERLAP = r"(?i)\b(?:no|not|zero|without|isn't|aren't|don't|doesn't|didn't|haven't|hasn't|never|nothing|neither|wasn't|won't|can't|couldn't|dont|doesnt|0|any)\b[^.;!?\n]{0,40}\b(?:overlap\w*|match(?:es)?|mutual|shared)\b|\boverlap\w*\b[^.;!?\n]{0,40}\b(?:is gone|was wrong|false positive|no longer|not real|removed|mistake|disappeared|outdated|isn't|is not|never)\b|\boverlap\w*\s*[:=–-]\s*(?:none|nothing|nil|0)\b|\bfalse positive\b|\bignore (?:this|that|the|my)\b|\bkein(?:e)? |\bpas de \b|\bno hay\b|\baucun\b";
    ASKS = r"(?i)^\W*(?:(?:hey|hi|so|and|also|ok|quick question|question|q|team|all|folks|guys|anyone|anybody|@\w+)[\s,:·-]+)*(?:do|does|did|is|are|any|anyone|anybody|can|could|has|have|had|what|what's|who|who's|which|when|where|why|how|how's|should|shall|would|will|was|were|may|might|am|if|wondering|curious|wdyt)\b";
    SUPPOSES = r"(?i)^\W*(?:if|wish|imagine|hopefully|maybe|in case|assuming|suppose|unless|once)\b|\b(?:would be (?:nice|great|cool|good)|(?:would|we'd|i'd|they'd) (?:love|like)|one day\b|i wish|let's see if|wondering (?:if|whether)|not sure (?:if|whether)|(?:don't|do not|doesn't|dont) (?:think|believe|know|expect)|check (?:if|whether)|see if|whether we|in theory|hypothetical\w*|for example|example format|how to|please (?:use|post|remember|make sure)|reminder to|can someone|could someone|congrats|congratulations|kudos|rumou?r|i heard|heard that|apparently|gossip|lol|haha|jk|just kidding|template)\b|\breminder\s*(?:[:,–—-]|$)|\be\.g\.";
    CHATTY = r"(?i)\b(?:sync|meeting|account planning|call|calls|webinar|qbr|kick-?off|agenda|lunch|dinner|drinks|coffee|dashboard|deck|slides|slide|recording|calendar|invite|invited|conference|summit|booth|training|onboarding session|enablement|report|digest|newsletter|export|integration|outage|ticket|bug|release|blog|press|podcast|hiring|hired|joined|joins|joining|leaving|birthday|weekend|holiday|vacation|ooo|pto|office|party|lost|slipped|churned|keynote|panel|spreadsheet|csv|doc|notes|minutes|survey|nps|interview|quarter|numbers|feedback)\b";
    BREAKS = r"(?i)[\x01,;|·()\[\]:\t{}!?=~^<>\u{F0000}-\u{FFFFD}]+|\s[-–—/+×•]+\s|//|\s-{1,3}$|^-+\s|[–—→⇒↔⇄]|-+>|\s(?-i:[xX])\s|(?-i:^[xX]\s|\s[xX]$)|\.\s|\.{2,}|\.$|\svs\.?\s|\s(?:-|/|×)|(?:-|/|×)\s|^/|/$|\x22";
    SUFFIX_COMMA = r"(?i),\s+(?P<form>inc|llc|ltd|corp|co|gmbh|plc|lp|llp|s\.a|sa|ag|n\.v|b\.v|limited)\b";
    CUE = r"(?i)(?:^\W*overlaps?|\b(?:(?:new|another|fresh)\s+overlap|overlap\w*\s+(?:account\s+)?(?:on|at|for|in|is|with|found|alert|around|re|regarding|across)|accounts?|company|on|at|for|with|customer|client|prospect|deal|opp|opportunity|called|named|about|w/|re|regarding|working|work|have|has|added|see|share|sharing|in|onto|into|is|also|logo|closed|won|signed|landed|match|matched|spotted|found|here's|is:)|#|->|→|:|–|—|-)\s*(?:the\s+|in\s+)?\W*$";
    SAID_OF = r"(?i)^\s+(?:is|are)\s+(?:(?:now|also|already|still|just|both)\s+)*(?:an?\s|our\b|their\b|[\u{F0000}-\u{F0FFF}])";
    VERB_AFTER = r"(?i)^[\s\x01]*(?:is|are|was|just|now|has|have|became|moved|turned|shows?|popped|came|appears?|looks|went|showing|got|being|overlaps?|signed|also|ist|est|es)\b";
    DISTRIBUTED = r"(?i)(?P<subject>(?:{OURS}|{THEIRS})\s+(?:(?:also|already|now|just|currently)\s+)?(?:have|has|got|sees?|lists?|counts?|carr(?:y|ies)|shows?|tags?)\s+)(?P<first>[^,;:\n]{2,60}?\s+as\s+(?:an?\s+)?{POP})(?:\s*,\s*(?:and\s+)?|\s+and\s+)(?P<second>[^,;:\n]{2,60}?\s+as\s+(?:an?\s+)?{POP})";
    OF_ALL = r"(?i)\s*,\s+(?:and\s+|but\s+)?(?P<of>(?:{OURS}|{THEIRS})\s+(?:have|has|got|see|sees|list|lists)\s+(?:both|all|them all|each)\b)";
    WITH_PARTNER = r"(?i)^\s*(?:\([^)]{0,60}\)\s*)?(?:with|w/)\s*[\u{F0000}-\u{F0FFF}]";
    NOT_WITH = r"(?i)\b(?:not|isn't|aren't|rather than|instead of|no longer)\s+(?:(?:an?|the|of|with|at|by|for|from|to)\s+)*$";
    LISTED = r"(?i)^[\s,;&+/\x01)]*(?:\band\b|\bplus\b|\bund\b|\bet\b|\by\b|\bas well as\b)?[\s,;&(\x01]*$";
}
