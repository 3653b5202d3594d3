//! Why two accounts were paired, in words.

use super::evidence::{Sign, Signs};

/// What the names have in common.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NameTie {
    /// Too little to say.
    #[default]
    None,
    /// Everything.
    Same,
    /// All but the legal form.
    LegalForm,
    /// The words, in another order.
    Order,
    /// One is the initials of the other.
    Initials,
    /// They differ in spelling or in a word of little weight.
    Alike,
    /// One holds the other.
    Contained,
    /// A rare word.
    Part,
}

/// What the websites have in common.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WebTie {
    /// One of them has none.
    #[default]
    None,
    /// The same domain.
    Same,
    /// Domains that are named alike.
    Alike,
    /// Nothing.
    Differs,
}

/// Why two accounts were paired, and what made it uncertain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Grounds {
    /// The user's table says so.
    pub alias: bool,
    /// The names.
    pub name: NameTie,
    /// The websites.
    pub web: WebTie,
    /// More than one pair shares the domain.
    pub crowded: bool,
    /// The countries: `None` where one is not told.
    pub same_country: Option<bool>,
    /// The same postcode.
    pub same_postcode: bool,
    /// Much of the address, or a city that few have.
    pub same_place: bool,
    /// Numbers in the names that differ.
    pub numbers: bool,
    /// Another pair fits one of the two better.
    pub rivalled: bool,
    /// Linked because they are of one family, not because they are one legal entity.
    pub kin: bool,
}

impl Grounds {
    /// From the signs of a pair; its countries, `None` where one is not told, are no sign of their own.
    pub fn of(signs: &Signs, same_country: Option<bool>) -> Self {
        let on = |sign: Sign| signs[sign as usize] > 0.5;
        let value = |sign: Sign| signs[sign as usize];
        let name = if on(Sign::NameWhole) && on(Sign::NameEqual) {
            NameTie::Same
        } else if on(Sign::NameEqual) {
            NameTie::LegalForm
        } else if on(Sign::NameSorted) {
            NameTie::Order
        } else if on(Sign::Initials) {
            NameTie::Initials
        } else if value(Sign::Words).max(value(Sign::Gram)) > 0.7 {
            NameTie::Alike
        } else if value(Sign::Contained) > 0.9 {
            NameTie::Contained
        } else if value(Sign::Words).max(value(Sign::Gram)) > 0.3 {
            NameTie::Part
        } else {
            NameTie::None
        };
        let web = if on(Sign::Page) || on(Sign::Host) || on(Sign::Domain) {
            WebTie::Same
        } else if on(Sign::LabelNear) {
            WebTie::Alike
        } else if on(Sign::DomainDiffers) {
            WebTie::Differs
        } else {
            WebTie::None
        };
        Self {
            name,
            web,
            same_country,
            crowded: web == WebTie::Same && value(Sign::DomainCount) > 0.1,
            same_postcode: on(Sign::Postcode),
            same_place: value(Sign::Address) > 0.5,
            numbers: on(Sign::NumberDiffers) || on(Sign::NumberExtra),
            ..Self::default()
        }
    }

    /// As a number, to be stored; [`Grounds::unpacked`] is the way back.
    pub(super) fn packed(self) -> i32 {
        let bits = [
            self.alias,
            self.crowded,
            self.same_country.is_some(),
            self.same_country == Some(true),
            self.same_postcode,
            self.same_place,
            self.numbers,
            self.rivalled,
            self.kin,
        ];
        let flags = bits.iter().rev().fold(0, |all, bit| all << 1 | i32::from(*bit));
        flags << 8 | (self.web as i32) << 4 | self.name as i32
    }

    /// From [`Grounds::packed`].
    pub(super) fn unpacked(number: i32) -> Self {
        let flag = |at: u32| number >> (8 + at) & 1 == 1;
        let names = [
            NameTie::None,
            NameTie::Same,
            NameTie::LegalForm,
            NameTie::Order,
            NameTie::Initials,
            NameTie::Alike,
            NameTie::Contained,
            NameTie::Part,
        ];
        let webs = [WebTie::None, WebTie::Same, WebTie::Alike, WebTie::Differs];
        Self {
            name: names[(number & 7) as usize],
            web: webs[(number >> 4 & 3) as usize],
            alias: flag(0),
            crowded: flag(1),
            same_country: flag(2).then(|| flag(3)),
            same_postcode: flag(4),
            same_place: flag(5),
            numbers: flag(6),
            rivalled: flag(7),
            kin: flag(8),
        }
    }

    /// One line for a person: what agrees, then what does not.
    /// `domain` is the registrable domain of ours.
    pub fn sentence(&self, domain: &str, uncertain: bool) -> String {
        let mut parts: Vec<String> = Vec::with_capacity(5);
        if self.alias {
            parts.push("your alias table says so".to_owned());
        }
        if self.kin {
            parts.push(format!("same family: siblings on {domain}"));
        } else if self.web == WebTie::Same {
            parts.push(format!("same domain {domain}"));
        }
        let name = match self.name {
            NameTie::Same => "same name",
            NameTie::LegalForm => "name differs only in legal form",
            NameTie::Order => "same words in the name, in another order",
            NameTie::Initials => "one name is the initials of the other",
            NameTie::Alike => "names nearly the same",
            NameTie::Contained => "one name holds the other",
            NameTie::Part => "names share a telling word",
            NameTie::None if self.web == WebTie::Same => "names differ",
            NameTie::None => "names have little in common",
        };
        parts.push(name.to_owned());
        match (self.same_postcode, self.same_place, self.same_country) {
            (true, _, _) => parts.push("same postcode".to_owned()),
            (_, true, Some(true)) => parts.push("same country and place".to_owned()),
            (_, true, _) => parts.push("same place".to_owned()),
            (_, _, Some(true)) => parts.push("same country".to_owned()),
            _ => {}
        }
        let mut but: Vec<&str> = Vec::new();
        if self.same_country == Some(false) {
            but.push("countries differ");
        }
        if self.web == WebTie::Alike {
            but.push("domains are alike but not the same");
        } else if self.web == WebTie::Differs {
            but.push("domains differ");
        }
        if self.numbers {
            but.push("a number in the name differs");
        }
        if uncertain && self.crowded && !self.kin {
            but.push("several accounts share the domain");
        }
        if self.rivalled {
            but.push("another account fits better: a subsidiary or a sibling?");
        }
        let mut line = parts.join(", ");
        if !but.is_empty() {
            line.push_str("; ");
            line.push_str(&but.join(", "));
        }
        if uncertain {
            line.push_str(": review");
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_back() {
        let number = (0..1 << 9).map(|flags: i32| flags << 8 | (flags & 3) << 4 | flags >> 2 & 7);
        // A country that is not told agrees with nobody.
        for number in number.filter(|number| number >> 10 & 3 != 2) {
            assert_eq!(Grounds::unpacked(number).packed(), number);
        }
    }
}
