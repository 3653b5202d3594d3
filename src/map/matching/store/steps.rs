//! The statements of a run, in their order. They hold our own words and numbers only.

use super::Side;
use super::rows::COLUMNS;
use crate::map::matching::assign::{self, CHOICES, MATCH, NAMESAKES, REVIEW, TAKEN};
use crate::map::matching::candidates::{EXACT_CAP, KEPT, POSTCODE_CAP, VISITS};
use crate::map::matching::engine::SETTLED;
use crate::map::matching::grams::WHOLE;
use crate::map::matching::grounds::Grounds;

/// The table of a list.
pub(super) fn list(side: Side) -> &'static str {
    match side {
        Side::Ours => "ours",
        Side::Theirs => "theirs",
    }
}

/// A table of what a query gives, with what the planner should know of it.
fn table(name: &str, query: &str) -> [String; 2] {
    [format!("CREATE UNLOGGED TABLE {name} AS {query}"), format!("ANALYZE {name}")]
}

/// The tables that our code fills.
pub(super) fn lists() -> Vec<String> {
    vec![
        format!("CREATE UNLOGGED TABLE ours ({COLUMNS})"),
        format!("CREATE UNLOGGED TABLE theirs ({COLUMNS})"),
        "CREATE UNLOGGED TABLE word_squares (slot int8, square int4, telling bool)".to_owned(),
        "CREATE UNLOGGED TABLE gram_squares (gram int4, square int4, telling bool)".to_owned(),
        "CREATE UNLOGGED TABLE pairs (ours int4, theirs int4, our_first int4, their_first int4, odds float4, weight float8, \
         grounds int4, same_site bool, small bool)"
            .to_owned(),
    ]
}

/// Of each account its keys, how many of its list share each, and the first that says exactly the same.
pub(super) fn keys(side: Side) -> Vec<String> {
    let (list, keys) = match side {
        Side::Ours => ("ours", "our_keys"),
        Side::Theirs => ("theirs", "their_keys"),
    };
    let shared = ["domain", "site", "page", "joined", "sorted", "alias", "postcode"];
    let counted: String = shared.iter().map(|key| format!(", {key}_.n AS on_{key}")).collect();
    let count = |key: &&str| {
        format!(
            " LEFT JOIN (SELECT {key}, count(*)::int4 AS n FROM {keys}_raw WHERE {key} IS NOT NULL GROUP BY {key}) {key}_ \
             ON {key}_.{key} = a.{key}"
        )
    };
    let joins: String = shared.iter().map(count).collect();
    let raw = format!(
        "SELECT place, domain, site, NULLIF(page, site) AS page, joined, sorted, alias, postcode, same FROM {list}"
    );
    let counted = format!(
        "SELECT a.place, a.domain, a.site, a.page, a.joined, a.sorted, a.alias, a.postcode, \
         CASE WHEN joined_.n BETWEEN 2 AND {NAMESAKES} THEN t.first ELSE a.place END AS first{counted} FROM {keys}_raw a{joins} \
         LEFT JOIN (SELECT joined, same, min(place) AS first FROM {keys}_raw WHERE joined IS NOT NULL GROUP BY joined, same) t \
         ON t.joined = a.joined AND t.same = a.same"
    );
    let mut steps = vec![format!("ANALYZE {list}")];
    steps.extend(table(&format!("{keys}_raw"), &raw));
    steps.extend(table(keys, &counted));
    steps.push(format!("DROP TABLE {keys}_raw"));
    steps
}

/// Who shares a website, a domain or a whole name. Who shares the page shares the host, and who shares the host the domain:
/// the widest that few share is enough.
pub(super) fn exact() -> Vec<String> {
    let by = |key: &str, crowded: &[&str]| {
        let crowded: String = crowded.iter().map(|key| format!(" AND b.on_{key} > {EXACT_CAP}")).collect();
        format!(
            "SELECT a.place AS ours, b.place AS theirs FROM our_keys a JOIN their_keys b ON b.{key} = a.{key} \
             WHERE b.on_{key} <= {EXACT_CAP}{crowded}"
        )
    };
    let kinds = [
        by("domain", &[]),
        by("site", &["domain"]),
        by("page", &["domain", "site"]),
        by("joined", &[]),
        by("sorted", &[]),
        by("alias", &[]),
    ];
    table("exact", &kinds.join(" UNION ")).into()
}

