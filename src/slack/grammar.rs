//! The one command, `/partner`: noun, then verb. The help and the errors come from this table, and so does the manifest.

use clap::{CommandFactory, Parser, Subcommand};

use crate::kernel::blocks::clip;
use crate::kernel::text::{escape, unescaped};

/// The slash command.
pub const COMMAND: &str = "/partner";

#[derive(Debug, Parser)]
#[command(name = "/partner", no_binary_name = true, disable_help_flag = true, disable_help_subcommand = true)]
struct Line {
    #[command(subcommand)]
    noun: Noun,
}

/// What the command is about.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
#[command(disable_help_flag = true, disable_help_subcommand = true)]
pub enum Noun {
    /// Overlaps with partners: list them, add one, read a list file, review matches
    Overlaps {
        /// What to do; `list` when left out.
        #[command(subcommand)]
        verb: Option<OverlapsVerb>,
    },
    /// The map of an account: who matters, who knows them, what is decided, what is next
    #[command(subcommand_precedence_over_arg = true)]
    Account {
        /// What to do; `show` when left out.
        #[command(subcommand)]
        verb: Option<AccountVerb>,
        /// The name or domain of an account, to show it.
        words: Vec<String>,
    },
    /// Account-planning sessions: ask for one, schedule one, see what is ahead
    Session {
        /// What to do; `list` when left out.
        #[command(subcommand)]
        verb: Option<SessionVerb>,
    },
    /// Sessions in your calendar: files, links, and what calendars show that nobody logged
    Calendar {
        /// What to do; `show` when left out.
        #[command(subcommand)]
        verb: Option<CalendarVerb>,
    },
    /// Commitments: who does what for whom by when
    Commit {
        /// What to do; `list` when left out.
        #[command(subcommand)]
        verb: Option<CommitVerb>,
    },
    /// Introductions: who introduces whom to whom by when
    Intro {
        /// What to do; `list` when left out.
        #[command(subcommand)]
        verb: Option<IntroVerb>,
    },
    /// Ask whoever manages the best-placed partner about an account; see what is asked, answer it
    #[command(subcommand_precedence_over_arg = true)]
    Ask {
        /// What to do; without it, the words are what is asked.
        #[command(subcommand)]
        verb: Option<AskVerb>,
        /// The account, and the question.
        words: Vec<String>,
    },
    /// Plays: campaigns that a partner runs with you, each with owners and a ship date
    Play {
        /// What to do; `list` when left out.
        #[command(subcommand)]
        verb: Option<PlayVerb>,
    },
    /// Notes to partners: draft one, see what waits, the texts they come from
    Draft {
        /// What to do; `list` when left out.
        #[command(subcommand)]
        verb: Option<DraftVerb>,
    },
    /// What notes to partners may draw on: documents, what you shipped, what they shipped
    Library {
        /// What to do; `list` when left out.
        #[command(subcommand)]
        verb: Option<LibraryVerb>,
    },
    /// The weekly triage digest
    Digest {
        /// What to do; `preview` when left out.
        #[command(subcommand)]
        verb: Option<DigestVerb>,
    },
    /// Partners: add one, give instructions, agree on focus lists, say what it may see, add a contact
    Partner {
        /// What to do; `list` when left out.
        #[command(subcommand)]
        verb: Option<PartnerVerb>,
    },
    /// Set up channels, the digest's time and roles
    Setup,
    /// What is connected and what is stuck; who did what
    Status {
        /// What to do; `show` when left out.
        #[command(subcommand)]
        verb: Option<StatusVerb>,
    },
}

/// `/partner overlaps …`
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
#[command(disable_help_flag = true)]
pub enum OverlapsVerb {
    /// Open overlaps; add `new`, `mine`, an account or a partner to narrow it
    List {
        /// `new`, `mine`, or the name of an account or a partner.
        #[arg(value_name = "account, partner, new or mine")]
        words: Vec<String>,
    },
    /// Add one in a form
    Add {
        /// What is known already, as in a message.
        #[arg(value_name = "account with partner")]
        words: Vec<String>,
    },
    /// How to read in a CSV, TSV or XLSX list
    Import,
    /// Pairs of accounts that may be one, one after the other
    Review,
    /// What each kind of overlap suggests, for admins
    Kinds,
}

