//! Plays of the sample: one that runs and slipped, one that has shipped, an idea that cannot start; and what each partner
//! said in its last check-in. They are written without a word to anybody.

use jiff::Timestamp;
use jiff::civil::Date;

use super::{Cast, ago};
use crate::kernel::actor::{Actor, Role, Standing};
use crate::kernel::calendar::{Calendars, add_days};
use crate::kernel::error::Result;
use crate::kernel::ids::PlayId;
use crate::kernel::money::Money;
use crate::map::partner::Partner;
use crate::plan::flow::{self, Heard};
use crate::plan::play::{Audience, Kind, Plan, Play, Results, Stage};
use crate::plan::store::{self, Said};
use crate::store::{Tx, audit};

pub(super) async fn fill(tx: &mut Tx, now: Timestamp, cast: &Cast, partners: &[Partner]) -> Result<()> {
    let [northwind, globex, initech] = partners else { return Ok(()) };
    let today = now.to_zoned(cast.zone.clone()).date();
    let first = add_days(today, 12);
    let running = Stage::Running { since: ago(now, 16), first };
    let webinar =
        plan(cast, "Returns webinar", Kind::Webinar, Some("Sam Whitfield"), Some(add_days(first, 7)));
    let webinar = add(tx, now, cast, northwind, webinar, running).await?;
    let because = "Their landing page needs a week more".to_owned();
    let slip = Said::Moved { from: first, to: add_days(first, 7), because };
    store::log_play(tx, &webinar, &slip, &cast.manager, ago(now, 2)).await?;
    let results = Results {
        sent: Some(180),
        replies: Some(21),
        meetings: Some(6),
        pipeline: Some(Money { hundredths: 9_500_000, currency: Some(iso_currency::Currency::USD) }),
    };
    let on = add_days(today, -8);
    let shipped = Stage::Shipped {
        since: ago(now, 40),
        first: on,
        on,
        by: cast.manager.clone(),
        at: ago(now, 8),
        results: Some(results),
    };
    let push = plan(cast, "Calls before renewal", Kind::SdrPush, Some("Milo Tanaka"), Some(on));
    add(tx, now, cast, initech, push, shipped).await?;
    let offer = plan(cast, "Offer to Globex's base", Kind::Offer, None, None);
    add(tx, now, cast, globex, offer, Stage::Idea).await?;
    check_ins(tx, now, cast, [northwind, globex, initech], today).await
}

fn plan(cast: &Cast, title: &str, kind: Kind, theirs: Option<&str>, ship: Option<Date>) -> Plan {
    Plan {
        title: title.to_owned(),
        kind,
        owner: Some(cast.manager.clone()),
        their_owner: theirs.map(str::to_owned),
        sender: None,
        ship,
        zone: cast.zone.iana_name().unwrap_or("UTC").to_owned(),
        check_days: 14,
        audience: Audience::Asks,
    }
}

async fn add(
    tx: &mut Tx,
    now: Timestamp,
    cast: &Cast,
    partner: &Partner,
    plan: Plan,
    stage: Stage,
) -> Result<Play> {
    let play = Play {
        id: PlayId::random(),
        partner_id: partner.id.clone(),
        partner: partner.name.clone(),
        plan,
        stage,
        reminded: None,
        created_by: cast.manager.clone(),
        created_at: ago(now, 40),
        version: 1,
    };
    store::insert_play(tx, &play).await?;
    store::take_targets(tx, &play).await?;
    store::mark_play_reminded(tx, &play, play.today(now)).await?;
    let subject = format!("play:{}", play.id);
    audit::done(tx, play.created_at, cast.manager.as_str(), "play.start", &subject, "sample data");
    Ok(play)
}

async fn check_ins(
    tx: &mut Tx,
    now: Timestamp,
    cast: &Cast,
    partners: [&Partner; 3],
    today: Date,
) -> Result<()> {
    let manager = Actor {
        user: cast.manager.clone(),
        name: cast.manager.to_string(),
        zone: cast.zone.clone(),
        standing: Standing::Member,
        roles: vec![(Role::PartnerManager, None)],
    };
    let said = [
        ("Sam Whitfield", "returns in retail, the Nordics first", 10),
        ("Hanna Weiss", "fewer and larger deals in logistics", 20),
        ("Milo Tanaka", "renewals before the summer", 15),
    ];
    for (partner, (who, focus, days)) in partners.into_iter().zip(said) {
        let heard = Heard {
            on: add_days(today, -days),
            focus: focus.to_owned(),
            until: add_days(today, 56),
            said_by: Some(who.to_owned()),
            notes: None,
            every_days: 28,
        };
        flow::record_check_in(tx, ago(now, days), &manager, partner, 0, heard, &Calendars::default()).await?;
    }
    Ok(())
}