/// The chance of each pair in `pairs`, given those that it competes with. Sums are taken in the order of the accounts,
/// so that they come out the same to the last bit.
fn chances(name: &str) -> [String; 2] {
    let sum = |side: &str, other: &str| {
        format!(
            "(SELECT {side} AS place, sum(weight ORDER BY {other}) AS weight FROM pairs \
             WHERE ours = our_first AND theirs = their_first GROUP BY {side})"
        )
    };
    let query = format!(
        "SELECT p.ours, p.theirs, p.odds, p.grounds, p.same_site, p.small, \
         (weight / greatest(1::float8 + in_ours + in_theirs - weight, 1::float8 + weight))::float4 AS chance, \
         (weight / greatest(1::float8 + in_ours, 1::float8 + weight))::float4 AS chance_if_free \
         FROM (SELECT p.*, coalesce(o.weight, 0) AS in_ours, coalesce(t.weight, 0) AS in_theirs FROM pairs p \
         LEFT JOIN {} o ON o.place = p.our_first LEFT JOIN {} t ON t.place = p.their_first) p",
        sum("ours", "theirs"),
        sum("theirs", "ours")
    );
    table(name, &query)
}

/// Whom exact keys have not settled.
pub(super) fn open() -> Vec<String> {
    let open = |name: &str, side: &str| {
        let query = format!(
            "SELECT l.place FROM {side} l LEFT JOIN (SELECT DISTINCT {side} AS place FROM first_chances \
             WHERE chance >= {SETTLED}::float4) s ON s.place = l.place WHERE s.place IS NULL"
        );
        table(name, &query)
    };
    [chances("first_chances"), open("our_open", "ours"), open("their_open", "theirs")].concat()
}

/// Whose names are most like each other, and who is at one postcode. So many `bits` of a word's key tell what it weighs.
pub(super) fn near(bits: u32) -> Vec<String> {
    let mut steps = words(bits);
    steps.extend(grams());
    steps.extend(lengths(bits));
    steps.extend(table("near", &alike()));
    steps
}

/// The part of a word's key that `word_squares` is by.
fn slot(bits: u32) -> String {
    format!("((w.key >> {}) & {})", 64 - bits, (1u64 << bits) - 1)
}

/// What may be visited for one account within its budget, rare ones first.
fn visits(key: &str, from: &str, counts: &str) -> String {
    format!(
        "SELECT {key}, place, square FROM (SELECT w.{key}, w.place, w.square, \
         sum(c.n) OVER (PARTITION BY w.place ORDER BY c.n, w.{key} ROWS UNBOUNDED PRECEDING) AS visited \
         FROM {from} w JOIN {counts} c ON c.{key} = w.{key} WHERE c.n <= {VISITS}) v WHERE visited <= {VISITS}"
    )
}

/// The words of ours that are looked up, and where they stand in theirs.
fn words(bits: u32) -> Vec<String> {
    let ours = format!(
        "SELECT w.key, w.place, s.square FROM (SELECT unnest(l.words || l.others) AS key, l.place FROM ours l \
         JOIN our_open o ON o.place = l.place) w JOIN word_squares s ON s.slot = {}",
        slot(bits)
    );
    let counts = "SELECT key, count(*)::int4 AS n FROM (SELECT unnest(words || others) AS key FROM theirs) w GROUP BY key";
    let theirs = format!(
        "SELECT w.key, w.place FROM (SELECT unnest(words || others) AS key, place FROM theirs) w \
         JOIN word_counts c ON c.key = w.key WHERE c.n <= {VISITS}"
    );
    [
        table("our_all_words", &ours),
        table("word_counts", counts),
        table("their_words", &theirs),
        table("our_words", &visits("key", "our_all_words", "word_counts")),
    ]
    .concat()
}

