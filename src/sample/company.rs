//! The sample company's partners and overlaps, as a table.

use crate::map::overlap::Population::{self, Customer, OpenOpportunity as Deal, Prospect};
use crate::map::partner::ContactRole::{self, PartnerExecutive, PartnerManager, PartnerPresales, PartnerRep};

/// A partner of the sample.
pub(super) struct Partner {
    pub(super) name: &'static str,
    pub(super) domain: &'static str,
    pub(super) refresh_days: i64,
    pub(super) list_age_days: i64,
    /// Name, what they do, the part of the address before the `@`.
    pub(super) contacts: &'static [(&'static str, ContactRole, &'static str)],
    pub(super) overlaps: &'static [Overlap],
}

/// Who of ours owns an overlap.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// The n-th account owner of the cast.
    Cast(usize),
    /// Somebody who is only known by name.
    Named(&'static str),
    /// Nobody yet.
    Nobody,
}

/// An overlap: account, domain, ours, theirs, owner, amount in dollars, stage, days since it was first seen.
pub(super) type Overlap = (
    &'static str,
    &'static str,
    Option<Population>,
    Option<Population>,
    Owner,
    Option<i64>,
    Option<&'static str>,
    i64,
);

const A: Owner = Owner::Cast(0);
const B: Owner = Owner::Cast(1);
const PRIYA: Owner = Owner::Named("Priya Shah");
const JONAS: Owner = Owner::Named("Jonas Berg");
const NONE: Owner = Owner::Nobody;

const NEGOTIATION: Option<&str> = Some("Negotiation");
const PROPOSAL: Option<&str> = Some("Proposal");
const DISCOVERY: Option<&str> = Some("Discovery");
const QUALIFIED: Option<&str> = Some("Qualified");

/// Northwind sends returns software to retailers, Globex runs warehouses, Initech sells finance systems.
pub(super) const PARTNERS: [Partner; 3] = [
    Partner {
        name: "Northwind",
        domain: "northwindreturns.com",
        refresh_days: 30,
        list_age_days: 1,
        contacts: &[
            ("Sam Whitfield", PartnerRep, "sam"),
            ("Dana Okafor", PartnerManager, "dana.okafor"),
            ("Luis Prado", PartnerPresales, "luis.prado"),
        ],
        overlaps: NORTHWIND,
    },
    Partner {
        name: "Globex",
        domain: "globexlogistics.com",
        refresh_days: 45,
        list_age_days: 12,
        contacts: &[("Hanna Weiss", PartnerManager, "hanna.weiss"), ("Tom Ibsen", PartnerRep, "tom.ibsen")],
        overlaps: GLOBEX,
    },
    Partner {
        name: "Initech",
        domain: "initechfinance.com",
        refresh_days: 30,
        list_age_days: 34,
        contacts: &[
            ("Milo Tanaka", PartnerManager, "milo.tanaka"),
            ("Ruth Adeyemi", PartnerExecutive, "ruth.adeyemi"),
        ],
        overlaps: INITECH,
    },
];

const NORTHWIND: &[Overlap] = &[
    (
        "Brightwater Outdoor",
        "brightwateroutdoor.com",
        Some(Deal),
        Some(Customer),
        A,
        Some(120_000),
        NEGOTIATION,
        2,
    ),
    ("Halden Home", "haldenhome.com", Some(Deal), Some(Customer), A, Some(86_000), PROPOSAL, 1),
    ("Juniper & Fold", "juniperandfold.com", Some(Deal), Some(Deal), B, Some(64_000), PROPOSAL, 3),
    ("Cobalt Cycles", "cobaltcycles.io", Some(Prospect), Some(Customer), A, None, None, 1),
    ("Marlow Apparel", "marlowapparel.com", Some(Customer), Some(Prospect), B, None, None, 6),
    ("Osprey Kitchens", "ospreykitchens.com", Some(Prospect), Some(Customer), NONE, None, None, 8),
    (
        "Tidewell Pharmacy",
        "tidewellpharmacy.com",
        Some(Deal),
        Some(Customer),
        PRIYA,
        Some(210_000),
        DISCOVERY,
        4,
    ),
    ("Lumen Lane", "lumenlane.com", Some(Customer), Some(Deal), A, None, None, 2),
    ("Fenwick Toys", "fenwicktoys.com", Some(Prospect), Some(Prospect), NONE, None, None, 9),
    ("Arbor Grocers", "arborgrocers.com", Some(Deal), Some(Prospect), A, Some(47_500), QUALIFIED, 5),
    ("Solstice Beauty", "solsticebeauty.com", Some(Customer), Some(Prospect), B, None, None, 1),
    (
        "Kestrel Footwear",
        "kestrelfootwear.com",
        Some(Deal),
        Some(Customer),
        JONAS,
        Some(158_000),
        PROPOSAL,
        12,
    ),
    ("Pinecrest Pets", "pinecrestpets.com", Some(Prospect), Some(Customer), A, None, None, 3),
    ("Vantage Optics", "vantageoptics.io", Some(Prospect), Some(Deal), NONE, None, None, 7),
    ("Harbor & Hale", "harborandhale.com", Some(Customer), Some(Customer), B, None, None, 14),
    ("Quill Stationers", "quillstationers.com", Some(Deal), Some(Deal), A, Some(32_000), DISCOVERY, 2),
    ("Redwood Audio", "redwoodaudio.com", Some(Prospect), Some(Customer), PRIYA, None, None, 4),
    ("Silverline Sport", "silverlinesport.com", Some(Customer), Some(Prospect), NONE, None, None, 11),
    ("Tern Travel Goods", "terntravelgoods.com", Some(Prospect), Some(Prospect), A, None, None, 6),
    ("Umbra Interiors", "umbrainteriors.com", Some(Deal), Some(Customer), B, Some(93_000), QUALIFIED, 10),
    ("Westhaven Garden", "westhavengarden.com", Some(Prospect), Some(Customer), NONE, None, None, 1),
    ("Yarrow Skincare", "yarrowskincare.com", Some(Customer), Some(Deal), A, None, None, 5),
    ("Zephyr Bikes", "zephyrbikes.io", Some(Prospect), Some(Deal), B, None, None, 15),
    ("Calder Books", "calderbooks.com", None, Some(Customer), NONE, None, None, 3),
];

