//! The texts that ship with the product.

use std::sync::{Arc, LazyLock};

use super::Template;

macro_rules! sources {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../../templates/comms/", $name, ".md")))),*]
    };
}

/// In the order in which they are listed.
pub(super) const SOURCES: &[(&str, &str)] = sources![
    "prospecting-introduction",
    "prospecting-asset",
    "prospecting-their-launch",
    "prospecting-our-launch",
    "prospecting-result",
    "prospecting-their-season",
    "prospecting-offer-of-help",
    "expansion-their-launch",
    "expansion-their-launch-comment",
    "expansion-asset",
    "expansion-introduction",
    "expansion-our-launch",
    "expansion-result",
    "expansion-their-season",
    "expansion-offer-of-help",
    "executive-introduction",
    "executive-result",
    "executive-their-launch",
    "executive-our-launch",
    "executive-asset",
    "executive-offer-of-help",
    "presales-introduction",
    "presales-asset",
    "presales-their-launch",
    "presales-our-launch",
    "presales-result",
    "presales-offer-of-help",
];

static SHIPPED: LazyLock<Vec<Arc<Template>>> = LazyLock::new(|| {
    SOURCES.iter().filter_map(|(name, source)| Template::parse(name, source).ok()).map(Arc::new).collect()
});

/// The texts that ship with the product, in the order in which they are listed. Which ones a workspace uses,
/// [`super::texts::now`] says.
pub fn shipped() -> &'static [Arc<Template>] {
    &SHIPPED
}
