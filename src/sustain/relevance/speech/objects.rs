//! What an act is about.

use super::Object;

pattern!(
    /// A way in for the reader.
    pub(super) DOOR_FOR_YOU,
    r"(?x)\b(?: introduc(?:e|ing)\ (?:you|your|the\ two|both)\b | (?:the|an?|that|this|warm|quick|direct|e-?mail)\ introductions?\b
      | (?:make|making|do|send|write|arrange|broker|set\ up)\ (?:\w+\ ){0,2}(?:introductions?|connection)\b | ^introductions?\b
      | (?:put|putting)\ (?:you|your\ \w+)\ (?:in\ touch|in\ front|in\ contact|in\ the\ room|on\ (?:the|her|his|their)|together|through\ to|forward)
      | (?:put|get|have)\ your\ name | (?:get|getting|bring|bringing|walk|walking|pull|pulling|loop|looping)\ (?:you|your\ \w+)\ (?:in\b|into|onto?\b|along|a\ (?:meeting|call|slot|seat|chat)|an?\ introduction
      | time\ with|half|thirty|fifteen|twenty|\d+\ minutes|to\ (?:meet|the\ table)|through\ the\ door|over\ to)
      | (?:bring|get|put|sit)\ (?:the\ two\ of\ you|you\ (?:two|both)|both\ of\ you) | connect(?:ing)?\ (?:you|the\ two|both\ of|your\ \w+)\b | open\ (?:the|that|a|some)\ doors?
      | vouch\ for\ you | put\ in\ a\ (?:good\ )?word | have\ you\ meet | hand\ (?:you|this\ one|the\ account|\w+\ (?:over\ )?to\ you)
      | (?:set|line|fix)\ (?:you\ )?up\ (?:\w+\ ){0,3}(?:call|meeting|chat|slot|time|conversation|demo|coffee|session|lunch|intro\w*)(?:\ for\ you)?\ with | line\ up\ (?:a|the|an)\ (?:call|meeting|chat|slot|conversation) | set\ you\ up\ with | (?:mention|recommend|suggest)\ (?:you|your\ team)\b
      | (?:pass|give)\ (?:\w+\ ){0,5}your\ name | invite\ you | seat\ for\ you | add\ you\ to\ (?:the|my|our)\ (?:call|meeting|session)
      | ask\ (?:\w+\ ){1,5}to\ (?:meet|see|take|call)\ )"
);
pattern!(
    /// "Introduce" that is no way in.
    OWN_PITCH,
    r"\bintroduc\w+ (?:you )?(?:to )?(?:myself|ourselves|(?:our|my) (?:\w+ ){0,2}(?:product|platform|tool|service|solution|feature|program|programme|suite|app|company|team))"
);
pattern!(
    /// A way in for us.
    pub(super) DOOR_FOR_US,
    r"(?x)\b(?: introduc(?:e|ing)\ (?:me|us|our) | introductions?\b | (?:put|putting|get|getting)\ (?:me|us|our\ \w+)\ (?:in\b|into|on|a\ (?:meeting|call|slot)|time)
      | connect(?:ing)?\ (?:me|us) | open\ (?:the|a|some)\ doors? | vouch\ for | good\ word | point\ (?:me|us) | (?:loop|bring|take|get|squeeze|fit|slot|sneak|wave|invite|include|add|put|let|walk|pull)\ (?:me|us|our\ \w+)\ (?:in|into|along|onto|on|to\ the|a\ (?:seat|slot|meeting|call)|at\ the)\b | referrals?\b )"
);
pattern!(
    /// Business that is still to be found, by the reader.
    OPPORTUNITY,
    r"(?x)\b(?: anything\ (?:\w+\ ){0,2}(?:for|from)\ (?:me|us) | something\ for\ (?:me|us) | (?:on|at|from)\ your\ (?:side|end|plate|radar|desk|patch)
      | (?:any|some|more|new|good|warm|hot|other|potential|further|fresh|your|the\ best|possible|of)\ (?:\w+\ )?(?:leads?|opportunit\w+|referrals|deals|business)\b
      | another\ (?:one|lead|deal|account|introduction|referral|client|customer)\b | leads\b | opportunities\b | (?:an|the|another)\ opportunity\b | (?:work|working|do|doing|win|build)\ (?:\w+\ ){0,3}together | team\ up | collaborat\w+ | partner\ on | joint\ (?:wins|business|pipeline)
      | brewing | cooking | bubbling | in\ (?:your|the)\ (?:pipeline|funnel) | (?:a|any)\ (?:good\ )?(?:fits?|matches|synerg\w+)\b | synerg\w+ | low.hanging
      | in\ mind | think(?:ing)?\ of\ (?:us|me) | our\ way\b | ways?\ (?:we|to\ (?:work|partner|grow)) | for\ us\ to\ (?:win|work|chase|pursue|go\ after) | white.?space | we\ (?:might|could|can|would|may)\ (?:also\ )?(?:fit|be\ useful|add\ value|come\ in|play|go\ after|attack|chase|target|sell)\b | (?:close|sign|go)\ with\ us | in\ your\ network | among\ your\ (?:clients|customers|accounts) )"
);
pattern!(
    /// Lists and knowledge that the reader holds.
    HOLDINGS,
    r"(?x)\b(?: lists?\b | pipeline | forecast | (?:target|key|top|named|your|those|the|which|what|any|some|few|five|three|other|of)\ (?:\w+\ ){0,2}(?:accounts|prospects|targets|names|contacts|clients|customers|deals)\b
      | accounts\b | prospects\b | contacts\b | names\b | targets\b | book\ of\ business | crm | spreadsheet | export | org\ chart | territory | account\ plans? | win.loss
      | (?:background|context|insights?|intel|details|notes|numbers|figures|history)\b | (?:phone|e-?mail)\ (?:number|address) | stakeholders | decision.?makers? )"
);
pattern!(
    /// Work of the head or the hands.
    RESEARCH,
    r"(?x)\b(?: dig(?:ging)?\b | research\w* | scan | comb | search | scour | trawl | sift | mine | cross.?(?:check|reference|match) | compil\w+ | identif\w+ | figure\ out
      | work\ out | brainstorm\w* | come\ up\ with | gather | collect | spot | surface | hunt | look(?:ing)?\ (?:through|into|for|around|up|over\ your|across|out\ for|back)
      | (?:go|run|read|walk)\ (?:through|over|down|back)\ | put\ together | pull\b | map\b | mapp\w+ | match\b | flag\b | nominate | shortlist | rank | qualify
      | (?:think|thinking)\ (?:about|through|back|over|of|where|which|who|how) | have\ a\ think | keep\ (?:an?\ |your\ )?(?:eyes?|ears?|lookout|me|us) | ask\ around | sniff\ around
      | check\ (?:which|who|if\ any|whether\ any|with\ your|internally|around|your|what|for) | find\ (?:out|me|us|which|who|where|what|a\ way|ways|any|some|one|two|three|the|accounts|people|companies|our)
      | see\ (?:who|which|where|what|if\ (?:any|there|you)|whether\ (?:any|there|you)) | connect\ the\ dots | fill\ (?:in|out) | write\ up | prepare | draft | build | source | segment
      | prioriti[sz]e | (?:tell|brief|educate|update)\ (?:me|us) | walk\ (?:me|us)\ through | pick\ your\ brain | best\ way\ (?:in|into|to\ (?:get|reach|approach|win|break)) | holds\ the\ | (?:your|any)\ (?:thoughts|ideas)\ on\ (?:who|where|which|how) | (?:suggest|recommend)\b )"
);
pattern!(
    SCHEDULE,
    r"(?x)\b(?: mondays? | tuesdays? | wednesdays? | thursdays? | fridays? | (?:mon|tue|wed|thu|thurs|fri|mins?)\b | tomorrow | today | next\ week | this\ week | minutes? | half\ an?\ hour | an\ hour | a\ slot | time\ for
      | (?:find|some|a|any)\ (?:good\ )?time | what\ (?:time|day) | free\b | available | calendar | diary | \d{1,2}(?:am|pm|:\d\d) | morning | afternoon | date\b | suits?\b | (?:quick|short|brief)\ (?:call|chat) | join | dial\ in )"
);
pattern!(
    ANSWER,
    r"(?x)\b(?: useful | helpful | (?:of|any)\ (?:use|help|interest) | helps?\b | interested | interest\b | ok | okay | fine | good | right | wrong | yes | no\b | works?\b | worth | prefer | rather | either | sense | first
      | the\ word | shout | ring | nod | thumbs | want | like | need | yours | fits?\b | go\ ahead | questions? | objections? | should\ i | shall\ i | stop | confirm | which\ (?:one|of\ the\ (?:two|three)|suits|works) | reply | happy )"
);
pattern!(
    CHAT,
    r"(?x)\b(?: catch\ up | catching\ up | (?:to|and|quick|for\ a)\ (?:chat|connect|sync|talk|coffee) | ^(?:chat|connect|sync|talk|meet|discuss|explore|catch\ up|touch\ base|get\ together|grab|hop\ on|jump\ on|learn|hear|speak|know\ more|find\ out\ more)\b | grab\ (?:a|some|coffee|time) | hop\ on | jump\ on
      | get\ to\ know | learn\ more | hear\ (?:how|more|about|what|from) | see\ how\ (?:things|you|it) | stay\ in\ touch | explore | discuss | deeper\ dive | touch\ base | meet\ (?:up|you) )"
);
pattern!(
    ASSET,
    r"(?x)\b(?: checklists? | guides? | playbooks? | white.?papers? | one.?pagers? | decks? | slides? | templates? | calculators? | benchmarks? | e-?books? | data.?sheets? | case\ stud(?:y|ies)
      | worksheets? | handbooks? | blueprints? | frameworks? | matri(?:x|ces) | (?:maturity|pricing|savings|business)\ models? | estimators? | planners? | cheat.?sheets? | battle.?cards? | recordings? | toolkits? | workbooks? | brochures? | primers? | runbooks? | videos? | webinars? | reports? | summar(?:y|ies) | write.?ups? )\b"
);

