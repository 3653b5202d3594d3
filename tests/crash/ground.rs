//! What is in the database before the process starts: a set-up team, three notes that wait for approval, a commitment
//! that is due today and a digest that was due a minute ago. So time need not be moved.

use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use tandem::kernel::actor::Role;
use tandem::kernel::ids::{ContactId, PartnerId, UserId};
use tandem::map::flow as map_flow;
use tandem::map::overlap::{Population, Sighting};
use tandem::map::partner::{Contact, ContactRole, Partner};
use tandem::map::store as map;
use tandem::plan::flow::{self as plan_flow, Promise};
use tandem::store::settings::{self, DigestTime, Workspace};
use tandem::store::{Db, Tx, people};
use tandem::sustain::draft::{Route, Seen};
use tandem::sustain::facts::Ground;
use tandem::sustain::flow as sustain_flow;
use tandem::sustain::form::{Composed, Reader};
use tandem::sustain::relevance::{Channel, GiftKind, Level, Purpose, Settings};
use tandem::sustain::template::Folder;

use crate::support::stage::{ALEX, INTAKE, MAYA, OMAR, OPS, SHARED};

/// Partners with their channels; each has one note waiting.
pub const PARTNERS: [(&str, &str); 3] =
    [("Northwind", SHARED), ("Globex", "C0GLOBEX"), ("Initech", "C0INITECH")];

/// Puts it all in.
pub async fn furnish(db: &Db, now: Timestamp) {
    let mut tx = db.begin().await.unwrap();
    set_up(&mut tx, now).await;
    for (name, channel) in PARTNERS {
        let partner = partner(&mut tx, now, name, channel).await;
        note(&mut tx, now, &partner, "Acme").await;
    }
    let partner = map::partner(&mut tx, &PartnerId::from("p-northwind")).await.unwrap().unwrap();
    let (zone, due) = early_afternoon(now);
    let promise = Promise {
        text: "Send the data sheet".into(),
        owner: ALEX.into(),
        theirs: None,
        zone,
        due,
        source: None,
    };
    let logged = now - SignedDuration::from_hours(48);
    plan_flow::commit(&mut tx, logged, &ALEX.into(), &partner, None, promise).await.unwrap();
    tx.commit().await.unwrap();
}

async fn set_up(tx: &mut Tx, now: Timestamp) {
    let due = (now - SignedDuration::from_mins(2)).to_zoned(TimeZone::UTC);
    let workspace = Workspace {
        intake_channel: Some(INTAKE.into()),
        digest_channel: Some(OPS.into()),
        approvals_channel: Some(OPS.into()),
        digest: DigestTime {
            weekday: due.strftime("%a").to_string(),
            time: due.strftime("%H:%M").to_string(),
            zone: "UTC".into(),
        },
        digest_since: Some((now - SignedDuration::from_hours(1)).as_millisecond()),
    };
    settings::save(tx, now, &workspace).await.unwrap();
    let maya = UserId::from(MAYA);
    for (role, holder) in [(Role::Admin, MAYA), (Role::PartnerManager, MAYA), (Role::Operations, OMAR)] {
        people::set_holders(tx, now, &maya, role, &[holder.into()]).await.unwrap();
    }
}

async fn partner(tx: &mut Tx, now: Timestamp, name: &str, channel: &str) -> Partner {
    let partner = Partner {
        id: PartnerId::from(format!("p-{}", name.to_lowercase()).as_str()),
        name: name.into(),
        domain: None,
        manager: Some(MAYA.into()),
        channel: Some(channel.into()),
        refresh_days: 45,
        list_seen_at: Some(now),
        sample: false,
    };
    map::save_partner(tx, now, &partner).await.unwrap();
    partner
}

/// A note to the partner's channel, with its card on the way to the approvers.
pub async fn note(tx: &mut Tx, now: Timestamp, partner: &Partner, account: &str) {
    let seen = Sighting {
        account: format!("{account} {}", partner.name),
        our_population: Some(Population::Customer),
        their_population: Some(Population::Prospect),
        owner: Some(format!("<@{ALEX}>")),
        ..Sighting::default()
    };
    let (overlap, _) = map_flow::add(tx, now, &ALEX.into(), partner, &seen).await.unwrap();
    let reader = Contact {
        // A reader of its own: nobody gets more notes than the relevance check lets pass.
        id: ContactId::random(),
        partner: partner.id.clone(),
        name: "Sam Whitfield".into(),
        role: ContactRole::PartnerRep,
        email: None,
        slack_user: None,
        said_no_to: Vec::new(),
    };
    map::save_contact(tx, now, &reader).await.unwrap();
    let text = format!(
        "Hi Sam, {} is on your prospect list and we know them well. I can introduce you to Dana Reyes, their head of \
         operations, this week.",
        seen.account
    );
    let composed = Composed {
        reader: Reader::Known(reader),
        purpose: Purpose::Expansion,
        gift: GiftKind::Introduction,
        template: "expansion-introduction".into(),
        template_used: None,
        channel: Channel::Slack,
        sender: ALEX.into(),
        route: Route::Channel,
        destination: partner.channel.as_ref().map(ToString::to_string),
        items: Vec::new(),
        facts: Vec::new(),
        text,
    };
    let ground = Ground::load(tx, now, &Folder::default(), overlap).await.unwrap().unwrap();
    let (draft, _) =
        sustain_flow::propose(tx, now, &OMAR.into(), &ground, composed, "Alex Rivera", &Settings::default())
            .await
            .unwrap();
    if draft.note.check.verdict == Level::Block {
        let seen = Seen::read(&draft.value()).unwrap();
        sustain_flow::overrule(tx, now, &MAYA.into(), &seen, "it is what this test sends").await.unwrap();
    }
}

/// A zone in which it is past noon now, whatever the hour, and the date there.
fn early_afternoon(now: Timestamp) -> (String, Date) {
    let ahead = 13 - now.to_zoned(TimeZone::UTC).hour();
    let ahead = if ahead < -12 { ahead + 24 } else { ahead };
    let local = now.to_zoned(TimeZone::fixed(Offset::constant(ahead)));
    // The names of these zones count westwards.
    (format!("Etc/GMT{:+}", -ahead), local.date())
}