/// `/partner account …`
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
#[command(disable_help_flag = true)]
pub enum AccountVerb {
    /// The map of one account; alone, your accounts
    Show {
        /// Its name or domain.
        #[arg(value_name = "account")]
        words: Vec<String>,
    },
    /// Who reaches out, who introduces, who stays out of the way, and why
    Decide {
        /// Its name or domain.
        #[arg(value_name = "account")]
        words: Vec<String>,
    },
    /// Open the account's room: a thread under a live card, or say where it is
    Room {
        /// Its name or domain.
        #[arg(value_name = "account")]
        words: Vec<String>,
    },
    /// All that happened on an account, as a CSV file for you
    History {
        /// Its name or domain.
        #[arg(value_name = "account")]
        words: Vec<String>,
    },
    /// Walk through the focus accounts, one click each
    Review,
}

/// `/partner session …`
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
#[command(disable_help_flag = true)]
pub enum SessionVerb {
    /// Ask the partner's manager for a session
    Request {
        /// `acme with northwind by friday`
        #[arg(value_name = "account with partner by date")]
        words: Vec<String>,
    },
    /// Set one up in a form: accounts, time, who comes
    Schedule {
        /// `acme, globex with northwind on thursday`
        #[arg(value_name = "accounts with partner on date")]
        words: Vec<String>,
    },
    /// The agenda of the next session: with a partner, about an account, or yours
    Agenda {
        /// The partner or an account.
        #[arg(value_name = "partner or account")]
        words: Vec<String>,
    },
    /// Log what came of a session that is over
    Log {
        /// The partner or an account.
        #[arg(value_name = "partner or account")]
        words: Vec<String>,
    },
    /// What is proposed, ahead and past, and what was asked for
    List,
}

/// `/partner calendar …`
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
#[command(disable_help_flag = true)]
pub enum CalendarVerb {
    /// Your sessions, your links, and the calendars that are read
    Show,
    /// An address that your calendar subscribes to: your sessions, or those with a partner
    Link {
        /// The partner's name; your own sessions without it.
        #[arg(value_name = "partner")]
        words: Vec<String>,
    },
}

/// `/partner commit …`
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
#[command(disable_help_flag = true)]
pub enum CommitVerb {
    /// Log a commitment
    Add {
        /// `"send the case study" to northwind by 12 dec @colleague`
        #[arg(value_name = "\"what\" to partner by date @owner")]
        words: Vec<String>,
    },
    /// Open commitments
    List {
        /// `mine` or `late`.
        #[arg(value_name = "mine or late")]
        which: Option<String>,
    },
    /// Your own
    Mine,
    /// Those past their date
    Late,
    /// What you owe and what you are owed
    Owed,
}

/// `/partner intro …`
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
#[command(disable_help_flag = true)]
pub enum IntroVerb {
    /// Log an introduction that is asked for, by the partner or by one of ours
    Add {
        /// `acme with northwind by friday`
        #[arg(value_name = "account with partner by date")]
        words: Vec<String>,
    },
    /// Those under way
    List,
    /// Those that you are in
    Mine,
}

/// `/partner ask …`
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
#[command(disable_help_flag = true)]
pub enum AskVerb {
    /// What was asked and how it stands
    List,
    /// Answer what waits for you
    Answer {
        /// The account, where several wait.
        #[arg(value_name = "account")]
        words: Vec<String>,
    },
}

/// `/partner play …`
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
#[command(disable_help_flag = true)]
pub enum PlayVerb {
    /// Start one in a form
    Start {
        /// `"Returns webinar" with northwind`
        #[arg(value_name = "\"name\" with partner")]
        words: Vec<String>,
    },
    /// Those that run, the ideas, and the page with all dates
    List,
    /// Say that one has shipped, and what came of it
    Ship {
        /// The play's name.
        #[arg(value_name = "name")]
        words: Vec<String>,
    },
}

/// `/partner draft …`
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
#[command(disable_help_flag = true)]
pub enum DraftVerb {
    /// Draft a note to a partner
    New {
        /// The partner or the account that it is about, or both: `acme with northwind`.
        #[arg(value_name = "partner or account")]
        words: Vec<String>,
    },
    /// Notes that wait for a decision
    List,
    /// The texts that notes are drafted from: edit, add, disable, preview
    Templates {
        /// A purpose, or part of a title.
        #[arg(value_name = "purpose or title")]
        words: Vec<String>,
    },
}

