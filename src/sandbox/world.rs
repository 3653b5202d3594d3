//! Who and what a workspace holds before anybody has said a word.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A workspace to start from. [`World::meridian`] is the cast of the tests, [`World::demo`] that of the demo.
#[derive(Clone, Debug)]
pub struct World {
    /// The team in which the app is installed.
    pub home: Team,
    /// Teams that share channels with it.
    pub others: Vec<Team>,
    /// Set when the team belongs to an Enterprise organisation.
    pub enterprise_id: Option<String>,
    /// Send `team: null` in interactions, as org-wide installations do.
    pub org_wide: bool,
    /// People and bots.
    pub users: Vec<User>,
    /// Channels and direct conversations.
    pub channels: Vec<Channel>,
    /// The app under test.
    pub app: App,
    /// What a newcomer should click first, in order.
    pub hints: Vec<String>,
    /// What the other teams tell the world in their feeds, in the order of time.
    pub news: Vec<News>,
}

/// Something that a company tells the world.
#[derive(Clone, Debug)]
pub struct News {
    /// The company's team.
    pub team: String,
    /// When.
    pub at: Timestamp,
    /// What.
    pub title: String,
    /// Where it can be read.
    pub link: String,
}

/// A Slack team (workspace).
#[derive(Clone, Debug)]
pub struct Team {
    /// `T…`
    pub id: String,
    /// As shown.
    pub name: String,
    /// The part before `.slack.com`.
    pub domain: String,
    /// The zone in which the team's clock is shown.
    pub zone: TimeZone,
}

/// A member of a team.
#[derive(Clone, Debug)]
pub struct User {
    /// `U…`
    pub id: String,
    /// The handle, such as `maya`.
    pub name: String,
    /// First and last name.
    pub real_name: String,
    /// Job title.
    pub title: String,
    /// E-mail address.
    pub email: String,
    /// Home team of this person.
    pub team_id: String,
    /// IANA zone name.
    pub zone: String,
    /// True for a bot user.
    pub is_bot: bool,
    /// True for a workspace admin.
    pub is_admin: bool,
    /// True for a guest.
    pub is_guest: bool,
    /// True once deactivated.
    pub deleted: bool,
}

/// What a channel is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Everybody of the team may join.
    Public,
    /// By invitation.
    Private,
    /// Two people, or one and a bot.
    Im,
}

/// A conversation.
#[derive(Clone, Debug)]
pub struct Channel {
    /// `C…`, or `D…` for a direct conversation.
    pub id: String,
    /// Without the `#`; empty for a direct conversation.
    pub name: String,
    /// Public, private or direct.
    pub kind: Kind,
    /// The topic, in plain words.
    pub topic: String,
    /// User ids.
    pub members: Vec<String>,
    /// Ids of the other teams of a Slack Connect channel.
    pub shared_with: Vec<String>,
    /// Nobody may post any more.
    pub archived: bool,
    /// Only its managers may post.
    pub restricted: bool,
}

/// The app under test, as its manifest declares it.
#[derive(Clone, Debug)]
pub struct App {
    /// `A…`
    pub id: String,
    /// As shown.
    pub name: String,
    /// `B…`
    pub bot_id: String,
    /// `U…`
    pub bot_user: String,
    /// Slash commands.
    pub commands: Vec<Command>,
    /// Shortcuts on a message: callback id and name.
    pub message_shortcuts: Vec<(String, String)>,
    /// Shortcuts from anywhere: callback id and name.
    pub global_shortcuts: Vec<(String, String)>,
}

/// A slash command.
#[derive(Clone, Debug)]
pub struct Command {
    /// With its slash.
    pub command: String,
    /// The hint beside it while typing.
    pub usage: String,
    /// One line.
    pub description: String,
}

impl World {
    /// The user with this id.
    pub fn user(&self, id: &str) -> Option<&User> {
        self.users.iter().find(|u| u.id == id)
    }

    /// The channel with this id.
    pub fn channel(&self, id: &str) -> Option<&Channel> {
        self.channels.iter().find(|c| c.id == id)
    }

    /// The channel with this id, to change it.
    pub fn channel_mut(&mut self, id: &str) -> Option<&mut Channel> {
        self.channels.iter_mut().find(|c| c.id == id)
    }

    /// The team with this id: home or another.
    pub fn team(&self, id: &str) -> Option<&Team> {
        std::iter::once(&self.home).chain(&self.others).find(|t| t.id == id)
    }

    /// Where the app is installed: in the home team, or in its whole organisation.
    pub fn installed(&self) -> &str {
        self.enterprise_id.as_deref().filter(|_| self.org_wide).unwrap_or(&self.home.id)
    }

    /// True for a person of another team.
    pub fn is_stranger(&self, user: &User) -> bool {
        user.team_id != self.home.id
    }

    /// The direct conversation of the app with `user`, opened when there is none.
    pub fn im_with(&mut self, user: &str) -> String {
        let bot = self.app.bot_user.clone();
        let found = |c: &&Channel| c.kind == Kind::Im && c.members.iter().any(|m| m == user);
        if let Some(c) = self.channels.iter().find(found) {
            return c.id.clone();
        }
        let id = format!("D{}", user.trim_start_matches(['U', 'W']));
        self.channels.push(Channel {
            id: id.clone(),
            name: String::new(),
            kind: Kind::Im,
            topic: String::new(),
            members: vec![bot, user.to_owned()],
            shared_with: Vec::new(),
            archived: false,
            restricted: false,
        });
        id
    }
}

impl Channel {
    /// True when `user` is a member.
    pub fn has(&self, user: &str) -> bool {
        self.members.iter().any(|m| m == user)
    }

    /// As events name it: `channel`, `group` or `im`.
    pub fn event_kind(&self) -> &'static str {
        match self.kind {
            Kind::Public => "channel",
            Kind::Private => "group",
            Kind::Im => "im",
        }
    }
}
