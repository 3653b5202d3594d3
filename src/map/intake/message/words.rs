//! Words that are no names, words inside names, and the stages of a deal.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Function words, verbs and the vocabulary of the trade: whatever stands in messages and is no account.
static STOP: LazyLock<HashSet<&'static str>> = LazyLock::new(|| STOP_WORDS.split_whitespace().collect());
static STAGES: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| STAGE_NAMES.split(',').map(str::trim).collect());

pub(super) fn is_stop(word: &str) -> bool {
    STOP.contains(word.trim_end_matches("'s")) || STOP.contains(word)
}

/// A capitalised word that may go on a name although it is an everyday word: `Bluth Company`, `Best Buy`.
pub(super) fn may_stand_in_name(word: &str) -> bool {
    let lower = word.to_lowercase();
    word.starts_with(char::is_uppercase)
        && !NEVER_IN_NAMES.split_whitespace().any(|w| w == lower)
        && (!is_stage(&lower) || lower == "legal")
}

const NEVER_IN_NAMES: &str = "overlap overlaps overlapping alert alerts account accounts customer customers prospect prospects opp opps opportunity \
    opportunities deal deals our their ours theirs we they us them i is are was has have had with and or but for at of in on to from owner owned \
    partner ae am csm monday tuesday wednesday thursday friday saturday sunday january february march april june july august september october november december \
    thanks thx hi hey hello team all both new detected found update heads up fyi stage amount arr acv q1 q2 q3 q4 usd eur gbp record match crossbeam \
    reveal partnertap salesforce hubspot population populations status signal notification list this that these it its re fwd please note notes here there also now just";

/// Small words that may stand within a name: `Bank of America`.
pub(super) fn is_connector(word: &str) -> bool {
    matches!(
        word,
        "of" | "and"
            | "the"
            | "The"
            | "de"
            | "la"
            | "du"
            | "des"
            | "der"
            | "und"
            | "et"
            | "y"
            | "del"
            | "do"
            | "da"
            | "van"
            | "von"
            | "for"
            | "on"
            | "di"
            | "e"
            | "n"
            | "'n'"
    )
}

pub(super) fn is_stage(words: &str) -> bool {
    let number = words.strip_prefix("stage ").unwrap_or("");
    STAGES.contains(words) || (!number.is_empty() && number.chars().all(|c| c.is_ascii_digit()))
}

const STAGE_NAMES: &str = "legal, legal review, in legal, procurement, negotiation, negotiations, negotiating, evaluating, discovery, demo, \
    evaluation, eval, poc, proof of concept, pilot, trial, proposal, proposal sent, contract, contract review, contracting, \
    contracts, contract sent, security review, security, redlines, redlining, qualification, qualified, qualifying, verbal, \
    verbal commit, commit, closing, scoping, technical validation, tech validation, validation, technical evaluation, technical eval, \
    business case, budget approval, final stage, final stages, late stage, early stage, pricing, rfp, rfi, shortlist, shortlisted, \
    solution design, decision, closed lost, closed-lost, quote, quoted, quote sent, verhandlung, angebot, \
    négociation, negociación, propuesta, discovery call, vendor selection, final negotiation, paper process, paperwork, signature, \
    needs analysis, value proposition, perception analysis, id. decision makers, appointment scheduled, presentation scheduled, \
    decision maker bought-in, decision maker bought in, final review, value prop, sql, sal, mql, renewal";

