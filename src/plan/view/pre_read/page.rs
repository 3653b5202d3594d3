//! The pre-read as a page: to be read on a phone, and to be printed on A4.

use askama::Template;
use jiff::Zoned;

use super::super::super::pre_read::{Content, PreRead, Stage};
use super::super::super::session::Session;
use super::{because, long_day, motion_words, people, why_now};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::SessionId;
use crate::kernel::text::capital;
use crate::pull::agenda::brief::Brief;

struct Row<'a> {
    place: usize,
    /// Nobody has answered anything about it, on paper or elsewhere.
    unmapped: bool,
    b: &'a Brief,
    motion: String,
    why_now: String,
    because: String,
    deal: String,
    relationship: String,
    theirs: String,
}

#[derive(Template)]
#[template(path = "pages/agenda.html")]
struct Page<'a> {
    title: String,
    c: &'a Content,
    when: String,
    place: &'a str,
    people: String,
    approved: bool,
    lost: String,
    accounts: Vec<Row<'a>>,
    foot: String,
}

/// The path of a session's page.
pub fn path(session: &SessionId) -> String {
    format!("/pages/agenda/{session}")
}

/// The page, on the reader's clock.
pub fn page(session: &Session, p: &PreRead, reader: &Zoned) -> Result<String> {
    let slot = session.stage.slot().ok_or_else(|| Error::fault("a session with a pre-read has no time"))?;
    let local = slot.start.to_zoned(reader.time_zone().clone());
    let zone = reader.time_zone().iana_name().unwrap_or("UTC");
    let c = &p.content;
    let approved = matches!(p.stage, Stage::Approved { .. });
    let page = Page {
        title: format!("Account planning with {}", c.partner),
        c,
        when: format!("{}, {} ({zone})", long_day(local.date()), local.strftime("%H:%M")),
        place: &session.outline.place,
        people: people(c),
        approved,
        lost: c.lost.join(", "),
        accounts: c
            .accounts
            .iter()
            .enumerate()
            .map(|(n, b)| row(n + 1, b, printed(c, b), &c.partner))
            .collect(),
        foot: format!("Version {}, composed on {}.", p.version, long_day(c.on)),
    };
    Ok(page.render()?)
}

/// An account as it stands on paper.
fn printed<'a>(c: &'a Content, b: &'a Brief) -> &'a Brief {
    c.paper.iter().find(|p| p.account == b.account).unwrap_or(b)
}

fn row<'a>(place: usize, full: &Brief, b: &'a Brief, partner: &str) -> Row<'a> {
    let nobody = || "Nobody yet".to_owned();
    Row {
        place,
        unmapped: full.is_unmapped(),
        motion: capital(&motion_words(b.motion, partner)),
        why_now: capital(&why_now(b)),
        because: capital(&because(b)),
        deal: b.deal_owner.clone().unwrap_or_else(nobody),
        relationship: b.relationship_owner.clone().unwrap_or_else(nobody),
        theirs: b.their_owner.clone().unwrap_or_else(|| "Not known: ask them".to_owned()),
        b,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{now, pre_read, session};
    use super::*;

    #[test]
    fn the_whole_page() {
        let mut p = pre_read();
        insta::assert_snapshot!(page(&session(), &p, &now()).unwrap());
        p.stage = Stage::Approved { by: "U0MAYA".into(), at: now().timestamp() };
        assert!(!page(&session(), &p, &now()).unwrap().contains("may still change"));
    }

    #[test]
    fn partners_words_are_text() {
        let html = page(&session(), &pre_read(), &now()).unwrap();
        assert!(html.contains("Globex &#60;Retail&#62; &#38; Sons"), "{html}");
        assert!(!html.contains("<Retail>"));
    }
}