/// Whether a clause speaks of a document.
pub(in crate::sustain::relevance) fn about_asset(words: &str) -> bool {
    ASSET.is_match(words)
}

/// Where documents are spoken of, by their kind, in bytes of `words`.
pub(in crate::sustain::relevance) fn asset_nouns(
    words: &str,
) -> impl Iterator<Item = std::ops::Range<usize>> {
    ASSET.find_iter(words).map(|m| m.range())
}

pattern!(
    MANY_LIKE,
    r"\b(?:accounts|companies|clients|customers|people|others|anyone|someone|somebody|retailers) (?:like|such as|similar|who|that|else|in your)\b"
);

pattern!(
    /// The reader's own plan, which takes a word to tell.
    YES_OR_NO,
    r"^(?:tell (?:me|us)|let (?:me|us) know|say) (?:if|whether) (?:you|that|it|this)\b"
);

/// What is wanted when the reader is asked for `rest`.
pub(super) fn wanted(rest: &str) -> Object {
    let yours = rest.contains("your ");
    if YES_OR_NO.is_match(rest) {
        return Object::Answer;
    }
    if rest.starts_with("find out ") || rest.starts_with("dig ") {
        return Object::Work;
    }
    if DOOR_FOR_US.is_match(rest) && !DOOR_FOR_YOU.is_match(&rest.replace("introduction", "")) {
        let many = rest.contains("introductions") || MANY_LIKE.is_match(rest);
        return if many { Object::Opportunity } else { Object::Introduction };
    }
    if OPPORTUNITY.is_match(rest) {
        return Object::Opportunity;
    }
    let work = RESEARCH.is_match(rest) || HOLDINGS.is_match(rest);
    if SCHEDULE.is_match(rest) && !(work && yours) && !BY_THEN.is_match(rest) {
        return Object::Meeting;
    }
    if LOOK_AT_OURS.is_match(rest) {
        return Object::Answer;
    }
    if work {
        return Object::Work;
    }
    if CHAT.is_match(rest) {
        return Object::Chat;
    }
    if UPDATE.is_match(rest) {
        return Object::Update;
    }
    if ANSWER.is_match(rest) { Object::Answer } else { Object::Other }
}