/// The same of runs of letters; of theirs only where they are open: who is settled can still have a subsidiary, which bears
/// its name, but is nobody's misspelling.
fn grams() -> Vec<String> {
    let ours = "SELECT w.gram, w.place, s.square, s.telling FROM (SELECT unnest(l.grams) AS gram, l.place FROM ours l \
                JOIN our_open o ON o.place = l.place) w JOIN gram_squares s ON s.gram = w.gram";
    let theirs = "SELECT w.gram, w.place FROM (SELECT unnest(l.grams) AS gram, l.place FROM theirs l JOIN their_open o \
                  ON o.place = l.place) w JOIN gram_squares s ON s.gram = w.gram WHERE s.telling";
    let counts = "SELECT gram, count(*)::int4 AS n FROM their_all_grams GROUP BY gram";
    let few = format!(
        "SELECT w.gram, w.place FROM their_all_grams w JOIN gram_counts c ON c.gram = w.gram WHERE c.n <= {VISITS}"
    );
    [
        table("our_all_grams", ours),
        table("their_all_grams", theirs),
        table("gram_counts", counts),
        table("their_grams", &few),
        table("our_grams", &visits("gram", "(SELECT * FROM our_all_grams WHERE telling)", "gram_counts")),
    ]
    .concat()
}

/// The lengths of names as vectors.
fn lengths(bits: u32) -> Vec<String> {
    let both = |accounts: &str, words: &str, grams: &str| {
        let length = |from: &str| {
            format!("(SELECT place, sqrt(sum(square)::float8) AS length FROM {from} GROUP BY place)")
        };
        format!(
            "SELECT l.place, coalesce(w.length, 0) AS words, coalesce(g.length, 0) AS grams FROM {accounts} l \
             LEFT JOIN {} w ON w.place = l.place LEFT JOIN {} g ON g.place = l.place",
            length(words),
            length(grams)
        )
    };
    let words = format!(
        "(SELECT w.place, s.square FROM (SELECT unnest(words) AS key, place FROM theirs) w \
         JOIN word_squares s ON s.slot = {}) w",
        slot(bits)
    );
    let grams = "(SELECT w.place, s.square FROM (SELECT unnest(grams) AS gram, place FROM theirs) w \
                 JOIN gram_squares s ON s.gram = w.gram) g";
    [
        table("our_lengths", &both("our_open", "our_all_words", "our_all_grams")),
        table("their_lengths", &both("theirs", &words, grams)),
    ]
    .concat()
}

fn alike() -> String {
    let shared = "SELECT p.place AS ours, t.place AS theirs, p.square AS words, 0 AS grams FROM our_words p \
                  JOIN their_words t ON t.key = p.key UNION ALL \
                  SELECT p.place, t.place, 0, p.square FROM our_grams p JOIN their_grams t ON t.gram = p.gram";
    let part = |of: &str| format!("s.{of}::float8 / greatest(o.{of} * t.{of}, {WHOLE}::float8)");
    format!(
        "SELECT ours, theirs FROM (SELECT s.ours, s.theirs, row_number() OVER (PARTITION BY s.ours ORDER BY \
         {} + {} DESC, s.theirs) AS rank FROM (SELECT ours, theirs, sum(words) AS words, sum(grams) AS grams \
         FROM ({shared}) x GROUP BY ours, theirs) s JOIN our_lengths o ON o.place = s.ours \
         JOIN their_lengths t ON t.place = s.theirs) r WHERE rank <= {KEPT} \
         UNION SELECT a.place, b.place FROM our_keys a JOIN our_open o ON o.place = a.place \
         JOIN their_keys b ON b.postcode = a.postcode WHERE b.on_postcode <= {POSTCODE_CAP} \
         EXCEPT SELECT ours, theirs FROM exact",
        part("words"),
        part("grams")
    )
}

