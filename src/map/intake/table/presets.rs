//! The layouts that are known, and the names that columns go by. Data only: one table a layout.
//!
//! Names stand in their normal form: lower case words with single spaces (`partner_org_name` is
//! `partner org name`). A trailing `*` stands for anything.

use super::mapping::Field::{self, *};

/// One layout of a list.
pub(super) struct Preset {
    pub name: &'static str,
    /// Columns that together tell this layout from others.
    pub required: &'static [&'static str],
    pub columns: &'static [(&'static str, Field)],
    /// Columns that come once for each partner, prefixed with its name.
    pub partner_columns: &'static [(&'static str, Field)],
}

/// The layouts in the order in which they are tried.
pub(super) const ALL: [Preset; 5] = [TANDEM, CROSSBEAM, CROSSBEAM_API, PARTNERTAP, REVEAL];

const TANDEM: Preset = Preset {
    name: "Tandem",
    required: &["account", "domain", "partner", "our population", "their population"],
    columns: &[
        ("account", Account),
        ("domain", Domain),
        ("partner", Partner),
        ("our population", OurPopulation),
        ("their population", TheirPopulation),
        ("owner", Owner),
        ("their owner", TheirOwner),
        ("amount", Amount),
        ("currency", Currency),
        ("stage", Stage),
        ("seen on", SeenOn),
        ("country", Country),
    ],
    partner_columns: &[],
};

const CROSSBEAM: Preset = Preset {
    name: "Crossbeam",
    required: &["record", "our populations", "partner populations"],
    columns: &[
        ("record", Account),
        ("record website", Domain),
        ("company website", Domain),
        ("partner", Partner),
        ("partner name", Partner),
        ("our populations", OurPopulation),
        ("partner populations", TheirPopulation),
        ("account owner name", Owner),
        ("account owner email", Owner),
        ("partner account owner name", TheirOwner),
        ("billing country", Country),
        ("opportunities amount", Amount),
        ("opportunities stage", Stage),
        ("overlap time", SeenOn),
    ],
    partner_columns: &CROSSBEAM_PARTNER,
};

/// What follows a partner's name in a Crossbeam export.
pub(super) const CROSSBEAM_PARTNER: [(&str, Field); 6] = [
    ("company name", Ignore),
    ("company website", Domain),
    ("account owner name", TheirOwner),
    ("account owner email", TheirOwner),
    ("populations", TheirPopulation),
    ("overlap time", SeenOn),
];

/// Columns that make a prefix a partner's even when no partner of that name is known.
pub(super) const PARTNER_COLUMNS: [&str; 4] =
    ["company name", "company website", "account owner name", "account owner email"];

/// Rows of the overlaps endpoint, flattened: `partner_owner.owner_name`, `populations.0.name`.
const CROSSBEAM_API: Preset = Preset {
    name: "Crossbeam API",
    required: &["partner name", "record name", "partner populations*", "populations*"],
    columns: &[
        ("partner name", Partner),
        ("record name", Account),
        ("record website", Domain),
        ("partner record website", Domain),
        ("record email", Domain),
        ("populations", OurPopulation),
        ("populations name", OurPopulation),
        ("populations 0 name", OurPopulation),
        ("partner populations", TheirPopulation),
        ("partner populations name", TheirPopulation),
        ("partner populations 0 name", TheirPopulation),
        ("partner owner owner name", TheirOwner),
        ("partner owner name", TheirOwner),
        ("partner owner owner email", TheirOwner),
        ("partner owner email", TheirOwner),
        ("owner name", Owner),
        ("owner email", Owner),
    ],
    partner_columns: &[],
};

const PARTNERTAP: Preset = Preset {
    name: "PartnerTap",
    required: &["account name", "partner org name", "partner account name"],
    columns: &[
        ("account name", Account),
        ("website", Domain),
        ("partner org name", Partner),
        ("account type", OurPopulation),
        ("partner account type", TheirPopulation),
        ("open opp count", OurOpenDeal),
        ("account owner name", Owner),
        ("account owner full name", Owner),
        ("account owner email", Owner),
        ("partner account owner name", TheirOwner),
        ("partner account owner full name", TheirOwner),
        ("partner account owner email", TheirOwner),
        ("open pipeline amount", Amount),
        ("partner first match date", SeenOn),
    ],
    partner_columns: &[],
};

const REVEAL: Preset = Preset {
    name: "Reveal",
    required: &["company name", "account status", "open deal"],
    columns: &[
        ("company name", Account),
        ("company domain", Domain),
        ("company website", Domain),
        ("website", Domain),
        ("domain", Domain),
        ("partner", Partner),
        ("partner name", Partner),
        ("account status", OurPopulation),
        ("partner account status", TheirPopulation),
        ("open deal", OurOpenDeal),
        ("account owner", Owner),
        ("partner account owner", TheirOwner),
    ],
    partner_columns: &[],
};

/// Whether any layout has a column of this name.
pub(super) fn knows(name: &str) -> bool {
    let has = |table: &[(&str, Field)]| table.iter().any(|(known, _)| *known == name);
    ALL.iter().any(|preset| has(preset.columns) || has(preset.partner_columns))
}

