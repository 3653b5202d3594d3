//! Every field of the template is filled in.

use super::{Draft, Outcome, block, pass};

pattern!(
    FIELD,
    r"(?x) \{\{[^{}]*\}\}? | \{%[^%]*%\} | \$?\{\s*[\p{L}_][\p{L}0-9_\ .-]*\s*\} | \[\[[^\]]*\]\] | (?P<bracket>\[\s*[\p{L}][\p{L}0-9_\ .'’/-]*\]) | <<[^<>]*>> | <\s*[\p{L}][\p{L}0-9_\ .-]*> | \*\|[^|]*\|\*
      | %%?[A-Za-z_]{3,}%%? | \$[A-Z][A-Z_]{2,} | \b[Xx]{3,}\b | \b\d*X{2,}\b | \bTB[DCA]\b | \btbd\b | \bTODO\b | \bFIXME\b | _{3,} | \?{3,} | (?i:\blorem\ ipsum\b) | (?i:\binsert\ (?:\w+\ )?(?:name|here|link|company|account)\b) | \b(?:FIRST|LAST)_?NAME\b | \b[A-Z]+_[A-Z_]+\b
      | (?i:(?:hi|hello|hey|dear)\ (?:null|none|undefined|nan|name|first\ name|firstname|n/a)\b) | (?i:^\s*(?:hi|hello|hey|dear)\s*,) | (?i:\b(?:null|undefined)(?:'s)?\b)"
);
/// What stands in brackets without being a field.
const ASIDE: &[&str] = &["[sic]", "[external]", "[link]", "[attached]", "[x]"];
const MARKUP: &[&str] = &["<b>", "<i>", "<br>", "<p>"];

pub(super) fn check(draft: &Draft<'_>) -> Outcome {
    let text = draft.text();
    let found = FIELD.captures_iter(text).find_map(|c| {
        let m = c.get(0)?;
        let known = ASIDE.iter().chain(MARKUP).any(|a| m.as_str().eq_ignore_ascii_case(a));
        let link = c.name("bracket").is_some() && text[m.end()..].starts_with('(');
        let greeting = m.as_str().trim_start().to_lowercase();
        let bare = greeting.ends_with(',') && greeting.len() < 9;
        // "Hi," alone is curt, "Hi ," has lost its name.
        let curt = bare && !m.as_str().trim_end_matches(',').ends_with(char::is_whitespace);
        let inside = draft.links.iter().any(|l| l.span.start <= m.start() && m.end() <= l.span.end);
        (!known && !link && !curt && !inside).then(|| m.range())
    });
    match found {
        None => pass("Every field is filled in."),
        Some(at) => block(
            format!("A field was not filled in: {}.", draft.text()[at.clone()].trim()),
            "Put the fact in its place, or leave the sentence out.",
            vec![at],
        ),
    }
}