pattern!(
    BY_THEN,
    r"\b(?:by|before|until) (?:\w+ )?(?:monday|tuesday|wednesday|thursday|friday|tomorrow|today|next week|the )|^(?:please )?(?:dig|research|compile|send|pull|list|find (?:me|us|out|any|two|three|accounts)|look (?:through|for|into)|go (?:through|over)|put together|identify|think|map|scan|check (?:which|who|your))"
);
pattern!(
    LOOK_AT_OURS,
    r"^(?:take|have) a (?:quick )?look at (?:the|it|this|that|our|my|page)|^look at (?:the|it|this) "
);
pattern!(
    UPDATE,
    r"\b(?:updates?|news|movement|progress|traction|status|latest|how (?:things|it|that|theiraccount|they)|developments?|where (?:things|we|you) (?:stand|are)|my last|still)\b"
);
pattern!(
    NO_DEED,
    r"(?x)^(?:give\ (?:them|her|him)\ your|know|say|see|stay|remain|keep\ close|(?:raise|bring\ up)\ (?:an?|one|some)\b|thank|achieve|ask\ (?:for|you|your|if|whether)|be\ (?:at|in\ (?:town|touch)|back|out|away|honest|there)|have\ (?:a|some|the|no|to|more|been|your|great|good)\b|need|want|hope|hate|regret|dread|prefer|follow\ up|circle|check\ (?:in|back)|reach\ out|keep\ you|get\ back
      |let\ you\ know|congratulat|thank|welcome|celebrat|re-?connect|reaffirm|express|wish|apologi[sz]e|propose|convey|underline|stress|highlight|announce|(?:take|use|seize)\ (?:this|the)\ (?:opportunity|occasion|chance)|exchange|engage|strengthen|deepen|continue|close|hit|reach\ (?:our|the)|beat|meet\ (?:our|the)|(?:\w+\ ){1,6}(?:for|with|to)\ us$|(?:write|mail|e-?mail|call|ring|message|text|ping|come\ back)\ (?:to\ )?you(?:\ (?:again|back|later|next|soon|about|on)\b.*)?$|wait|focus|concentrate|relax|move\ on|try\ again|assume|guess|admit|understand|tell\ you\ (?:more|about\ our)|mention\ that|remember|miss|look\ forward|love\b|like\b|appreciate|get\ (?:more|some|our|a\ |your)|touch
      |work\ (?:more|closely|with\ you|together)|partner|collaborate|do\ (?:more|great)|grow|win|sell|show\ you\ (?:our|what\ we)|give\ you\ a\ (?:demo|tour|quick\ demo|run)|walk\ you\ through\ our|(?:present|pitch|demo)\ (?:to\ you|you|our|my)\b|be\ in\ touch|benefit|be\ (?:glad|grateful|thankful|obliged|thrilled|your|a\b|an\b|the|our|my|so|very|worth|great|good|curious|interested|keen|grateful|nice|lovely|happy\ if|honou?red|able\ to\ (?:win|sell|grow)|working|looking|doing|seeing|meeting|sending\ you\ our)|answer\ any\ questions|not\b|pick\ your|go\ far|ping|nudge|bump|ask\ you|borrow|pick\b)"
);
pattern!(
    POLITE,
    r"^(?:help|assist|support)(?: out| you)?(?:(?: (?:with|on|at|around) (?:[\w'-]+ ?){1,3}?)? (?:in any way|with anything|however|where(?:ver)?|any ?time|if|any way|as needed|further).*)?$|^be (?:of (?:help|service|assistance)|here)"
);

