//! Who plays: twenty people, three partners of different size, and four hundred overlaps over thirteen weeks.

use jiff::Span;
use jiff::civil::Date;
use tandem::kernel::actor::Role;
use tandem::kernel::ids::{PartnerId, UserId};
use tandem::map::partner::{Contact, ContactRole, Partner};
use tandem::map::store as map;
use tandem::sandbox::world::{User, World};
use tandem::store::people;

use crate::support::stage::{ALEX, EVE, MAYA, OMAR, SAM, Stage};

pub const PRIYA: &str = "U0PRIYA";
pub const CARL: &str = "U0CARL";

/// So many weeks.
pub const WEEKS: usize = 13;
/// Their first Monday.
pub const FIRST: Date = Date::constant(2026, 3, 9);

/// A partner, as the quarter sees it.
pub struct Side {
    pub id: &'static str,
    pub name: &'static str,
    /// Who looks after it.
    pub manager: &'static str,
    /// Whose deals are on it, in turn.
    pub sellers: [&'static str; 4],
    /// Its people.
    pub contacts: &'static [&'static str],
    /// How often to meet.
    pub cadence: &'static str,
    /// How many overlaps arrive each week.
    arrivals: [usize; WEEKS],
}

/// A large one, a middling one, and a small one that is through with its accounts by the middle of the quarter.
pub const SIDES: [Side; 3] = [
    Side {
        id: "p-northwind",
        name: "Northwind",
        manager: MAYA,
        sellers: [ALEX, "U0INES", "U0ERIK", "U0TOVE"],
        contacts: &["Sam Whitfield", "Ingrid Berg"],
        cadence: "weekly",
        arrivals: [40, 30, 24, 20, 12, 18, 20, 18, 16, 20, 16, 12, 10],
    },
    Side {
        id: "p-globex",
        name: "Globex",
        manager: PRIYA,
        sellers: ["U0OWEN", "U0RUTH", "U0ZARA", "U0OWEN"],
        contacts: &["Hanna Weiss", "Jon Park"],
        cadence: "fortnightly",
        arrivals: [16, 12, 12, 10, 6, 10, 12, 10, 8, 10, 8, 6, 6],
    },
    Side {
        id: "p-umber",
        name: "Umber",
        manager: CARL,
        sellers: ["U0JUNE", "U0MARK", "U0NINA", "U0JUNE"],
        contacts: &["Lou Tanner"],
        cadence: "fortnightly",
        arrivals: [6, 4, 2, 1, 1, 0, 0, 0, 0, 0, 0, 3, 1],
    },
];

/// Days on which nobody works there, from the official lists of that year.
pub fn holidays(user: &str) -> &'static [Date] {
    const SWEDEN: [Date; 4] = [
        Date::constant(2026, 4, 3),
        Date::constant(2026, 4, 6),
        Date::constant(2026, 5, 1),
        Date::constant(2026, 5, 14),
    ];
    const ENGLAND: [Date; 4] = [
        Date::constant(2026, 4, 3),
        Date::constant(2026, 4, 6),
        Date::constant(2026, 5, 4),
        Date::constant(2026, 5, 25),
    ];
    const STATES: [Date; 1] = [Date::constant(2026, 5, 25)];
    match zone(user) {
        "Europe/London" => &ENGLAND,
        "America/New_York" => &STATES,
        _ => &SWEDEN,
    }
}

/// Whether that is a day on which this person works.
pub fn works(user: &str, day: Date) -> bool {
    day.weekday().to_monday_zero_offset() < 5 && !holidays(user).contains(&day)
}

/// Where somebody lives.
pub fn zone(user: &str) -> &'static str {
    match user {
        PRIYA | "U0OWEN" | "U0RUTH" | "U0ZARA" => "Europe/London",
        CARL | "U0JUNE" | "U0MARK" | "U0NINA" => "America/New_York",
        _ => "Europe/Stockholm",
    }
}

/// Ours who are not on every stage.
const JOINED: [(&str, &str, &str); 11] = [
    (PRIYA, "Priya Nair", "Partner manager"),
    (CARL, "Carl Jensen", "Partner manager"),
    ("U0INES", "Ines Roth", "Account executive"),
    ("U0ERIK", "Erik Sand", "Account executive"),
    ("U0TOVE", "Tove Lund", "Account executive"),
    ("U0OWEN", "Owen Hughes", "Account executive"),
    ("U0RUTH", "Ruth Carey", "Account executive"),
    ("U0ZARA", "Zara Iqbal", "Account executive"),
    ("U0JUNE", "June Park", "Account executive"),
    ("U0MARK", "Mark Doyle", "Account executive"),
    ("U0NINA", "Nina Cruz", "Account executive"),
];

