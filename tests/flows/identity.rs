//! Only a current member of the home workspace with the role may decide; every refusal is in the audit log.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};
use tandem::delivery::envelope::FrontDoor;
use tandem::kernel::actor::{Right, Role};
use tandem::sandbox::{Fault, World};
use tandem::slack::bot::guard::{Need, TABLE};
use tandem::slack::decode::{self, Decoded};
use tandem::slack::manifest::SHORTCUTS;
use tandem::sql_value;
use tandem::store::{installation, people};

use super::drafts::{card, ground, propose};
use crate::support::stage::{ALEX, INTAKE, MAYA, OPS, SAM, SHARED, Stage};

crate::flows!(
    every_control_is_for_those_who_have_the_right,
    only_a_current_member_of_the_home_workspace_gets_through,
    who_slack_does_not_name_now_is_refused_for_now,
    a_refusal_of_ours_takes_nobody_out,
    an_organisations_member_may_act_from_any_of_its_workspaces,
    a_guest_adds_nothing_by_writing,
    what_is_internal_is_not_told_to_who_left,
    what_was_told_is_not_brought_up_to_date_for_who_left,
    a_strangers_mention_is_answered_with_nothing,
    a_partners_manager_decides_on_that_partner,
);

const HOME: &str = "T0MERIDIAN";
const THEIRS: &str = "T0NORTHWIND";

/// The ways in by which somebody acts.
#[derive(Clone, Copy, Debug)]
enum By {
    Command,
    Click,
    Form,
    Shortcut,
}

const WAYS: [By; 4] = [By::Command, By::Click, By::Form, By::Shortcut];

/// Who acts, as Slack's payload says it.
#[derive(Clone, Copy)]
struct Says<'a> {
    user: &'a str,
    /// `team.id`, or `team: null`.
    team: Option<&'a str>,
    /// `user.team_id`.
    of: Option<&'a str>,
    /// `view.app_installed_team_id`.
    installed: Option<&'a str>,
    org_wide: bool,
}

impl<'a> Says<'a> {
    fn of(user: &'a str, team: &'a str) -> Self {
        Self { user, team: Some(team), of: Some(team), installed: None, org_wide: false }
    }

    fn payload(&self, by: By, what: &str) -> Value {
        let mut user = json!({"id": self.user, "name": "somebody"});
        if let Some(team) = self.of {
            user["team_id"] = json!(team);
        }
        let trigger = format!("1.2.{:032x}", rand_id());
        let mut all = json!({
            "user": user, "team": self.team.map(|id| json!({"id": id, "domain": "x"})), "trigger_id": trigger,
            "api_app_id": "A0TANDEM", "is_enterprise_install": self.org_wide,
            "channel": {"id": INTAKE, "name": "partner-overlaps"},
        });
        match by {
            By::Command => {
                all = json!({"command": "/partner", "text": what, "user_id": self.user, "channel_id": INTAKE,
                    "trigger_id": trigger, "is_enterprise_install": self.org_wide.to_string()});
                if let Some(team) = self.of.or(self.team) {
                    all["team_id"] = json!(team);
                }
            }
            By::Click => {
                all["type"] = json!("block_actions");
                all["container"] = json!({"type": "message", "channel_id": INTAKE, "message_ts": "1.1"});
                all["actions"] =
                    json!([{"action_id": what, "block_id": "b", "type": "button", "value": "none:1"}]);
            }
            By::Form => {
                all["type"] = json!("view_submission");
                all["view"] = json!({"id": format!("V{:032x}", rand_id()), "type": "modal", "callback_id": what, "state": {"values": {}},
                    "private_metadata": json!({"channel": INTAKE, "id": "none", "version": 1}).to_string()});
            }
            By::Shortcut => {
                all["type"] = json!("message_action");
                all["callback_id"] = json!(what);
                all["message"] = json!({"type": "message", "ts": "1.1", "text": "Acme", "user": MAYA});
            }
        }
        if let Some(team) = self.installed {
            all["view"]["app_installed_team_id"] = json!(team);
        }
        all
    }
}

fn rand_id() -> u128 {
    rand::random()
}

/// Hands it in behind the check of Slack's signature.
async fn send(stage: &Stage, payload: &Value) {
    match decode::json(payload.to_string(), None) {
        Decoded::Envelope(envelope) => stage.bot.accept(envelope).await.unwrap(),
        other => panic!("{other:?}"),
    }
}

async fn refusals(stage: &Stage, user: &str, what: &str) -> i64 {
    refusals_after(stage, 0, user, what).await
}