/// `/partner library …`
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
#[command(disable_help_flag = true)]
pub enum LibraryVerb {
    /// All of it, newest first, with where each comes from
    List,
    /// What notes to one partner may draw on today
    For {
        /// The partner's name.
        #[arg(value_name = "partner")]
        words: Vec<String>,
    },
    /// Add to it in a form
    Add {
        /// Its title.
        #[arg(value_name = "title")]
        words: Vec<String>,
    },
    /// Take something out: no note draws on it any more
    Retract {
        /// Its title.
        #[arg(value_name = "title")]
        words: Vec<String>,
    },
}

/// `/partner digest …`
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
#[command(disable_help_flag = true)]
pub enum DigestVerb {
    /// The digest as it would be posted now, for your eyes only
    Preview,
    /// When and where it is posted
    Settings,
    /// How much amount, trust, age and the rest count; shows what other weights would change
    Weights,
}

/// `/partner partner …`
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
#[command(disable_help_flag = true)]
pub enum PartnerVerb {
    /// All of them with their counts
    List,
    /// Add a partner
    Add {
        /// Its name.
        #[arg(value_name = "name")]
        words: Vec<String>,
    },
    /// One partner: list age, channel, contacts, overlaps
    Show {
        /// Its name.
        #[arg(value_name = "name")]
        words: Vec<String>,
    },
    /// The few accounts that you and the partner work on, for both sides
    Focus {
        /// The partner's name.
        #[arg(value_name = "partner")]
        words: Vec<String>,
    },
    /// What a partner, or one to be, would bring: counts by kind, and what of ours they cover
    Fit {
        /// The partner's name.
        #[arg(value_name = "partner")]
        words: Vec<String>,
    },
    /// What you gave and what you asked for, and what you could give next
    Ledger {
        /// The partner's name.
        #[arg(value_name = "partner")]
        words: Vec<String>,
    },
    /// Record a check-in: what they focus on this season
    CheckIn {
        /// The partner's name.
        #[arg(value_name = "partner")]
        words: Vec<String>,
    },
    /// What counts with a partner, how often to meet, what never to mention
    Instructions {
        /// The partner's name.
        #[arg(value_name = "partner")]
        words: Vec<String>,
    },
    /// What the partner may see of your overlaps with it
    Sharing {
        /// The partner's name.
        #[arg(value_name = "partner")]
        words: Vec<String>,
    },
    /// Add a person at a partner
    Contact {
        /// The partner's name.
        #[arg(value_name = "partner")]
        words: Vec<String>,
    },
}

/// `/partner status …`
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
#[command(disable_help_flag = true)]
pub enum StatusVerb {
    /// What is connected, what waits, what is stuck
    Show,
    /// Who did what to what and when, for admins
    Audit,
}

/// Reads what stands behind `/partner`. `Err` is the usage or what was wrong, as mrkdwn for the user.
pub fn parse(text: &str) -> Result<Noun, String> {
    let plain = text.replace(['“', '”', '„', '«', '»'], "\"").replace(['‘', '’'], "'");
    let words: Vec<String> = words(&plain).into_iter().map(as_typed).collect();
    let lowered: Vec<String> =
        words.iter().enumerate().map(|(i, w)| if i < 2 { w.to_lowercase() } else { w.clone() }).collect();
    if lowered.first().is_none_or(|w| matches!(w.as_str(), "help" | "?" | "-h" | "--help")) {
        return Err(usage());
    }
    // After noun and verb, words are the user's own: a dash in front of one is no flag.
    let mut line: Vec<String> = lowered.iter().take(2).cloned().collect();
    if lowered.len() > 2 {
        line.push("--".to_owned());
        line.extend(lowered.iter().skip(2).cloned());
    }
    Line::try_parse_from(&line).map(|l| l.noun).map_err(|e| misread(&lowered, &e))
}

/// Splits at blanks and keeps together what stands between double quotes. Not a shell: in `Sam's deck`, `#12` and
/// `C:\docs` every character is the writer's own, and so is a quote that nothing closes.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let quoted = rest.strip_prefix('"').and_then(|r| r.split_once('"'));
        rest = match quoted {
            Some((inside, after)) => {
                words.push(inside.trim().to_owned());
                after.trim_start()
            }
            None => {
                let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
                words.push(rest[..end].to_owned());
                rest[end..].trim_start()
            }
        };
    }
    words.retain(|w| !w.is_empty());
    words
}