/// All of ours: with the five people of the partners they are twenty.
pub fn ours() -> Vec<&'static str> {
    [MAYA, OMAR, ALEX, EVE].into_iter().chain(JOINED.iter().map(|(id, ..)| *id)).collect()
}

pub fn world() -> World {
    let mut world = World::meridian();
    for (id, name, title) in JOINED {
        let model = world.user(ALEX).expect("Alex is in every world").clone();
        let handle = name.split(' ').next().unwrap_or(name).to_lowercase();
        world.users.push(User {
            id: id.into(),
            real_name: name.into(),
            title: title.into(),
            email: format!("{handle}@meridian.example"),
            name: handle,
            zone: zone(id).into(),
            ..model
        });
        world.im_with(id);
        for channel in ["C0OVERLAPS", "C0PARTNEROPS"] {
            let channel = world.channel_mut(channel).expect("the stage's channels");
            channel.members.push(id.into());
        }
    }
    world
}

/// Partners, their people and who looks after them.
pub async fn furnish(stage: &Stage) {
    let now = stage.clock.now();
    let maya = UserId::from(MAYA);
    let mut tx = stage.db.begin().await.unwrap();
    let managers: Vec<UserId> = SIDES.iter().map(|side| side.manager.into()).collect();
    people::set_holders(&mut tx, now, &maya, Role::PartnerManager, &managers).await.unwrap();
    for side in &SIDES {
        let id = PartnerId::from(side.id);
        let known = map::partner(&mut tx, &id).await.unwrap();
        let partner = Partner {
            id: id.clone(),
            name: side.name.into(),
            domain: None,
            manager: Some(side.manager.into()),
            channel: known.and_then(|known| known.channel),
            refresh_days: 365,
            list_seen_at: Some(now),
            sample: false,
        };
        map::save_partner(&mut tx, now, &partner).await.unwrap();
        for (n, name) in side.contacts.iter().enumerate() {
            let contact = Contact {
                id: format!("c-{}-{n}", side.name.to_lowercase()).as_str().into(),
                partner: id.clone(),
                name: (*name).into(),
                role: if n == 0 { ContactRole::PartnerManager } else { ContactRole::PartnerRep },
                email: None,
                slack_user: (n == 0 && side.manager == MAYA).then(|| SAM.into()),
                said_no_to: Vec::new(),
            };
            map::save_contact(&mut tx, now, &contact).await.unwrap();
        }
    }
    tx.commit().await.unwrap();
}

/// One overlap, as a seller writes it.
pub struct Arrival {
    pub side: usize,
    pub day: Date,
    pub by: &'static str,
    pub domain: String,
    pub text: String,
}

/// All of them in their order. Their names, kinds and amounts follow from their place alone.
pub fn arrivals() -> Vec<Arrival> {
    const FIRST_NAMES: [&str; 25] = [
        "Alder", "Birch", "Cedar", "Dune", "Elm", "Fjord", "Grove", "Harbor", "Iris", "Juniper", "Kite",
        "Larch", "Maple", "Nettle", "Opal", "Pine", "Quartz", "Rowan", "Sable", "Thorn", "Ursa", "Violet",
        "Willow", "Yarrow", "Zephyr",
    ];
    const TRADES: [&str; 16] = [
        "Foods",
        "Logistics",
        "Bank",
        "Energy",
        "Health",
        "Retail",
        "Steel",
        "Media",
        "Insurance",
        "Paper",
        "Motors",
        "Textiles",
        "Optics",
        "Marine",
        "Travel",
        "Labs",
    ];
    let mut all = Vec::new();
    for week in 0..WEEKS {
        for (at, side) in SIDES.iter().enumerate() {
            for n in 0..side.arrivals[week] {
                let place = all.len();
                // Neighbours in time are no neighbours by name.
                let name = place * 7 % 400;
                let (first, trade) = (FIRST_NAMES[name % 25], TRADES[name / 25]);
                let domain = format!("{}-{}.com", first.to_lowercase(), trade.to_lowercase());
                let amount = 20 + place * 37 % 180;
                let kinds = match place % 3 {
                    0 => format!("our open opp ${amount}k, their customer"),
                    1 => "our customer, their prospect".to_owned(),
                    _ => format!("our open opp ${amount}k, their open opp"),
                };
                let by = side.sellers[n % 4];
                let mut day = FIRST + Span::new().days(i64::try_from(week * 7 + n % 5).unwrap());
                while !works(by, day) {
                    day = day.tomorrow().unwrap();
                }
                let text = format!("New overlap with {}: {first} {trade} ({domain}), {kinds}", side.name);
                all.push(Arrival { side: at, day, by, domain, text });
            }
        }
    }
    all
}