const STOP_WORDS: &str = "a about above account accounts accts across active actually add added after again against adding logging sharing ages ago ahead alert \
    alerts all almost already also although always am amount an and another any anybody anymore anyone anything anyway are area \
    around arr as ask asap at away back based be became because become been bring brings brought before behind being best better between big both \
    bot but by call called calls came can cannot can't case cc check chance client clients closed closes closing co-sell come comes coming \
    company confirmed congrats contact could couple created crm crossbeam current currently customer customers cust data date day days deal deals \
    detected did didn't ditto do does doesn't doing domain done don't down due during each early either else email end enough entire est \
    even ever every everybody everyone everything existing expansion false far fast feel few figure file finally find first \
    flag flagged focus folks follow following for form former forward forwarded found fresh from full further fwd fyi gave get gets getting \
    give given go goes going gone good got great guys had half hand happy hard has hasn't have haven't having he heads head hear hello help \
    her here here's hey hi high him his hold hope hot how however hubspot i i'd idea if i'll i'm important in inbound info into intro introduce is isn't it \
    it's item its itself i've join joined joint just keep kind knew know known large last late later latest lead leads least left let let's \
    likely likewise list listed little live long look looking looks loop lot low made mail main make makes making manager many map mapped mapping \
    match matched matches matching may maybe me mean meet meeting message met might mine minute missing moment month months more morning most move moved \
    moves moving much must mutual my name named near need needs net never new newly next nice no nobody none nor not note notes nothing \
    notification now number of off office often oh ok okay old on once one ones only open opened opens opp opps oppty opportunities \
    opportunity or org other others our ours out over overlap overlapping overlaps overlapped own owned owner owners owns partner partners partnership \
    partnertap past pending people per pipe pipeline pipe please plus point pop popped population populations possible post posted potential pre present \
    pretty prev previous prior priority probably product prospect prospects pull push put q1 q2 q3 q4 quarter question quick quite rather re \
    reach ready real really recent recently record records regarding region rel remember renewal rep reply report request reveal review \
    right run running said sales salesforce same saw say says score see seeing seem seems seen segment sell selling send sent \
    session set several share shared sharing she should show showed showing shows side sides sign signal signals signed since site size slack small so some \
    somebody someone something soon sorry source spoke met chatted learned noticed asked discussed emailed spot spotted stage start started starting starts status step still stop stuck stalled such super supposed sure \
    sync table take taken talk talked talking target targets team teams tell than thank thanks thanx thx that that's the their theirs them then there there's \
    these they they're they've thing things think this those though thought three through thru till time to today together \
    told tomorrow tonight too took top total toward towards track trigger triggered true try trying turned turns two type under until up update updated updates upon us \
    usd use used useful using usually value ve very via view visible vs w w/ wait want wanted was watch way we website week weekly weeks well we'll we'd they'd i'd we're were we've what \
    what's whatever when where whether which while who whole who's why will win wins winner with within without won won't word work worked working \
    works world worth would wow yay year years yes yesterday yet years you you're your yours monday tuesday wednesday thursday friday \
    saturday sunday mon tue tues wed thu thur thurs fri sat sun january february march april june july august september october november \
    december jan feb mar apr jun jul aug sep sept oct nov dec eod eow eoq eoy tbd tbc n/a na ae aes am csm sdr bdr vp cro ceo cfo cto pm pms \
    gtm qbr ebr arr acv mrr tcv roi sow msa nda poc rfp emea apac amer latam na dach uk eu ok btw imo imho afaik asap ftw lol haha \
    legal procurement negotiation discovery evaluation proposal demo pilot trial \
    slides deck dashboard calendar invite agenda lunch dinner coffee webinar conference summit event events booth marketing sales finance engineering \
    ops revops support success channel alliances ecosystem partnerships customer-success integration release launch report csv xlsx sheet spreadsheet doc docs \
    unser unsere unserer ihr ihre kunde kunden wir und mit bei ist als der die das ein eine neu neue neuer überschneidung notre leur avec est client un une le la les chez nouveau nouvelle chevauchement \
    nuestro nuestra su con es cliente el los las una nuevo nueva solapamiento tiene para por ours: us: them: expansion upsell cross-sell land \
    morning afternoon evening everyone happening happy heading heard huge incoming interesting introducing kickoff kudos ping pinging plz pls prod quickly reminder repost rumor rumour schedule scheduled shoutout sounds spreadsheet submitted \
    recording recordings attached amazing awesome cool exciting excited dear fine hmm hm huh fantastic correction corrected edit edited instead previously formerly ignore whoops oops typo disregard scratch strike actual anyways besides per re: \
    automatic automated automation zapier workflow app notifier sfdc salesloft outreach integration integrations tool tools system sees lists carries counts believe believes considers thinks says tagged tags marked marks shows turned becomes bought buys buying uses \
    eyes handled handling managed managing led lead leading driven driving covered covering assigned working touch worked enterprise midmarket mid-market smb strategic commercial \
    wert betrag umsatz volumen montant importe valor volume details detail summary context background reason why info fyi view manage unsubscribe settings preferences powered open click button link links url web page here there hq employees industry country location";