/// Slack escapes what people type; what it wraps itself (mentions and links) stays as it is.
fn as_typed(word: String) -> String {
    if word.starts_with('<') { word } else { unescaped(&word) }
}

fn misread(words: &[String], error: &clap::Error) -> String {
    let typed = escape(&clip(&words.iter().take(2).cloned().collect::<Vec<_>>().join(" "), 60));
    let suggestion = error.get(clap::error::ContextKind::SuggestedSubcommand).and_then(|value| match value {
        clap::error::ContextValue::Strings(all) => all.first().cloned(),
        clap::error::ContextValue::String(one) => Some(one.clone()),
        _ => None,
    });
    let command = Line::command();
    let known = words.first().and_then(|noun| command.find_subcommand(noun).map(|c| c.get_name().to_owned()));
    let verb_known = known.as_ref().and_then(|noun| command.find_subcommand(noun)).is_some_and(|noun| {
        noun.get_subcommands().next().is_none()
            || words.get(1).is_some_and(|verb| noun.find_subcommand(verb).is_some())
    });
    match (known, suggestion) {
        (Some(noun), _) if verb_known => {
            let verb =
                words.get(1).filter(|_| command.find_subcommand(&noun).is_some_and(|n| n.has_subcommands()));
            let whole = verb.map_or_else(|| noun.clone(), |verb| format!("{noun} {verb}"));
            format!("`{COMMAND} {whole}` takes no more words. Send it alone.")
        }
        (Some(noun), Some(verb)) => {
            format!("I don't know `{COMMAND} {typed}`. Did you mean `{COMMAND} {noun} {verb}`?")
        }
        (None, Some(noun)) => format!("I don't know `{COMMAND} {typed}`. Did you mean `{COMMAND} {noun}`?"),
        (Some(noun), None) => {
            format!("I don't know `{COMMAND} {typed}`. You can say:\n{}", verbs(&command, &noun))
        }
        (None, None) => format!("I don't know `{COMMAND} {typed}`.\n{}", usage()),
    }
}

/// Every noun with its verbs, as mrkdwn.
pub fn usage() -> String {
    let command = Line::command();
    let nouns: Vec<String> = command
        .get_subcommands()
        .map(|noun| {
            let verbs: Vec<&str> = noun.get_subcommands().map(clap::Command::get_name).collect();
            let about = noun.get_about().map(ToString::to_string).unwrap_or_default();
            let verbs = if verbs.is_empty() { String::new() } else { format!(" {}", verbs.join(" | ")) };
            format!("`{COMMAND} {}{verbs}`  {about}", noun.get_name())
        })
        .collect();
    format!(
        "*What you can say*\n{}\nEverything that changes something is also a button, a shortcut on a message, or on the Home tab.",
        nouns.join("\n")
    )
}

fn verbs(command: &clap::Command, noun: &str) -> String {
    let Some(noun) = command.find_subcommand(noun) else { return usage() };
    noun.get_subcommands()
        .map(|verb| {
            let about = verb.get_about().map(ToString::to_string).unwrap_or_default();
            let args: Vec<String> = verb
                .get_arguments()
                .filter_map(|a| {
                    a.get_value_names().and_then(|n| n.first()).map(|n| format!(" {}", n.as_str()))
                })
                .collect();
            format!("`{COMMAND} {} {}{}`  {about}", noun.get_name(), verb.get_name(), args.concat())
        })
        .collect::<Vec<_>>()
        .join("\n")
}

