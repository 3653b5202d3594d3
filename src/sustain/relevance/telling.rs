//! What a plain statement is worth to the reader: a fact, or the writer's own joy.

use super::speech::{Clause, Kind, Object};

pattern!(
    /// The writer's side as the one that feels or gains.
    OWN_JOY,
    r"(?x)^(?:(?:and|so|also|wow|personally)\ )*(?: (?:i|we|(?:my|our|the)\ (?:whole\ |entire\ )?(?:team|company|board|management|leadership|everyone|everybody))\ (?:\w+\ ){0,3}?
        (?:proud|thrilled|excited|delighted|happy|glad|pleased|grateful|honou?red|pumped|stoked|buzzing|over\ the\ moon|celebrat\w+|congratulate|love|adore|value|cherish|believe|convinced|confident|sure|expect|hope|look\ forward|remain\ committed|are\ committed|reaffirm|aim|aspire|wish)\b
      | (?:everybody|everyone)\ here | (?:it|this|that)\ makes\ (?:me|us)\b | thank(?:s|\ you)\ for\ (?:being|your\ (?:\w+\ )?(?:support|trust|partnership|patience|business|loyalty)) | congrat\w* | well\ done | kudos | bravo | what\ a\ (?:win|quarter|year|month|week|launch|result) | exciting | great\ (?:times|things|news|stuff|to\ see) | proud\b | thrilled\b | excited\b
      | (?:it|this|that|which)\ (?:is|was|puts|brings|makes|takes|marks|means|gets)\ (?:\w+\ ){0,3}?(?:our|us)\b
      | (?:it|this|that|which|these|the\ (?:launch|result|success))\ (?:\w+\ )?(?:underlines|shows\ (?:how|what\ we|the)|proves|demonstrates|reflects|confirms|testifies|speaks\ (?:to|for)|underscores)\b | (?:it|this|that)\ is\ the\ (?:result|fruit|outcome)\ of
      | (?:i|we)\ (?:\w+\ ){0,3}?(?:to\ express|to\ congratulate|to\ thank|to\ celebrate|to\ recogni[sz]e|to\ applaud)\b | (?:the\ )?(?:press|reviews?|reception|response|feedback|market)\ (?:has|have|is|was|are|were)\b
      | our\ (?:[\w-]+\ ){0,5}?(?:has|have)\ (?:grown|doubled|tripled)
      | both\ (?:of\ )?(?:us|our)\b | our\ (?:two\ |both\ )?(?:firms|companies|businesses|teams|organi[sz]ations)\b
      | our\ (?:\w+\ ){0,3}?(?:commitment|partnership|relationship|alliance|collaboration|journey|success|growth|numbers|target|quota|pipeline|quarter|year)\b )"
);
pattern!(
    /// The predicate says nothing that could be used: moods, wishes, maybes.
    VACANT,
    r"(?x)\b(?: (?:is|are|was|were|has\ been|have\ been|remains?|looks?(?:\ like)?|seems?(?:\ like)?|feels?(?:\ like)?|sounds?(?:\ like)?|stays?)\ (?:still\ |very\ |really\ |quite\ |so\ |such\ |also\ |clearly\ |always\ |a\ bit\ |rather\ |pretty\ |as\ )*
          (?:an?\ |the\ |our\ |one\ of\ (?:our|the)\ )?(?:\w+\ )?(?:quiet|silent|important|strategic|priority|key|great|good|perfect|ideal|exciting|interesting|promising|strong|natural|focus|close\ to|dear|on\ (?:our|the|my)\ (?:list|radar|mind|plan|agenda)|top\ of|big|huge|amazing|fit|match|opportunity|potential|account|favou?rite|dream|logo|lighthouse|target|mine|ours|well|going\ well|pleasant|enjoyable|lovely|delightful|inspiring|fruitful|a\ pleasure|busy|keen|happy|pleased|thrilled|faster|better|smarter|bigger|stronger|easier|simpler|on\ board|ripe|ready\ for\ us|on\ track)\b
      | (?:is|are)\ (?:also\ |both\ )?(?:an?\ )?(?:our|your|my|joint|mutual|shared|common|customer|prospect|account)\b | of\ (?:ours|yours|mine) | (?:someone|somebody|one|who|account|people)\ (?:that\ )?(?:we|i)\b
      | (?:is|was|are)\ (?:\w+\ )?where\ (?:we|i) | (?:shows|proves|says)\ it | celebrat\w+ | awards? | of\ the\ year | milestones? | anniversary
      | will\ have\ (?:seen|noticed|heard|read)
      | here\ we\ (?:come|go) | must\ (?:be|feel|have) | (?:may|might|could|should|would|ought\ to|has\ to|needs\ to|must)\ (?:well\ |also\ |soon\ |really\ |perhaps\ |even\ )?(?:be|become|have|roll|need|want|expand|grow|benefit|love|like|see|get|turn|make|open|buy|look|use|come) | (?:going\ to|will|would)\ (?:\w+\ )?(?:love|like|enjoy|adore|be\ (?:thrilled|delighted|happy|great|pleased|amazed|big|huge))
      | (?:sees?|shows?|knows?|proves?|feels?|says?)\ (?:it|that|this|so)(?:\ (?:too|as\ well|also))?$ | stands?\ for\ | shares?\ (?:the|our)\ (?:\w+\ )?(?:values|vision)
      | since\ we\ (?:last\ )?(?:spoke|talked|met) | we\ (?:have\ )?(?:last\ )?(?:spoke|spoken|talked|met)\ (?:about|on|last) | come\ up | crossed\ my\ mind )\b"
);