/// Names of columns outside the known layouts.
pub(super) struct Synonyms {
    pub field: Field,
    /// Whole names: certain.
    pub exact: &'static [&'static str],
    /// Single words within a name: a guess. The first field that has one wins.
    pub words: &'static [&'static str],
}

/// Words that turn a column to the partner's side.
pub(super) const THEIRS: [&str; 7] =
    ["partner", "partners", "their", "theirs", "them", "counterpart", "external"];

pub(super) const SYNONYMS: &[Synonyms] = &[
    Synonyms {
        field: TheirPopulation,
        exact: &[
            "their population",
            "their populations",
            "their status",
            "their segment",
            "partner population",
            "partner populations",
            "partner status",
            "partner segment",
            "partner list",
            "partner account status",
            "partner account type",
            "partner relationship",
            "partner customer status",
        ],
        words: &[],
    },
    Synonyms {
        field: TheirOwner,
        exact: &[
            "their owner",
            "their ae",
            "their rep",
            "partner owner",
            "partner rep",
            "partner ae",
            "partner account owner",
            "partner contact",
            "partner account manager",
            "partner account executive",
            "partner owner name",
            "partner account owner name",
        ],
        words: &[],
    },
    Synonyms {
        field: OurPopulation,
        exact: &[
            "our population",
            "our populations",
            "our status",
            "our segment",
            "our list",
            "population",
            "populations",
            "account status",
            "account type",
            "relationship",
            "customer status",
            "status",
            "lifecycle stage",
            "type",
        ],
        words: &["population", "populations", "status", "lifecycle", "segment"],
    },
    Synonyms {
        field: OurOpenDeal,
        exact: &[
            "open deal",
            "open opp",
            "open opportunity",
            "has open opportunity",
            "open opp count",
            "open opportunities",
        ],
        words: &[],
    },
    Synonyms {
        field: Domain,
        exact: &[
            "domain",
            "domains",
            "website",
            "web site",
            "url",
            "company website",
            "company domain",
            "account domain",
            "account website",
            "homepage",
            "web",
            "site",
            "webseite",
            "site web",
            "sitio web",
            "hemsida",
            "email domain",
        ],
        words: &["domain", "website", "url", "homepage", "web"],
    },
    Synonyms {
        field: Owner,
        exact: &[
            "owner",
            "our owner",
            "our ae",
            "our rep",
            "ae",
            "am",
            "csm",
            "account owner",
            "account owner name",
            "rep",
            "sales rep",
            "account executive",
            "account manager",
            "opportunity owner",
            "deal owner",
            "owner name",
            "owner email",
            "account owner email",
        ],
        words: &["owner", "rep", "ae", "csm", "manager", "executive"],
    },
    Synonyms {
        field: Currency,
        exact: &["currency", "currency code", "curr", "ccy", "currency iso code", "opportunity currency"],
        words: &["currency", "ccy"],
    },
    Synonyms {
        field: Amount,
        exact: &[
            "amount",
            "deal amount",
            "deal size",
            "deal value",
            "opp amount",
            "opportunity amount",
            "opportunities amount",
            "value",
            "pipeline",
            "pipeline amount",
            "open pipeline",
            "open pipeline amount",
            "arr",
            "acv",
            "tcv",
            "betrag",
        ],
        words: &["amount", "value", "arr", "acv", "revenue", "pipeline", "size"],
    },
    Synonyms {
        field: Stage,
        exact: &[
            "stage",
            "deal stage",
            "opp stage",
            "opportunity stage",
            "sales stage",
            "pipeline stage",
            "phase",
        ],
        words: &["stage", "phase"],
    },
    Synonyms {
        field: SeenOn,
        exact: &[
            "seen on",
            "first seen",
            "overlap time",
            "overlap date",
            "match date",
            "matched on",
            "date",
            "overlap since",
            "created",
            "created at",
            "date added",
        ],
        words: &["date", "seen", "matched"],
    },
    Synonyms {
        field: Country,
        exact: &["country", "billing country", "region", "hq country", "land", "pays"],
        words: &["country"],
    },
    Synonyms {
        field: Postcode,
        exact: &[
            "postcode",
            "postal code",
            "zip",
            "zip code",
            "plz",
            "billing zip",
            "billing postcode",
            "billing postal code",
            "billing zip postal code",
            "cap",
        ],
        words: &["postcode", "zip", "postal", "plz"],
    },
    Synonyms {
        field: Id,
        exact: &[
            "id",
            "account id",
            "record id",
            "company id",
            "crm id",
            "crm account id",
            "salesforce id",
            "hubspot id",
            "account number",
            "uuid",
        ],
        words: &["id", "uuid"],
    },
    Synonyms {
        field: Partner,
        exact: &[
            "partner",
            "partner name",
            "partner company",
            "partner org",
            "partner org name",
            "partner organization",
        ],
        words: &[],
    },
    Synonyms {
        field: Account,
        exact: &[
            "account",
            "account name",
            "accounts",
            "company",
            "company name",
            "customer",
            "customer name",
            "record",
            "record name",
            "name",
            "organization",
            "organisation",
            "organization name",
            "client",
            "firma",
            "kunde",
            "prospect",
            "logo",
            "business name",
            "företag",
            "société",
            "empresa",
        ],
        words: &["account", "company", "organization", "organisation", "customer", "client", "record"],
    },
];