const GLOBEX: &[Overlap] = &[
    (
        "Brightwater Outdoor",
        "brightwateroutdoor.com",
        Some(Deal),
        Some(Prospect),
        A,
        Some(120_000),
        NEGOTIATION,
        12,
    ),
    ("Anchor Foods", "anchorfoods.com", Some(Deal), Some(Customer), B, Some(175_000), NEGOTIATION, 13),
    ("Bluepeak Beverages", "bluepeakbeverages.com", Some(Prospect), Some(Customer), A, None, None, 16),
    ("Cedar Mills", "cedarmills.com", Some(Customer), Some(Prospect), NONE, None, None, 18),
    ("Dunmore Tools", "dunmoretools.com", Some(Deal), Some(Deal), JONAS, Some(58_000), PROPOSAL, 12),
    ("Everly Furniture", "everlyfurniture.com", Some(Prospect), Some(Customer), B, None, None, 14),
    ("Foxglove Flowers", "foxgloveflowers.com", Some(Customer), Some(Deal), A, None, None, 20),
    (
        "Granite Auto Parts",
        "graniteautoparts.com",
        Some(Deal),
        Some(Customer),
        A,
        Some(240_000),
        DISCOVERY,
        12,
    ),
    ("Hollis Electronics", "holliselectronics.com", Some(Prospect), Some(Prospect), NONE, None, None, 22),
    ("Ironbridge Paper", "ironbridgepaper.com", Some(Customer), Some(Prospect), B, None, None, 17),
    ("Kingsley Wines", "kingsleywines.com", Some(Prospect), Some(Deal), A, None, None, 13),
    ("Larkspur Linen", "larkspurlinen.com", Some(Deal), Some(Customer), PRIYA, Some(71_000), QUALIFIED, 15),
    ("Mossbank Dairy", "mossbankdairy.com", Some(Prospect), Some(Customer), NONE, None, None, 19),
    ("Northgate Lighting", "northgatelighting.com", Some(Customer), Some(Customer), B, None, None, 21),
    ("Oakmere Baby", "oakmerebaby.com", Some(Deal), Some(Prospect), A, Some(39_000), DISCOVERY, 12),
    ("Pembroke Ceramics", "pembrokeceramics.com", Some(Prospect), Some(Customer), B, None, None, 24),
    ("Ravenna Coffee", "ravennacoffee.io", Some(Customer), Some(Prospect), A, None, None, 13),
    ("Saltmarsh Seafood", "saltmarshseafood.com", Some(Prospect), Some(Customer), JONAS, None, None, 16),
    ("Thornbury Tiles", "thornburytiles.com", None, Some(Deal), NONE, None, None, 12),
    ("Valley Hardware", "valleyhardware.com", Some(Deal), Some(Customer), B, Some(102_000), PROPOSAL, 14),
];

const INITECH: &[Overlap] = &[
    ("Halden Home", "haldenhome.com", Some(Deal), Some(Customer), A, Some(86_000), PROPOSAL, 34),
    ("Aldgate Insurance", "aldgateinsurance.com", Some(Prospect), Some(Customer), B, None, None, 35),
    ("Beacon Credit Union", "beaconcredit.com", Some(Customer), Some(Prospect), A, None, None, 36),
    ("Crossfield Media", "crossfieldmedia.com", Some(Deal), Some(Deal), PRIYA, Some(54_000), QUALIFIED, 34),
    ("Delphi Clinics", "delphiclinics.com", Some(Prospect), Some(Customer), NONE, None, None, 40),
    ("Eastfield Energy", "eastfieldenergy.com", Some(Deal), Some(Customer), A, Some(310_000), DISCOVERY, 38),
    ("Fairmont Freight", "fairmontfreight.com", Some(Customer), Some(Prospect), B, None, None, 45),
    ("Gilded Hotels", "gildedhotels.com", Some(Prospect), Some(Prospect), NONE, None, None, 34),
    ("Hartwell Legal", "hartwelllegal.com", Some(Prospect), Some(Customer), JONAS, None, None, 41),
    ("Ivory Studios", "ivorystudios.io", Some(Customer), Some(Deal), A, None, None, 37),
    ("Jasper Mining", "jaspermining.com", Some(Deal), Some(Prospect), B, Some(130_000), PROPOSAL, 34),
    ("Keystone Clinics", "keystoneclinics.com", Some(Prospect), Some(Customer), A, None, None, 39),
    ("Lowell Transit", "lowelltransit.com", Some(Customer), Some(Prospect), NONE, None, None, 50),
    ("Meadowbrook Schools", "meadowbrookschools.com", Some(Prospect), Some(Deal), B, None, None, 36),
    ("Orchard Telecom", "orchardtelecom.com", Some(Deal), Some(Customer), A, Some(88_000), NEGOTIATION, 34),
    ("Paragon Fitness", "paragonfitness.com", None, None, NONE, None, None, 35),
];