pattern!(
    /// A verb that tells: "is", "moved", "opens".
    FINITE,
    r"(?x)\ (?:is|am|are|was|were|has|have|had|will|does|did|do|can|could|would|\w{2,}ed|\w{3,}s|told|said|went|came|got|made|took|gave|saw|met|left|lost|won|put|cut|set|let|chose|found|bought|brought|built|began|ran|held|kept|grew|spent|sent|wrote|spoke|knew|thought|heard|read|hit|fell|rose|stood|quit|need|want|use|run|sit|pay|plan|own|open|move)\b"
);
pattern!(
    /// Openings of what is no statement: fragments, conditions, commands.
    NO_STATEMENT,
    r"^(?:\w+ing|if|when|once|while|whether|what|which|where|how|as|to|from|regarding|re|about|(?:for|on|with) (?:our|us|my|me)|remember|feels|seems|looks|sounds|guess|figured|should|could|here|(?:this is )?(?:an?|one) (?:\w+ )?(?:note|line|message|hello|reminder|question|thought)\b|it (?:never|would|will|might|is (?:worth|good|nice|great))|there (?:must|may|might|is|are) (?:be |so )?(?:much|more|a lot|plenty|lots|an? few|some)|one for|small|quick|just|also|i|we|you|your|our|my|let|please|not|no|any|anything|dear|hope|thanks|thank)\b"
);

pattern!(
    /// The writer's side as the one that is served.
    OUR_STAKE,
    r"^(?:so|so that) (?:our|my)\b|\b(?:i|we) (?:are|am) (?:still )?(?:not (?:in|on|at)\b|missing|lacking|flying blind|in the dark|short of)|\b(?:i|we) (?:have no|do not have|do not know|can not (?:reach|find|see|get))\b|\b(?:for (?:us|me|our|my)\b|on (?:our|my) behalf|(?:renewed|extended|expanded) (?:\w+ )?with us\b|(?:my|our) (?:manager|boss(?:es)?|director|ceo|cfo|vp|leadership|team|side) (?:\w+ )?(?:wish|want|need|ask|hope|expect|push|like|love)\w*|your (?:kind |valued )?support\b|our (?:pitch|quota|target|forecast|proposal|deal|bid|offer)\b)"
);

/// Whether the clause speaks for the writer's own gain.
pub(super) fn has_own_stake(clause: &Clause) -> bool {
    !matches!(clause.kind, Kind::Offer | Kind::Deliver) && OUR_STAKE.is_match(&clause.words)
}

/// Whether the clause speaks of how the writer's side feels or gains.
pub(super) fn is_own_joy(clause: &Clause) -> bool {
    clause.kind == Kind::State && OWN_JOY.is_match(&clause.words)
}

/// Whether the clause says more than a mood, a wish or a maybe.
pub(super) fn says_something(clause: &Clause) -> bool {
    FINITE.is_match(&clause.words) && !OWN_JOY.is_match(&clause.words) && !VACANT.is_match(&clause.words)
}

/// Whether the clause states something that a reader could use.
pub(super) fn is_fact(clause: &Clause) -> bool {
    clause.kind == Kind::State && !NO_STATEMENT.is_match(&clause.words) && says_something(clause)
}

/// Whether the clause tells the reader something that is theirs: "your walkthrough turned their COO".
pub(super) fn reaches_reader(clause: &Clause) -> bool {
    let theirs = clause.words.split(' ').any(|w| ["you", "your", "yours"].contains(&w));
    match clause.kind {
        Kind::Offer => {
            matches!(clause.object, Object::Introduction | Object::Asset | Object::Work | Object::Help)
        }
        Kind::Deliver => true,
        Kind::State | Kind::Waive => {
            theirs && !OWN_JOY.is_match(&clause.words) && !VACANT.is_match(&clause.words)
        }
        Kind::Request | Kind::CheckIn => false,
    }
}