async fn refusals_after(stage: &Stage, seq: i64, user: &str, what: &str) -> i64 {
    let mut tx = stage.db.read().await.unwrap();
    let sql =
        "SELECT COUNT(*) FROM audit WHERE seq > $1 AND actor = $2 AND action = $3 AND outcome = 'refused'";
    sql_value!(&mut tx, i64, sql, seq, user, what).unwrap()
}

/// The newest entry of the log, to count from.
async fn newest_entry(stage: &Stage) -> i64 {
    let mut tx = stage.db.read().await.unwrap();
    sql_value!(&mut tx, i64, "SELECT COALESCE(MAX(seq), 0) FROM audit").unwrap()
}

fn right(need: Need) -> Right {
    match need {
        Need::Right(right) => right,
        // There is an admin already.
        Need::SetUp => Right::Administer,
    }
}

const COMMANDS: [(&str, Right); 20] = [
    ("overlaps list", Right::Contribute),
    ("overlaps add", Right::Contribute),
    ("overlaps import", Right::Contribute),
    ("session request", Right::Contribute),
    ("session list", Right::Contribute),
    ("commit add", Right::Contribute),
    ("commit mine", Right::Contribute),
    ("commit owed", Right::Contribute),
    ("intro list", Right::Contribute),
    ("ask list", Right::Contribute),
    ("draft new", Right::Triage),
    ("draft list", Right::Triage),
    ("digest preview", Right::Contribute),
    ("digest settings", Right::Administer),
    ("digest weights", Right::Triage),
    ("partner list", Right::Contribute),
    ("partner add", Right::Administer),
    ("partner contact northwind", Right::Triage),
    ("partner check-in northwind", Right::Triage),
    ("play list", Right::Contribute),
    ("play start", Right::Triage),
    ("partner ledger northwind", Right::Contribute),
    ("setup", Right::Administer),
    ("status", Right::Contribute),
];

/// The rule is the same in front of both databases and takes hundreds of clicks a role: on Postgres, of the role with the
/// fewest rights.
async fn every_control_is_for_those_who_have_the_right(stage: Stage) {
    let roles = if stage.db.name() == "SQLite" { Role::ALL.as_slice() } else { &[Role::Rep] };
    for &role in roles {
        let now = stage.clock.now();
        let before = newest_entry(&stage).await;
        let mut tx = stage.db.begin().await.unwrap();
        for other in Role::ALL {
            let mut holders = vec![MAYA.into()];
            holders.extend((other == role).then(|| ALEX.into()));
            people::set_holders(&mut tx, now, &MAYA.into(), other, &holders).await.unwrap();
        }
        tx.commit().await.unwrap();
        let mut expected = Vec::new();
        let alex = Says::of(ALEX, HOME);
        for &(id, need) in TABLE {
            let holds = right(need).held_by().contains(&role);
            send(&stage, &alex.payload(By::Click, id)).await;
            let mut times = i64::from(!holds);
            if !holds {
                // Who has the right would change something by an empty form.
                send(&stage, &alex.payload(By::Form, id)).await;
                times += 1;
            }
            if SHORTCUTS.iter().any(|(callback, ..)| *callback == id) {
                send(&stage, &alex.payload(By::Shortcut, id)).await;
                times += i64::from(!holds);
            }
            expected.push((id, times));
        }
        for (text, right) in COMMANDS {
            send(&stage, &alex.payload(By::Command, text)).await;
            expected.push((text, i64::from(!right.held_by().contains(&role))));
        }
        stage.settle().await;
        for (what, times) in expected {
            assert_eq!(
                refusals_after(&stage, before, ALEX, what).await,
                times,
                "{what} by a {}",
                role.words()
            );
        }
    }
    stage.end().await;
}