/// Nouns and verbs, for the manifest's usage hint.
pub fn hint() -> String {
    let command = Line::command();
    command.get_subcommands().map(clap::Command::get_name).collect::<Vec<_>>().join(" | ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noun_and_verb_are_read_whatever_their_case() {
        assert_eq!(parse("Status"), Ok(Noun::Status { verb: None }));
        assert_eq!(parse("status audit"), Ok(Noun::Status { verb: Some(StatusVerb::Audit) }));
        assert_eq!(
            parse("commit ADD “send the case study” to Northwind by 12 dec <@U1>"),
            Ok(Noun::Commit {
                verb: Some(CommitVerb::Add {
                    words: ["send the case study", "to", "Northwind", "by", "12", "dec", "<@U1>"]
                        .map(str::to_owned)
                        .to_vec()
                })
            })
        );
        assert_eq!(parse("overlaps"), Ok(Noun::Overlaps { verb: None }));
    }

    #[test]
    fn an_account_is_shown_with_the_verb_and_without() {
        let words = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
        let show = |all: &[&str]| Noun::Account {
            verb: Some(AccountVerb::Show { words: words(all) }),
            words: vec![],
        };
        assert_eq!(parse("account show Acme Corp"), Ok(show(&["Acme", "Corp"])));
        assert_eq!(
            parse("account acme Corp"),
            Ok(Noun::Account { verb: None, words: words(&["acme", "Corp"]) })
        );
        assert_eq!(parse("account acme.com"), Ok(Noun::Account { verb: None, words: words(&["acme.com"]) }));
        assert_eq!(parse("account"), Ok(Noun::Account { verb: None, words: vec![] }));
        assert_eq!(
            parse("account review"),
            Ok(Noun::Account { verb: Some(AccountVerb::Review), words: vec![] })
        );
        insta::assert_snapshot!(parse("account review now").unwrap_err(), @"`/partner account review` takes no more words. Send it alone.");
    }

    #[test]
    fn what_slack_escaped_is_read_as_it_was_typed() {
        let words = ["Smith", "&", "Sons", "<b>", "<https://a.com/?a=1&amp;b=2|a.com>"];
        assert_eq!(
            parse("partner show Smith &amp; Sons &lt;b&gt; <https://a.com/?a=1&amp;b=2|a.com>"),
            Ok(Noun::Partner { verb: Some(PartnerVerb::Show { words: words.map(str::to_owned).to_vec() }) })
        );
    }

    #[test]
    fn the_tail_is_not_read_as_a_shell_would() {
        assert_eq!(
            words("fix Sam's #12 \"for Ann's team\" don't"),
            ["fix", "Sam's", "#12", "for Ann's team", "don't"]
        );
        assert_eq!(words("a \"never closed"), ["a", "\"never", "closed"]);
    }

    #[test]
    fn help_comes_from_the_table() {
        insta::assert_snapshot!(parse("").unwrap_err(), @r"
        *What you can say*
        `/partner overlaps list | add | import | review | kinds`  Overlaps with partners: list them, add one, read a list file, review matches
        `/partner account show | decide | room | history | review`  The map of an account: who matters, who knows them, what is decided, what is next
        `/partner session request | schedule | agenda | log | list`  Account-planning sessions: ask for one, schedule one, see what is ahead
        `/partner calendar show | link`  Sessions in your calendar: files, links, and what calendars show that nobody logged
        `/partner commit add | list | mine | late | owed`  Commitments: who does what for whom by when
        `/partner intro add | list | mine`  Introductions: who introduces whom to whom by when
        `/partner ask list | answer`  Ask whoever manages the best-placed partner about an account; see what is asked, answer it
        `/partner play start | list | ship`  Plays: campaigns that a partner runs with you, each with owners and a ship date
        `/partner draft new | list | templates`  Notes to partners: draft one, see what waits, the texts they come from
        `/partner library list | for | add | retract`  What notes to partners may draw on: documents, what you shipped, what they shipped
        `/partner digest preview | settings | weights`  The weekly triage digest
        `/partner partner list | add | show | focus | fit | ledger | check-in | instructions | sharing | contact`  Partners: add one, give instructions, agree on focus lists, say what it may see, add a contact
        `/partner setup`  Set up channels, the digest's time and roles
        `/partner status show | audit`  What is connected and what is stuck; who did what
        Everything that changes something is also a button, a shortcut on a message, or on the Home tab.
        ");
        insta::assert_snapshot!(parse("overlap").unwrap_err(), @"I don't know `/partner overlap`. Did you mean `/partner overlaps`?");
        insta::assert_snapshot!(parse("commit sned").unwrap_err(), @r#"
        I don't know `/partner commit sned`. You can say:
        `/partner commit add "what" to partner by date @owner`  Log a commitment
        `/partner commit list mine or late`  Open commitments
        `/partner commit mine`  Your own
        `/partner commit late`  Those past their date
        `/partner commit owed`  What you owe and what you are owed
        "#);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_answered(text in ".{0,200}") {
            let _ = parse(&text);
        }
    }
}
