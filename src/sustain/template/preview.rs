//! Texts as their readers would get them: one on the workspace's own newest data, and all of them as one page.

use askama::Template as _;
use jiff::Timestamp;

use super::folder::Bad;
use super::texts::Texts;
use super::{Facts, Folder, Rendered, Template, TemplateError, view};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{PartnerId, UserId};
use crate::map::partner::Contact;
use crate::map::store as map;
use crate::store::Tx;
use crate::sustain::draft::{Route, e_mail};
use crate::sustain::facts::{self, Frame, Ground};
use crate::sustain::form::{self, PURPOSES};
use crate::sustain::relevance::Settings;
use crate::sustain::view::said;

/// So many of the newest overlaps are looked through.
const LOOKED_AT: i64 = 200;
/// Of so many that fit, everything is read.
const READ: usize = 10;
/// Columns of the plain page.
const WIDTH: usize = 78;

/// One text, rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// On which facts, and what is made up among them; plain text.
    pub on: String,
    /// The words.
    pub rendered: std::result::Result<Rendered, TemplateError>,
    /// What the relevance check says of them, where nothing is made up; mrkdwn.
    pub check: Option<String>,
}

/// Who looks at a text, and by which rules it is checked.
#[derive(Clone, Copy, Debug)]
pub struct Viewer<'a> {
    /// Speaks where nobody of ours owns the account.
    pub by: &'a UserId,
    /// Texts that stand in files.
    pub folder: &'a Folder,
    /// How hard the relevance check is.
    pub rules: &'a Settings,
}

/// Renders a text on the newest overlap that it fits, of those that `may` be seen.
pub async fn own(
    tx: &mut Tx,
    now: Timestamp,
    viewer: &Viewer<'_>,
    template: &Template,
    may: impl Fn(&PartnerId) -> bool,
) -> Result<Shown> {
    let overlaps = map::overlaps(tx, &map::Filter::default(), LOOKED_AT).await?;
    let mut fitting: Vec<_> = overlaps
        .into_iter()
        .filter(|o| o.gone_at.is_none() && may(&o.partner_id))
        .filter(|o| template.fits(o.our_population, o.their_population))
        .collect();
    fitting.sort_by_key(|o| std::cmp::Reverse(o.last_seen));
    let mut best: Option<(Ground, Option<Contact>)> = None;
    for overlap in fitting.into_iter().take(READ) {
        let ground = match Ground::load(tx, now, viewer.folder, overlap).await {
            Ok(Some(ground)) => ground,
            // Not shared with its partner, or removed at this moment.
            Ok(None) | Err(Error::User(_)) => continue,
            Err(fault) => return Err(fault),
        };
        if !form::is_true_of(template, &ground) {
            continue;
        }
        let reader = ground.contacts.iter().find(|c| template.is_for(c.role)).cloned();
        let found = reader.is_some();
        if found || best.is_none() {
            best = Some((ground, reader));
        }
        if found {
            break;
        }
    }
    Ok(match best {
        Some((ground, reader)) => {
            let mut shown = on_ground(template, &ground, reader.as_ref());
            let whole = reader.filter(|reader| template.missing(&ground.facts(Some(reader))).is_empty());
            if let (Some(reader), Ok(rendered)) = (whole, &shown.rendered) {
                shown.check = Some(checked(tx, now, viewer, template, &ground, &reader, rendered).await?);
            }
            shown
        }
        None => {
            let mut why = "No current overlap fits this template yet.".to_owned();
            if template.needs.iter().any(|need| need == "their_focus") {
                why.push_str(" It needs what the partner focuses on this season, from a check-in.");
            }
            Shown {
                on: format!("{why} What follows is made up."),
                rendered: template.render(&Facts::sample()),
                check: None,
            }
        }
    })
}

fn on_ground(template: &Template, ground: &Ground, reader: Option<&Contact>) -> Shown {
    let mut facts = ground.facts(reader);
    let missing: Vec<&str> = template.missing(&facts);
    let made_up: Vec<&str> =
        missing.iter().filter(|f| **f != "recipient").map(|f| super::facts::words(f)).collect();
    let mut on = format!("{} with {}", ground.overlap.account.name, ground.partner.name);
    match reader {
        Some(contact) => on.push_str(&format!(", to {}.", contact.name)),
        None => on.push_str(". Nobody whom it is written for is on record there, so its reader is made up."),
    }
    if !made_up.is_empty() {
        on.push_str(&format!(" Made up is what the form asks for: {}.", made_up.join(", ")));
    }
    let missing: Vec<String> = missing.into_iter().map(str::to_owned).collect();
    facts.fill_in(&missing);
    Shown { on, rendered: template.render(&facts), check: None }
}

