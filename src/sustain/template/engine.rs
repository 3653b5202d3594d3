//! The part of `minijinja` that a text may use: facts, a few filters, and `if`. What could make much out of little (loops,
//! variables, macros, repetition) is refused before it is run: there is no telling how large it would grow.

use std::collections::HashSet;
use std::io;

use minijinja::value::{Serde, ValueKind};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, UndefinedBehavior, Value, filters};

use super::Facts;

/// Steps that one rendering may take.
const FUEL: u64 = 20_000;
/// Bytes that may come of one.
const MOST: usize = 64 * 1024;
/// The blocks that there are.
const BLOCKS: [&str; 4] = ["if", "elif", "else", "endif"];

/// The line, from 1, and what is wrong there.
pub(super) type Trouble = (usize, String);

fn environment() -> Environment<'static> {
    let mut env = Environment::empty();
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    env.set_auto_escape_callback(|_| AutoEscape::None);
    env.set_fuel(Some(FUEL));
    env.add_filter("upper", filters::upper);
    env.add_filter("lower", filters::lower);
    env.add_filter("capitalize", filters::capitalize);
    env.add_filter("trim", filters::trim);
    env.set_formatter(formatted);
    env
}

/// A fact of several parts is not written as a whole.
fn formatted(out: &mut Output<'_>, _: &mut minijinja::State<'_, '_>, value: &Value) -> Result<(), Error> {
    match value.kind() {
        ValueKind::Undefined => Err(Error::from(ErrorKind::UndefinedError)),
        ValueKind::Map | ValueKind::Seq => {
            Err(Error::new(ErrorKind::InvalidOperation, "This fact has parts: write one of them."))
        }
        _ => write!(out, "{value}").map_err(Error::from),
    }
}

/// The names that a source takes from outside.
pub(super) fn uses(source: &str) -> Result<HashSet<String>, Trouble> {
    tame(source)?;
    let env = environment();
    let compiled = env.template_from_str(source).map_err(|e| explain(&e))?;
    Ok(compiled.undeclared_variables(false))
}

/// A source with its facts.
pub(super) fn render(source: &str, facts: &Facts) -> Result<String, Trouble> {
    tame(source)?;
    let env = environment();
    let compiled = env.template_from_str(source).map_err(|e| explain(&e))?;
    let mut out = Bounded(Vec::new());
    compiled.render_captured_to(Value::from(Serde(facts)), &mut out).map_err(|e| explain(&e))?;
    String::from_utf8(out.0).map_err(|e| (1, e.to_string()))
}

