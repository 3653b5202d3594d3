//! One draft as it comes in: to whom, from whom, on which facts, and the words themselves.

use std::borrow::Cow;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize};

use crate::kernel::money::Money;
use crate::kernel::text::visible;
use crate::map::overlap::Population;
use crate::map::partner::ContactRole;
use crate::map::sharing::Withheld;

/// A draft and everything that is known about it. Only `today` and `text` must be there.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DraftInput {
    /// The caller's name for the draft, handed back as it came.
    #[serde(default)]
    pub id: serde_json::Value,
    /// The day on which the draft would be sent.
    pub today: Date,
    /// Who would read it.
    #[serde(default, deserialize_with = "or_default")]
    pub recipient: Recipient,
    /// Who would send it.
    #[serde(default, deserialize_with = "or_default")]
    pub sender: Sender,
    /// Where it would go out.
    #[serde(default)]
    pub channel: Option<Channel>,
    /// What it is for.
    #[serde(default)]
    pub purpose: Option<Purpose>,
    /// What is known, and may be said to this reader.
    #[serde(default, deserialize_with = "or_default")]
    pub facts: Facts,
    /// The words as they would go out.
    pub text: String,
}

/// The reader.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Recipient {
    /// First name or full name.
    pub name: Option<String>,
    /// The partner that the reader works for.
    pub company: Option<String>,
    /// The reader's seat at the partner.
    pub role: Option<ContactRole>,
    /// Notes that reached this person in the last 30 days, without this one.
    pub touches_last_30_days: Option<u32>,
    /// Kinds of gift that this person has turned down.
    #[serde(deserialize_with = "or_default")]
    pub said_no_to: Vec<GiftKind>,
}

/// The sender.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Sender {
    /// The sender's seat with us.
    pub role: Option<SenderRole>,
}

impl DraftInput {
    /// As its reader sees it: the text and the names without what shows nothing; see [`visible`].
    pub(super) fn as_seen(&self) -> Self {
        let mut seen = self.clone();
        let Recipient { name, company, .. } = &mut seen.recipient;
        let Facts {
            partner,
            overlaps,
            assets,
            our_launches,
            their_launches,
            other_partners,
            withheld,
            never,
            ..
        } = &mut seen.facts;
        let launches = our_launches.iter_mut().chain(their_launches).map(|l| &mut l.title);
        let titles = assets.iter_mut().map(|a| &mut a.title).chain(launches);
        let names = [name, company, partner].into_iter().flatten().chain(other_partners).chain(never);
        let kept = withheld
            .iter_mut()
            .flat_map(|w| [Some(&mut w.account), w.domain.as_mut(), w.owner.as_mut(), w.stage.as_mut()])
            .flatten();
        let accounts = overlaps.iter_mut().map(|o| &mut o.account).chain(kept);
        for words in names.chain(accounts).chain(titles).chain([&mut seen.text]) {
            if let Cow::Owned(without) = visible(words) {
                *words = without;
            }
        }
        seen
    }
}

/// What is known about the partner and the shared accounts.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// The partner that the facts are about.
    pub partner: Option<String>,
    /// Shared accounts.
    #[serde(deserialize_with = "or_default")]
    pub overlaps: Vec<Overlap>,
    /// The library that a note may draw on.
    #[serde(deserialize_with = "or_default")]
    pub assets: Vec<Asset>,
    /// What we shipped.
    #[serde(deserialize_with = "or_default")]
    pub our_launches: Vec<Launch>,
    /// What the partner shipped.
    #[serde(deserialize_with = "or_default")]
    pub their_launches: Vec<Launch>,
    /// Partners that this reader must not hear about.
    #[serde(deserialize_with = "or_default")]
    pub other_partners: Vec<String>,
    /// What must not be said of accounts that overlap with this partner.
    #[serde(deserialize_with = "or_default")]
    pub withheld: Vec<Withheld>,
    /// Words that nothing to this partner may say.
    #[serde(deserialize_with = "or_default")]
    pub never: Vec<String>,
    /// Hosts that a note may link to; their subdomains count.
    #[serde(deserialize_with = "or_default")]
    pub allowed_links: Vec<String>,
}

/// One shared account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Overlap {
    /// The account's name.
    pub account: String,
    /// The account in our books.
    #[serde(default)]
    pub our_population: Option<Population>,
    /// The account in the partner's books.
    #[serde(default)]
    pub their_population: Option<Population>,
    /// When the overlap was last seen.
    #[serde(default)]
    pub seen: Option<Date>,
    /// The amount of our deal, where the partner may know it.
    #[serde(default)]
    pub amount: Option<Money>,
}

/// A document that a partner may be given.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Asset {
    /// Its title.
    pub title: String,
    /// Where it is.
    #[serde(default)]
    pub url: Option<String>,
    /// The last day on which it may be given.
    #[serde(default)]
    pub expires: Option<Date>,
}

/// Something that was shipped.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Launch {
    /// Its name.
    pub title: String,
    /// The day.
    #[serde(default)]
    pub date: Option<Date>,
}

/// The sender's seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SenderRole {
    /// AE, AM or CSM of the account.
    AccountOwner,
    /// Manages the partnership.
    PartnerManager,
    /// Leads with us.
    Executive,
    /// Technical sales.
    Presales,
    /// A marketing send.
    Marketing,
}

/// Where a note goes out (A14).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// A message in Slack.
    Slack,
    /// An e-mail.
    Email,
    /// A comment on the partner's own post.
    Comment,
}

/// What a note is for (A12).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// New business: sharp, led by the opportunity.
    Prospecting,
    /// Growth in a shared customer: history and timing.
    Expansion,
    /// Alignment and air cover.
    Executive,
    /// Technical credibility, friction out of a live deal.
    Presales,
}

/// What the reader gets (A11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GiftKind {
    /// A document for their own clients.
    Asset,
    /// Something we shipped that changes what they can pitch.
    OurLaunch,
    /// Something they shipped, framed on the shared accounts.
    TheirLaunch,
    /// A plain offer of help.
    OfferOfHelp,
    /// A way in to a person.
    Introduction,
    /// An outcome that the reader had a part in, or can use.
    Result,
}

impl GiftKind {
    /// As it reads in the middle of a sentence.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Asset => "an asset",
            Self::OurLaunch => "a launch of ours",
            Self::TheirLaunch => "a launch of theirs",
            Self::OfferOfHelp => "an offer of help",
            Self::Introduction => "an introduction",
            Self::Result => "a result",
        }
    }
}

/// Reads `null` as the default, as exports often write it.
fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(d: D) -> Result<T, D::Error> {
    Ok(Option::<T>::deserialize(d)?.unwrap_or_default())
}