async fn only_a_current_member_of_the_home_workspace_gets_through(stage: Stage) {
    let plain = Says::of(ALEX, HOME);
    let cells: [(&str, Says<'_>, Value, bool); 15] = [
        ("a member", plain, json!({}), true),
        ("a member in a view of ours", Says { installed: Some(HOME), ..plain }, json!({}), true),
        ("a view of another installation", Says { installed: Some(THEIRS), ..plain }, json!({}), false),
        ("a guest", plain, json!({"is_restricted": true}), false),
        ("a guest of one channel", plain, json!({"is_ultra_restricted": true}), false),
        ("a deactivated account", plain, json!({"deleted": true}), false),
        ("a bot", plain, json!({"is_bot": true}), false),
        ("a workflow", plain, json!({"is_workflow_bot": true}), false),
        ("a stranger", plain, json!({"is_stranger": true}), false),
        ("somebody who moved to another team", plain, json!({"team_id": THEIRS}), false),
        ("somebody without a team", plain, json!({"team_id": null}), false),
        ("a member by users.info, another's by the payload", Says::of(ALEX, THEIRS), json!({}), false),
        ("a payload without a team", Says { team: None, of: None, ..plain }, json!({}), false),
        ("a partner's user", Says::of(SAM, THEIRS), json!({}), false),
        ("a partner's user with our team in the payload", Says::of(SAM, HOME), json!({}), false),
    ];
    for (who, says, traits, passes) in cells {
        stage.sandbox.describe(says.user, traits);
        for by in WAYS {
            if says.installed.is_some() && !matches!(by, By::Click | By::Form) {
                continue;
            }
            let what = match by {
                By::Command => "status",
                By::Click => "digest.preview",
                By::Form | By::Shortcut => "overlap.add",
            };
            let before = refusals(&stage, says.user, what).await;
            send(&stage, &says.payload(by, what)).await;
            stage.settle().await;
            let refused = refusals(&stage, says.user, what).await - before;
            assert_eq!(refused, i64::from(!passes), "{who}, {by:?}");
        }
    }
    send(&stage, &Says::of("U0NOBODY", HOME).payload(By::Click, "digest.preview")).await;
    stage.settle().await;
    assert_eq!(refusals(&stage, "U0NOBODY", "digest.preview").await, 1, "nobody whom Slack knows");
}

async fn who_slack_does_not_name_now_is_refused_for_now(stage: Stage) {
    let alex = Says::of(ALEX, HOME);
    stage.sandbox.script("users.info", Fault::Status(503), 1);
    send(&stage, &alex.payload(By::Click, "digest.preview")).await;
    stage.settle().await;
    assert_eq!(
        stage.last_private(ALEX),
        "Slack does not say who you are right now, so nothing was changed. Try again in a minute."
    );
    assert_eq!(refusals(&stage, ALEX, "digest.preview").await, 1);
    send(&stage, &alex.payload(By::Click, "digest.preview")).await;
    stage.settle().await;
    assert!(
        stage.last_private(ALEX).starts_with("Only you see this preview"),
        "{}",
        stage.last_private(ALEX)
    );
    stage.end().await;
}

/// A missing scope, or a proxy in between, says nothing of the person.
async fn a_refusal_of_ours_takes_nobody_out(stage: Stage) {
    let alex = stage.person(ALEX);
    alex.command(INTAKE, "/partner commit add \"send the case study\" to northwind by friday").await.unwrap();
    stage.settle().await;
    alex.submit(json!({})).await.unwrap();
    stage.settle().await;
    for fault in [Fault::Error("missing_scope".to_owned()), Fault::Status(403)] {
        stage.sandbox.script("users.info", fault, 1);
        send(&stage, &Says::of(ALEX, HOME).payload(By::Click, "digest.preview")).await;
        stage.settle().await;
        assert!(stage.last_private(ALEX).starts_with("Slack does not say who you are right now"));
    }
    stage.advance_to("2026-03-05T08:00:00Z").await;
    assert_eq!(stage.direct(ALEX).len(), 1, "the reminder comes: {:?}", stage.direct(ALEX));
    stage.end().await;
}

async fn an_organisations_member_may_act_from_any_of_its_workspaces(stage: Stage) {
    let elsewhere = Says { user: ALEX, team: None, of: Some("T0SISTER"), installed: None, org_wide: true };
    let teams = |teams: &[&str]| {
        json!({"team_id": "T0SISTER",
        "enterprise_user": {"id": ALEX, "enterprise_id": "E0ORG", "teams": teams}})
    };
    for (of, refused) in [(&["T0SISTER", HOME][..], 0), (&["T0SISTER"][..], 1)] {
        let before = newest_entry(&stage).await;
        stage.sandbox.describe(ALEX, teams(of));
        send(&stage, &elsewhere.payload(By::Click, "digest.preview")).await;
        stage.settle().await;
        assert_eq!(refusals_after(&stage, before, ALEX, "digest.preview").await, refused, "{of:?}");
    }
    // `team: null` and nothing said of the user's own: users.info decides.
    let silent = Says { of: None, ..elsewhere };
    for (traits, refused) in [(json!({}), 0), (json!({"team_id": null}), 1)] {
        let before = newest_entry(&stage).await;
        stage.sandbox.describe(ALEX, traits);
        send(&stage, &silent.payload(By::Click, "digest.preview")).await;
        stage.settle().await;
        assert_eq!(refusals_after(&stage, before, ALEX, "digest.preview").await, refused);
    }
    stage.end().await;
}

async fn a_guest_adds_nothing_by_writing(stage: Stage) {
    stage.sandbox.describe(ALEX, json!({"is_ultra_restricted": true}));
    let said = "New overlap with Northwind: Acme Corp (acme.com), our customer, their prospect";
    let ts = stage.person(ALEX).post(INTAKE, said).await.unwrap();
    stage.settle().await;
    assert!(stage.thread(INTAKE, &ts).is_empty());
    assert_eq!(refusals(&stage, ALEX, "overlap.say").await, 1);
    stage.person(MAYA).post(INTAKE, said).await.unwrap();
    stage.settle().await;
    assert_eq!(stage.texts(INTAKE).len(), 3);
    stage.end().await;
}

async fn what_is_internal_is_not_told_to_who_left(stage: Stage) {
    let alex = stage.person(ALEX);
    alex.command(INTAKE, "/partner commit add \"send the case study\" to northwind by friday").await.unwrap();
    stage.settle().await;
    alex.submit(json!({})).await.unwrap();
    stage.settle().await;
    stage.sandbox.describe(ALEX, json!({"is_restricted": true}));
    stage.advance_to("2026-03-06T09:00:00Z").await;
    assert_eq!(stage.direct(ALEX), Vec::<String>::new());
    stage.end().await;
}

async fn what_was_told_is_not_brought_up_to_date_for_who_left(stage: Stage) {
    let maya = stage.person(MAYA);
    let said = "/partner commit add \"book the room\" to northwind by friday <@U0ALEX|alex>";
    maya.command(INTAKE, said).await.unwrap();
    stage.settle().await;
    stage.submit(MAYA, json!({})).await;
    let before = stage.direct(ALEX);
    assert_eq!(before.len(), 1, "{before:?}");
    stage.sandbox.make_guest(ALEX);
    stage.advance_to("2026-03-04T09:30:00Z").await;
    maya.command(INTAKE, "/partner commit list").await.unwrap();
    stage.settle().await;
    let list = stage.sandbox.ephemerals(MAYA).pop().unwrap();
    stage.press(MAYA, &(INTAKE.to_owned(), list["ts"].as_str().unwrap().to_owned()), "commitment.done").await;
    assert_eq!(stage.last_private(MAYA).lines().next().unwrap().matches("book the room").count(), 0);
    assert_eq!(stage.direct(ALEX), before, "what became of it is not theirs to know any more");
    stage.end().await;
}

async fn a_strangers_mention_is_answered_with_nothing(stage: Stage) {
    stage.person(SAM).post(SHARED, "<@U0TANDEM> what can you do?").await.unwrap();
    stage.settle().await;
    assert_eq!(stage.private(SAM), Vec::<String>::new());
    assert!(stage.direct(SAM).is_empty());
    stage.person(ALEX).post(SHARED, "<@U0TANDEM> what can you do?").await.unwrap();
    stage.settle().await;
    assert!(stage.last_private(ALEX).contains("/partner"), "{}", stage.last_private(ALEX));
    stage.end().await;
}

async fn a_partners_manager_decides_on_that_partner(stage: Stage) {
    ground(&stage).await;
    let ts = propose(&stage, json!({})).await;
    let (alex, maya) = (stage.person(ALEX), stage.person(MAYA));
    alex.click(OPS, &ts, "draft.approve").await.unwrap();
    stage.settle().await;
    assert!(stage.texts(SHARED).is_empty());
    maya.command(INTAKE, "/partner partner show northwind").await.unwrap();
    stage.settle().await;
    let shown = stage.sandbox.ephemerals(MAYA).pop().unwrap();
    maya.click(INTAKE, shown["ts"].as_str().unwrap(), "partner.edit").await.unwrap();
    stage.settle().await;
    let refused = maya.submit(json!({"manager": SAM})).await.unwrap_err();
    assert!(refused.fields()["manager"].as_str().unwrap().contains("another company's account"), "{refused}");
    maya.submit(json!({"manager": ALEX})).await.unwrap();
    stage.settle().await;
    let mut tx = stage.db.read().await.unwrap();
    let roles = people::roles_of(&mut tx, &ALEX.into()).await.unwrap();
    assert_eq!(roles, [(Role::PartnerManager, Some("p-northwind".into()))]);
    tx.rollback().await.unwrap();
    alex.click(OPS, &ts, "draft.approve").await.unwrap();
    stage.settle().await;
    assert!(card(&stage, &ts).contains("Sent <!date^"), "{}", card(&stage, &ts));
    stage.end().await;
}

/// Each control, form and shortcut that the sources name has its row, and no row is for nothing.
#[test]
fn every_control_has_a_row_in_the_table() {
    let mut named: BTreeSet<String> = SHORTCUTS.iter().map(|(id, ..)| (*id).to_owned()).collect();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            for line in std::fs::read_to_string(&path).unwrap().lines() {
                let Some((_, value)) = line.split_once(": &str = \"") else { continue };
                let id = value.trim_end_matches("\";");
                let word = |w: &str| !w.is_empty() && w.chars().all(|c| c.is_ascii_lowercase() || c == '_');
                if id.split_once('.').is_some_and(|(noun, verb)| word(noun) && word(verb)) {
                    named.insert(id.to_owned());
                }
            }
        }
    }
    // The preview is named where it stands: on Home.
    named.insert("digest.preview".to_owned());
    let known: BTreeSet<String> = TABLE.iter().map(|(id, _)| (*id).to_owned()).collect();
    assert_eq!(known.len(), TABLE.len(), "no id stands there twice");
    assert_eq!(known, named);
}