/// Takes no more than is fit for a note.
struct Bounded(Vec<u8>);

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MOST {
            return Err(io::Error::other("too long"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn explain(error: &Error) -> Trouble {
    let reason = match error.kind() {
        ErrorKind::UndefinedError => {
            "A fact has no such part. A contact has name and role, a document title and url, a launch and a focus title and date.".to_owned()
        }
        ErrorKind::UnknownFilter => "A text may use the filters upper, lower, capitalize and trim.".to_owned(),
        ErrorKind::SyntaxError => {
            let detail = error.detail().unwrap_or("this is no template");
            format!("This can't be read: {detail}. A fact stands in double braces, such as {{{{ account }}}}.")
        }
        ErrorKind::WriteFailure => "The text becomes too long.".to_owned(),
        kind => error.detail().map_or_else(|| kind.to_string(), str::to_owned),
    };
    (error.line().unwrap_or(1), reason)
}

/// Refuses the blocks and the operator that make much out of little.
fn tame(source: &str) -> Result<(), Trouble> {
    let line = |at: usize| 1 + source[..at].matches('\n').count();
    let mut at = 0;
    while let Some(opens) = source[at..].find('{') {
        let start = at + opens;
        let inside = start + 2;
        at = match source.as_bytes().get(start + 1) {
            Some(b'#') => source[inside..].find("#}").map_or(source.len(), |end| inside + end + 2),
            Some(b'%') => {
                let rest = source[inside..].trim_start_matches(['-', '+']).trim_start();
                let word: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                if !BLOCKS.contains(&word.as_str()) {
                    let reason = format!("A text may use if, elif, else and endif, and not {{% {word} %}}.");
                    return Err((line(start), reason));
                }
                expression(source, inside, "%}").map_err(|(at, reason)| (line(at), reason))?
            }
            Some(b'{') => expression(source, inside, "}}").map_err(|(at, reason)| (line(at), reason))?,
            _ => start + 1,
        };
    }
    Ok(())
}

/// Reads over an expression, strings as a whole; gives where it ends.
fn expression(source: &str, from: usize, end: &str) -> Result<usize, (usize, String)> {
    let mut quote = None;
    let mut escaped = false;
    for (offset, c) in source[from..].char_indices() {
        let at = from + offset;
        match (quote, c) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '*') => return Err((at, "A text may repeat nothing with *.".to_owned())),
            (None, '{' | '[') => {
                return Err((
                    at,
                    "Between the braces stands a fact, such as account, and no list.".to_owned(),
                ));
            }
            (None, _) if source[at..].starts_with(end) => return Ok(at + end.len()),
            (None, _) => {}
        }
    }
    Ok(source.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(source: &str) -> String {
        match uses(source) {
            Err((line, reason)) => format!("{line}: {reason}"),
            Ok(names) => panic!("{source} uses {names:?}"),
        }
    }

    #[test]
    fn what_makes_much_out_of_little_is_refused_before_it_is_run() {
        insta::assert_snapshot!(refused("Hi\n{% for i in range(9999) %}x{% endfor %}"), @"2: A text may use if, elif, else and endif, and not {% for %}.");
        for hostile in [
            "{% set x = 'a' ~ account %}",
            "{%- set x = 1 %}",
            "{%+set x = 1 %}",
            "{% raw %}{% endraw %}",
            "{% macro x() %}{% endmacro %}",
            "{% include 'x' %}",
            "{{ '}}' * 999999999 }}",
            "{{ '\\'}}' * 999999999 }}",
            "{{ [1] * 999999999 }}",
            "{{ {'a': '}}'}.a * 99999 }}",
            "{% if 2 ** 9999 %}{% endif %}",
            "{#- #}{{ 'x' * 999999999 }}",
        ] {
            let _ = refused(hostile);
        }
    }

    #[test]
    fn a_filter_or_function_that_is_not_there_ends_the_rendering() {
        for hostile in [
            "{{ account|indent(999999999) }}",
            "{{ account|replace('a', account) }}",
            "{{ range(100000)|join }}",
            "{{ account.format(1) }}",
            "{{ debug() }}",
        ] {
            assert!(render(hostile, &Facts::sample()).is_err(), "{hostile}");
        }
        assert_eq!(render("{{ account|upper }} * 2", &Facts::sample()).unwrap(), "ACME CORP * 2");
        insta::assert_snapshot!(render("a\n{{ asset }}", &Facts::sample()).unwrap_err().1, @"This fact has parts: write one of them.");
        insta::assert_snapshot!(render("a\n{{ asset.titel }}", &Facts::sample()).unwrap_err().1, @"A fact has no such part. A contact has name and role, a document title and url, a launch and a focus title and date.");
    }

    #[test]
    fn what_comes_of_a_text_is_bounded() {
        let long = Facts { account: Some("a".repeat(MOST)), ..Facts::default() };
        assert!(render("{{ account }}", &long).is_ok());
        assert_eq!(render("{{ account }}.", &long).unwrap_err().1, "The text becomes too long.");
    }

    proptest::proptest! {
        #[test]
        fn any_source_is_read_or_refused(source in "(\\{\\{|\\}\\}|\\{%|%\\}|\\*|'|\"|if|set|account|\\PC){0,40}") {
            let _ = render(&source, &Facts::sample());
        }
    }
}