/// What the relevance check would say of a note with these words.
async fn checked(
    tx: &mut Tx,
    now: Timestamp,
    viewer: &Viewer<'_>,
    template: &Template,
    ground: &Ground,
    reader: &Contact,
    rendered: &Rendered,
) -> Result<String> {
    let frame = Frame {
        partner: &ground.partner.id,
        contact: &reader.id,
        account: Some(&ground.overlap.account.id),
        sender: ground.owner_user.as_ref().unwrap_or(viewer.by),
        purpose: template.head.purpose,
        route: Route::ByHand,
        by_hand: template.head.channel,
        settings: viewer.rules,
    };
    let text = match &rendered.subject {
        Some(subject) => e_mail(subject, &rendered.text),
        None => rendered.text.clone(),
    };
    said(&facts::weigh(tx, now, &frame, &text).await?)
}

/// All texts as one page.
#[derive(Debug, askama::Template)]
#[template(path = "sustain/texts.html")]
pub struct Page {
    groups: Vec<(&'static str, Vec<Sheet>)>,
    /// What cannot be used, and why.
    unused: Vec<String>,
    count: usize,
}

/// One text on the page.
#[derive(Debug)]
struct Sheet {
    title: String,
    about: String,
    only: Option<String>,
    subject: Option<String>,
    paragraphs: Vec<String>,
}

impl Page {
    /// The texts on made-up facts.
    pub fn of(texts: &Texts, bad: &[Bad]) -> Self {
        let facts = Facts::sample();
        let mut unused: Vec<String> = bad.iter().map(ToString::to_string).collect();
        let mut groups: Vec<(&'static str, Vec<Sheet>)> =
            PURPOSES.iter().map(|(_, label)| (*label, Vec::new())).collect();
        for (text, template) in texts.offered() {
            let rendered = match template.render(&facts) {
                Ok(rendered) => rendered,
                Err(error) => {
                    unused.push(format!("{}: {error}", text.name));
                    continue;
                }
            };
            let at = PURPOSES.iter().position(|(p, _)| *p == template.head.purpose).unwrap_or_default();
            groups[at].1.push(Sheet {
                title: template.head.title.clone(),
                about: format!("{} · {}, {}", view::about(template), text.name, text.version().words()),
                only: view::only_where(template),
                subject: rendered.subject,
                paragraphs: rendered.text.split("\n\n").map(str::to_owned).collect(),
            });
        }
        groups.retain(|(_, sheets)| !sheets.is_empty());
        let count = groups.iter().map(|(_, sheets)| sheets.len()).sum();
        Self { groups, unused, count }
    }

    /// For a terminal.
    pub fn plain(&self) -> String {
        let wrapped = |text: &str, lead: &str| {
            let options = textwrap::Options::new(WIDTH).initial_indent(lead).subsequent_indent(lead);
            let options = options.break_words(false).word_splitter(textwrap::WordSplitter::NoHyphenation);
            textwrap::fill(text, options)
        };
        let mut lines = vec![format!("{} texts, on made-up facts", self.count)];
        for (purpose, sheets) in &self.groups {
            lines.push(format!("\n{}\n{}", purpose.to_uppercase(), "=".repeat(purpose.chars().count())));
            for sheet in sheets {
                lines.push(format!("\n{}\n{}", sheet.title, wrapped(&sheet.about, "")));
                lines.extend(sheet.only.iter().map(|only| wrapped(only, "")));
                lines.push(String::new());
                lines.extend(sheet.subject.iter().map(|s| wrapped(&format!("Subject: {s}"), "    ") + "\n"));
                let paragraphs: Vec<String> = sheet.paragraphs.iter().map(|p| wrapped(p, "    ")).collect();
                lines.push(paragraphs.join("\n\n"));
            }
        }
        if !self.unused.is_empty() {
            lines.push("\nNOT USED\n========".to_owned());
            lines.extend(self.unused.iter().cloned());
        }
        lines.join("\n")
    }

    /// For a browser and a printer.
    ///
    /// # Errors
    /// When the page cannot be rendered, which is a fault.
    pub fn html(&self) -> Result<String> {
        Ok(self.render()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_reads_as_its_reader_gets_it() {
        insta::assert_snapshot!(Page::of(&Texts::as_shipped(), &[]).plain());
    }

    #[test]
    fn the_page_escapes_what_texts_say_and_names_what_is_not_used() {
        let source = "+++\ntitle = \"<b>T</b>\"\npurpose = \"expansion\"\ngift = \"asset\"\nchannel = \"slack\"\n+++\n\
                      <script>x</script> {{ account }}";
        let template = Template::parse("t", source).unwrap();
        let folder = Folder { texts: vec![std::sync::Arc::new(template)], bad: Vec::new() };
        let bad = Bad { file: "/t/<i>.md".into(), line: 2, reason: "why".to_owned() };
        let page = Page::of(&Texts::of_files(&folder), std::slice::from_ref(&bad));
        let html = page.html().unwrap();
        assert!(!html.contains("<script>") && !html.contains("<b>T") && !html.contains("<i>"), "{html}");
        assert!(html.contains("&#60;script&#62;x") && html.contains("why"), "{html}");
        assert!(page.plain().ends_with("/t/<i>.md:2: why"), "{}", page.plain());
    }
}
