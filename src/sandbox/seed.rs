//! The cast: Meridian, a small company, and people of its partners.

use jiff::tz::TimeZone;

use super::world::{App, Channel, Command, Kind, News, Team, User, World};

const HOME: &str = "T0MERIDIAN";
const NORTHWIND: &str = "T0NORTHWIND";
const BOT: &str = "U0TANDEM";
const ZONE: &str = "Europe/Stockholm";

impl World {
    /// Four people of Meridian, one of Northwind, six channels, and the bot in all of them.
    pub fn meridian() -> Self {
        let mut world = Self {
            home: team(HOME, "Meridian", "meridian"),
            others: vec![team(NORTHWIND, "Northwind", "northwind")],
            enterprise_id: None,
            org_wide: false,
            users: users(),
            channels: channels(),
            app: app(),
            hints: vec![
                "Paste an overlap into #partner-overlaps, for example: New overlap with Northwind: Acme Corp \
                 (acme.com), our open opp $120k, their customer"
                    .into(),
                "Type /partner help in any channel.".into(),
                "Move the clock to next Monday, 09:00, and read the digest in #partner-ops.".into(),
                "Approve a draft as Maya, then look into #ext-northwind as Sam.".into(),
            ],
            news: Vec::new(),
        };
        for id in ["U0MAYA", "U0OMAR", "U0ALEX", "U0EVE"] {
            world.im_with(id);
        }
        world
    }

    /// The same, where Globex and Initech are in their channels too: nobody looks at an empty room. The hints follow one
    /// turn of the rhythm.
    pub fn demo() -> Self {
        let mut world = Self::meridian();
        world.hints = [
            "Paste into #partner-overlaps: New overlap with Northwind: Acme Corp (acme.com), our open opp $120k, \
             their customer",
            "In Maya's messages with Tandem, schedule the proposed session and approve its agenda.",
            "Move the clock to next Monday, 09:00: the digest is in #partner-ops.",
            "Set the clock to 11 March, 11:00, and log the session.",
            "Approve a draft as Maya, then look into #ext-northwind as Sam.",
            "Type /partner help in any channel.",
        ]
        .map(String::from)
        .to_vec();
        world.news = [
            ("2026-03-06T08:00:00Z", "Northwind opens an office in Lyon", "lyon"),
            ("2026-03-09T07:00:00Z", "Northwind Returns for marketplaces", "marketplaces"),
        ]
        .into_iter()
        .filter_map(|(at, title, page)| {
            let link = format!("https://northwindreturns.com/news/{page}");
            Some(News { team: NORTHWIND.into(), at: at.parse().ok()?, title: title.into(), link })
        })
        .collect();
        for (at, name, user, handle, real_name, channel) in [
            ("T0GLOBEX", "Globex", "U0HANNA", "hanna", "Hanna Weiss", "C0GLOBEX"),
            ("T0INITECH", "Initech", "U0MILO", "milo", "Milo Tanaka", "C0INITECH"),
        ] {
            let domain = name.to_lowercase();
            world.users.push(person(user, handle, real_name, "Partner manager", at, &domain));
            world.others.push(team(at, name, &domain));
            if let Some(channel) = world.channels.iter_mut().find(|c| c.id == channel) {
                channel.members.push(user.into());
                channel.shared_with.push(at.into());
            }
        }
        world
    }
}

fn team(id: &str, name: &str, domain: &str) -> Team {
    let zone = TimeZone::get(ZONE).unwrap_or(TimeZone::UTC);
    Team { id: id.into(), name: name.into(), domain: domain.into(), zone }
}

fn users() -> Vec<User> {
    let ours = |id: &str, name: &str, real_name: &str, title: &str| {
        person(id, name, real_name, title, HOME, "meridian")
    };
    vec![
        User { is_admin: true, ..ours("U0MAYA", "maya", "Maya Lindholm", "Partner manager") },
        ours("U0OMAR", "omar", "Omar Haddad", "Ecosystem operations"),
        ours("U0ALEX", "alex", "Alex Rivera", "Account executive"),
        ours("U0EVE", "evelyn", "Evelyn Osei", "VP Revenue"),
        User { is_bot: true, ..ours(BOT, "tandem", "Tandem", "") },
        person("U0SAM", "sam", "Sam Whitfield", "Sales lead", NORTHWIND, "northwind"),
    ]
}

fn person(id: &str, name: &str, real_name: &str, title: &str, team: &str, domain: &str) -> User {
    User {
        id: id.into(),
        name: name.into(),
        real_name: real_name.into(),
        title: title.into(),
        email: format!("{name}@{domain}.example"),
        team_id: team.into(),
        zone: ZONE.into(),
        is_bot: false,
        is_admin: false,
        is_guest: false,
        deleted: false,
    }
}

fn channels() -> Vec<Channel> {
    let channel = |id: &str, name: &str, topic: &str| Channel {
        id: id.into(),
        name: name.into(),
        kind: Kind::Public,
        topic: topic.into(),
        members: ["U0MAYA", "U0OMAR", "U0ALEX", "U0EVE", BOT].map(String::from).to_vec(),
        shared_with: Vec::new(),
        archived: false,
        restricted: false,
    };
    let mut northwind = channel("C0NORTHWIND", "ext-northwind", "Meridian and Northwind");
    northwind.members.push("U0SAM".into());
    northwind.shared_with.push(NORTHWIND.into());
    vec![
        channel("C0GENERAL", "general", "Everybody at Meridian"),
        channel("C0OVERLAPS", "partner-overlaps", "Accounts that we and a partner have in common"),
        channel("C0PARTNEROPS", "partner-ops", "Triage and approvals"),
        northwind,
        channel("C0GLOBEX", "ext-globex", "Meridian and Globex"),
        channel("C0INITECH", "ext-initech", "Meridian and Initech"),
    ]
}

fn app() -> App {
    App {
        id: "A0TANDEM".into(),
        name: "Tandem".into(),
        bot_id: "B0TANDEM".into(),
        bot_user: BOT.into(),
        commands: vec![Command {
            command: "/partner".into(),
            usage: "[noun] [verb] …".into(),
            description: "Overlaps, sessions, commitments and drafts with partners".into(),
        }],
        message_shortcuts: vec![
            ("overlap.add".into(), "Add as overlap".into()),
            ("commitment.add".into(), "Log commitment".into()),
            ("ask.new".into(), "Ask about an account".into()),
            ("draft.new".into(), "Draft note".into()),
            ("library.add".into(), "Add to the library".into()),
            ("account.note".into(), "Add to account".into()),
        ],
        global_shortcuts: Vec::new(),
    }
}