/// The app is installed for a whole organisation: Slack names no team, and `auth.test` the organisation.
mod org_wide {
    use super::*;
    use crate::support::stage::{Backend, play_on};

    const ORGANISATION: &str = "E0MERIDIAN";

    fn stage(backend: Backend) -> impl Future<Output = Option<Stage>> {
        let world = World { enterprise_id: Some(ORGANISATION.into()), org_wide: true, ..World::meridian() };
        Stage::in_world(backend, world)
    }

    #[test]
    fn sqlite() {
        play_on(stage(Backend::Sqlite), a_member_of_the_organisation_decides_and_nobody_else);
    }

    #[test]
    fn postgres() {
        play_on(stage(Backend::Postgres), a_member_of_the_organisation_decides_and_nobody_else);
    }

    async fn a_member_of_the_organisation_decides_and_nobody_else(stage: Stage) {
        let mut tx = stage.db.read().await.unwrap();
        let installed = installation::load(&mut tx).await.unwrap().unwrap();
        tx.rollback().await.unwrap();
        assert_eq!((installed.team_id.as_str(), installed.org_wide), (ORGANISATION, true));
        // An event: it names no team, and its writer is looked up.
        ground(&stage).await;
        let ts = propose(&stage, json!({})).await;
        assert_eq!(refusals(&stage, ALEX, "overlap.say").await, 0);
        // A form and a click likewise.
        let said = "/partner commit add \"send the case study\" to northwind by friday";
        assert_eq!(stage.say(ALEX, INTAKE, said).await, "");
        stage.submit(ALEX, json!({})).await;
        assert!(stage.last_private(ALEX).starts_with("Logged: "), "{}", stage.last_private(ALEX));
        let of_other_workspace = json!({"team_id": "T0SISTER",
            "enterprise_user": {"id": MAYA, "enterprise_id": ORGANISATION, "teams": ["T0SISTER"]}});
        let at = (OPS.to_owned(), ts.clone());
        for (who, traits) in [
            ("another company's", json!({"team_id": THEIRS, "enterprise_user": null, "is_stranger": true})),
            (
                "another organisation's",
                json!({"team_id": "T0OTHER",
                    "enterprise_user": {"id": MAYA, "enterprise_id": "E0OTHER", "teams": ["T0OTHER"]}}),
            ),
            ("nobody knows whose", json!({"team_id": null, "enterprise_user": null})),
        ] {
            let before = refusals(&stage, MAYA, "draft.approve").await;
            stage.sandbox.describe(MAYA, traits);
            stage.press(MAYA, &at, "draft.approve").await;
            assert_eq!(refusals(&stage, MAYA, "draft.approve").await, before + 1, "{who}");
            assert!(stage.texts(SHARED).is_empty(), "{who}");
        }
        send(
            &stage,
            &Says { team: None, org_wide: true, ..Says::of(SAM, THEIRS) }
                .payload(By::Click, "digest.preview"),
        )
        .await;
        stage.settle().await;
        assert_eq!(refusals(&stage, SAM, "digest.preview").await, 1, "a partner's own user");
        stage.sandbox.describe(MAYA, of_other_workspace);
        stage.press(MAYA, &at, "draft.approve").await;
        assert_eq!(stage.texts(SHARED).len(), 1);
        assert!(card(&stage, &ts).contains("Sent <!date^"), "{}", card(&stage, &ts));
        stage.end().await;
    }
}