pattern!(
    /// What both sides would do: nothing that the reader gets.
    MUTUAL,
    r"\b(?:together|alongside|jointly|hand in hand|side by side|as partners|as one team|join forces|with you and your team|our heads)\b"
);

pattern!(
    /// Words before the deed that add nothing to it.
    DETOUR,
    r"^(?:take (?:a|the|this|one) (?:\w+ )?(?:moment|minute|second|time|opportunity|occasion|chance) to|use (?:this|the) (?:\w+ )?(?:moment|opportunity|occasion|chance) to|start by|begin by|quickly|briefly|also|just|personally|simply) "
);

pattern!(
    /// A deed towards others, in the reader's place.
    STAND_FOR_YOU,
    r"^(?:speak|talk) (?:to|with) (?:their|her|his|the|them|her|him|\w+'s|[\w-]+'s)\b|^have (?:a (?:\w+ )?(?:word|go)|it|that|this|them|her|him)\b|^be your (?:\w+ )?(?:reference|sponsor|back-?up|guide|advocate|champion|witness|second|escort|sparring|sounding|guinea|tester)\b"
);

/// What the reader gets when somebody would do `rest`.
pub(super) fn given(rest: &str) -> Object {
    let rest = &*DETOUR.replace(rest, "");
    if rest.starts_with("see to ") || STAND_FOR_YOU.is_match(rest) {
        Object::Work
    } else if OWN_PITCH.is_match(rest) {
        Object::Other
    } else if DOOR_FOR_YOU.is_match(rest) {
        Object::Introduction
    } else if POLITE.is_match(rest) {
        Object::Courtesy
    } else if (CHAT.is_match(rest) || MUTUAL.is_match(rest)) && !rest.contains("for you") {
        Object::Chat
    } else if NO_DEED.is_match(rest) {
        Object::Other
    } else if ASSET.is_match(rest) || rest.contains("link") {
        Object::Asset
    } else {
        Object::Work
    }
}
