//! What was asked of a partner and answered, and an introduction under way.

use jiff::{Span, Timestamp};

use super::{Cast, ago, asker};
use crate::kernel::error::Result;
use crate::kernel::ids::{AskId, ContactId, IntroductionId};
use crate::map::account::Account;
use crate::map::partner::Partner;
use crate::map::store as map;
use crate::plan::ask::{Answer, Ask, Moved, Stage, Topic};
use crate::plan::introduction::{self, Direction, Introduction};
use crate::plan::outcome::Deal;
use crate::plan::store as plan;
use crate::store::Tx;

/// Writes both, if the partner's people and the account are there.
pub(super) async fn fill(
    tx: &mut Tx,
    now: Timestamp,
    cast: &Cast,
    partner: &Partner,
    account: Option<&Account>,
) -> Result<()> {
    let contacts = map::contacts(tx, &partner.id).await?;
    let dana = contacts.into_iter().find(|c| c.name == "Dana Okafor").map(|c| (c.id, c.name));
    let (Some(account), Some(dana)) = (account, dana) else { return Ok(()) };
    answered(tx, now, cast, partner, account, dana.clone()).await?;
    introduced(tx, now, cast, partner, account, dana).await
}

async fn answered(
    tx: &mut Tx,
    now: Timestamp,
    cast: &Cast,
    partner: &Partner,
    account: &Account,
    contact: (ContactId, String),
) -> Result<()> {
    let moved = |days| Moved { by: cast.manager.clone(), at: ago(now, days) };
    let answer = Answer {
        text: "Yuki Arai runs operations and decides on returns with the COO".to_owned(),
        said_by: Some(contact.clone()),
        said_on: ago(now, 13).to_zoned(cast.zone.clone()).date(),
        by: cast.manager.clone(),
        at: ago(now, 12),
    };
    let ask = Ask {
        id: AskId::random(),
        account_id: account.id.clone(),
        account: account.label(),
        partner_id: partner.id.clone(),
        partner: partner.name.clone(),
        requester: asker(cast),
        asked: vec![cast.manager.clone()],
        topic: Topic::Whom,
        question: "who there decides on returns?".to_owned(),
        why: "their customer".to_owned(),
        link: None,
        contact: Some(contact),
        answers: Vec::new(),
        stage: Stage::Closed {
            came: "we know whom to ask for an hour before the summer".to_owned(),
            deal: Deal::NotMoved,
            moved: Moved { by: asker(cast), ..moved(9) },
        },
        version: 1,
        created_at: ago(now, 14),
    };
    plan::insert_ask(tx, &ask).await?;
    plan::save_ask(tx, &ask, ask.version).await?;
    plan::insert_answer(tx, &ask.id, &answer).await
}

async fn introduced(
    tx: &mut Tx,
    now: Timestamp,
    cast: &Cast,
    partner: &Partner,
    account: &Account,
    contact: (ContactId, String),
) -> Result<()> {
    let today = now.to_zoned(cast.zone.clone()).date();
    let introduction = Introduction {
        id: IntroductionId::random(),
        account_id: account.id.clone(),
        account: account.label(),
        partner_id: partner.id.clone(),
        partner: partner.name.clone(),
        direction: Direction::Received,
        ours: asker(cast),
        theirs: Some(contact),
        whom: "Yuki Arai, Head of Operations".to_owned(),
        due: today.saturating_add(Span::new().days(6)),
        stage: introduction::Stage::Agreed(Moved { by: cast.manager.clone(), at: ago(now, 2) }),
        snoozed_until: None,
        reminded: None,
        escalated: false,
        ask: None,
        session: None,
        created_by: cast.manager.clone(),
        made: None,
        version: 1,
        created_at: ago(now, 2),
    };
    plan::insert_introduction(tx, &introduction).await
}