/// What is said of the pairs: matches, then families, then the likeliest of what is open for review.
pub(super) fn links(families: bool, ours: usize) -> Vec<String> {
    let matched = format!(
        "SELECT ours, theirs, chance AS score, 0::int2 AS verdict, grounds FROM chances WHERE chance >= {MATCH}::float4"
    );
    let mut steps = chances("chances").to_vec();
    steps.extend(table("links", &matched));
    if families {
        steps.push(family());
        steps.push("ANALYZE links".to_owned());
    }
    steps.extend(review(ours));
    steps
}

/// A family's links are taken best first, and a pair is linked while one of its two accounts is free. Whatever comes of it,
/// both are taken afterwards: so a pair is linked just when it is the first of all for an account that was free before.
fn family() -> String {
    let kin = Grounds { kin: true, ..Grounds::default() }.packed();
    let first =
        |side: &str| format!("row_number() OVER (PARTITION BY {side} ORDER BY odds DESC, ours, theirs)");
    format!(
        "INSERT INTO links SELECT ours, theirs, greatest(chance, {MATCH}::float4), 0, grounds | {kin} FROM (SELECT k.*, \
         {} AS of_ours, {} AS of_theirs FROM (SELECT c.*, a.place IS NULL AS ours_free, b.place IS NULL AS theirs_free \
         FROM chances c LEFT JOIN (SELECT DISTINCT ours AS place FROM links) a ON a.place = c.ours \
         LEFT JOIN (SELECT DISTINCT theirs AS place FROM links) b ON b.place = c.theirs \
         WHERE c.same_site AND c.small) k WHERE ours_free OR theirs_free) r \
         WHERE ours_free AND of_ours = 1 OR theirs_free AND of_theirs = 1",
        first("ours"),
        first("theirs")
    )
}

fn review(ours: usize) -> Vec<String> {
    let rivalled = Grounds { rivalled: true, ..Grounds::default() }.packed();
    let budget = assign::budget(ours);
    let open = format!(
        "SELECT o.*, row_number() OVER (PARTITION BY ours ORDER BY rank DESC, theirs) AS choice \
         FROM (SELECT c.ours, c.theirs, c.chance, c.grounds, b.place IS NOT NULL AS theirs_taken, \
         greatest(c.chance, {TAKEN}::float4 * c.chance_if_free) AS rank FROM chances c \
         LEFT JOIN (SELECT DISTINCT ours AS place FROM links) a ON a.place = c.ours \
         LEFT JOIN (SELECT DISTINCT theirs AS place FROM links) b ON b.place = c.theirs WHERE a.place IS NULL) o \
         WHERE rank >= {REVIEW}::float4"
    );
    let mut steps = table("choices", &open).to_vec();
    steps.push(format!(
        "INSERT INTO links SELECT c.ours, c.theirs, c.chance, 1, \
         CASE WHEN c.rank > 2::float4 * c.chance AND c.theirs_taken THEN c.grounds | {rivalled} ELSE c.grounds END FROM choices c \
         JOIN (SELECT ours FROM choices WHERE choice = 1 ORDER BY rank DESC, ours, theirs LIMIT {budget}) a ON a.ours = c.ours \
         WHERE c.choice <= {CHOICES}"
    ));
    steps.push("ANALYZE links".to_owned());
    steps
}

/// The result, in its order.
pub(super) const TOLD: &str = "SELECT l.ours, l.theirs, l.score, l.verdict, l.grounds, a.id, a.name, right(a.host, a.domain_len), \
     b.id, b.name, right(b.host, b.domain_len) FROM links l JOIN ours a ON a.place = l.ours JOIN theirs b ON b.place = l.theirs \
     ORDER BY l.ours, l.verdict, l.score DESC, l.theirs";

/// How many pairs there are of each kind; `$1` is the mark of a family.
pub(super) const TOTALS: &str = "SELECT verdict, grounds & $1 <> 0, count(*), count(DISTINCT ours), count(DISTINCT theirs) \
     FROM links GROUP BY 1, 2 ORDER BY 1, 2";
