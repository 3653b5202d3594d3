//! The form for a text, and a text as its reader would get it.

use serde_json::{Value, json};

use super::super::facts::FACTS;
use super::super::preview::Shown;
use super::super::texts::Text;
use super::super::{ENGLISH, Head, LONGEST, LONGEST_NAME, LONGEST_SUBJECT, LONGEST_TITLE, Template};
use super::{CHANNELS, about, action, field, name_of, only_where};
use crate::kernel::blocks;
use crate::kernel::text::{capital, escape};
use crate::map::overlap::Population;
use crate::map::partner::ContactRole;
use crate::sustain::form::{GIFTS, PURPOSES};
use crate::sustain::relevance::Channel;
use crate::sustain::view::{QUOTE, sections};

/// The form: of a text that is there, or for a new one.
pub fn form(metadata: &Value, text: Option<(&Text, &Template)>) -> Value {
    let template = text.map(|(_, template)| template);
    let mut rows = Vec::new();
    if template.is_none() {
        let name = limited(blocks::text_input(field::NAME, "expansion-webinar", None, false), LONGEST_NAME);
        let hint = "Lower case letters, digits and dashes. It stays.";
        rows.push(blocks::input("Name", name, Some(hint), false));
    }
    rows.extend(head_rows(template.map(|t| &t.head)));
    let body = blocks::text_input(field::TEXT, "", template.map(Template::body), true);
    let hint = "Facts stand in double braces, such as {{ account }} or {{ our_contact.name }}. A note is only drafted when all of them are known.";
    rows.push(blocks::input("Text", limited(body, LONGEST), Some(hint), false));
    rows.push(blocks::context(&format!("Facts: {}.", FACTS.join(", "))));
    match text {
        Some(_) => blocks::modal(action::EDIT, "Edit a template", Some("Save"), metadata, rows),
        None => blocks::modal(action::ADD, "Add a template", Some("Add"), metadata, rows),
    }
}

fn limited(mut element: Value, most: usize) -> Value {
    element["max_length"] = json!(most);
    element
}

/// What a text says of itself.
fn head_rows(head: Option<&Head>) -> Vec<Value> {
    let line = |id: &str, example: &str, said: Option<&str>, most: usize| {
        limited(blocks::text_input(id, example, said, false), most)
    };
    let select = |id: &str, label: &str, all: Vec<Value>, chosen: Option<String>| {
        blocks::input(label, blocks::select(id, label, &all, chosen.as_deref()), None, false)
    };
    let title = head.map(|h| h.title.as_str());
    let title = line(field::TITLE, "A webinar for a shared customer", title, LONGEST_TITLE);
    let purposes = PURPOSES.iter().map(|(p, label)| blocks::choice(label, &name_of(p))).collect();
    let gifts = GIFTS.iter().map(|(g, label)| blocks::choice(label, &name_of(g))).collect();
    let channels = CHANNELS.iter().map(|(c, label)| blocks::choice(label, &name_of(c))).collect();
    let channel = head.map_or(Channel::Slack, |h| h.channel);
    let subject = head.and_then(|h| h.subject.as_deref());
    let subject = line(field::SUBJECT, "{{ account }}, next week", subject, LONGEST_SUBJECT);
    let roles: Vec<Value> = ContactRole::ALL.iter().map(|(_, id, words)| blocks::choice(words, id)).collect();
    let chosen: Vec<String> =
        head.map(|h| h.persona.iter().map(|r| r.as_str().to_owned()).collect()).unwrap_or_default();
    let persona = blocks::multi_select(field::PERSONA, "Anyone", &roles, &chosen);
    let ours = populations(field::OURS, head.map_or(&[], |h| &h.ours));
    let theirs = populations(field::THEIRS, head.map_or(&[], |h| &h.theirs));
    let language = head.map_or(ENGLISH, |h| h.language.as_str());
    let language = blocks::text_input(field::LANGUAGE, ENGLISH, Some(language), false);
    vec![
        blocks::input("Title", title, None, false),
        select(field::PURPOSE, "Purpose", purposes, head.map(|h| name_of(&h.purpose))),
        select(field::GIFT, "Gift", gifts, head.map(|h| name_of(&h.gift))),
        select(field::CHANNEL, "Channel", channels, Some(name_of(&channel))),
        blocks::input("Subject", subject, Some("What an e-mail is about. Leave it out otherwise."), true),
        blocks::input("Written for", persona, Some("Nobody chosen: for anyone."), true),
        blocks::input(
            "Our side",
            ours,
            Some("Offered only where the account is this to us. Nothing chosen: whatever it is."),
            true,
        ),
        blocks::input("Their side", theirs, Some("And this to the partner."), true),
        blocks::input("Language", language, None, false),
    ]
}

/// What an account can be; none chosen: whatever it is.
fn populations(id: &str, chosen: &[Population]) -> Value {
    let all: Vec<Value> = Population::ALL.map(|p| blocks::choice(&capital(p.words()), p.as_str())).into();
    let chosen: Vec<String> = chosen.iter().map(|p| p.as_str().to_owned()).collect();
    blocks::multi_select(id, "Whatever it is", &all, &chosen)
}

/// A text as its reader would get it.
pub fn preview(template: &Template, shown: &Shown) -> Value {
    let head = format!("*{}*\n{}", escape(&template.head.title), escape(&about(template)));
    let mut rows = vec![blocks::section(&head)];
    rows.extend(only_where(template).map(|only| blocks::context(&escape(&only))));
    rows.push(blocks::context(&escape(&shown.on)));
    match &shown.rendered {
        Ok(rendered) => {
            rows.extend(
                rendered.subject.as_ref().map(|s| blocks::section(&format!("*Subject:* {}", escape(s)))),
            );
            rows.extend(sections(&rendered.text, QUOTE));
            rows.extend(shown.check.as_deref().map(blocks::context));
        }
        Err(error) => rows.push(blocks::section(&escape(&error.to_string()))),
    }
    let mut view = blocks::modal(action::PREVIEW, "As its reader sees it", None, &json!({}), rows);
    view["close"] = blocks::plain("Close");
    view
}

#[cfg(test)]
mod tests {
    use super::super::super::texts::Texts;
    use super::*;

    #[test]
    fn a_form_keeps_to_what_slack_takes() {
        let texts = Texts::as_shipped();
        for (text, template) in texts.offered() {
            let view = form(&json!({"id": text.name, "version": 0}), Some((text, template)));
            let checked = slackblocks::ModalView::try_from(view.clone());
            assert!(checked.is_ok(), "{view}");
        }
    }
}
