//! Finds what somebody meant by a name, with near misses.

use super::account::Account;
use super::domain::Domain;
use super::partner::Partner;
use super::{name, store};
use crate::kernel::blocks::clip;
use crate::kernel::error::{Error, Result};
use crate::kernel::text::escape;
use crate::store::Tx;

/// The partner of that name, or what to tell the user.
pub async fn find_partner(tx: &mut Tx, words: &str) -> Result<Result<Partner, Error>> {
    let partners = store::partners(tx).await?;
    let key = name::key(words);
    if let Some(partner) = partners.iter().find(|p| name::key(&p.name) == key) {
        return Ok(Ok(partner.clone()));
    }
    let names: Vec<&str> = partners.iter().map(|p| p.name.as_str()).collect();
    let near = name::similar(words, &names);
    Ok(Err(Error::user(match near.first() {
        Some(near) => format!("I don't know a partner \"{}\". Did you mean {}?", quoted(words), escape(near)),
        None if names.is_empty() => "There is no partner yet. `/partner partner add` adds one.".to_owned(),
        None => format!(
            "I don't know a partner \"{}\". The partners here are {}.",
            quoted(words),
            escape(&names.join(", "))
        ),
    })))
}

/// What a name stands for.
#[derive(Clone, Debug)]
pub enum Named {
    /// A partner.
    Partner(Partner),
    /// An account.
    Account(Account),
}

/// The partner or the account of that name, or a user's error with near misses.
pub async fn partner_or_account(tx: &mut Tx, words: &str) -> Result<Named> {
    let unknown = match find_partner(tx, words).await? {
        Ok(partner) => return Ok(Named::Partner(partner)),
        Err(unknown) => unknown,
    };
    match find_account(tx, words).await {
        Ok(account) => Ok(Named::Account(account)),
        // A near miss of a partner's name says more than that no account is called so.
        Err(Error::User(_)) if is_near_partner(tx, words).await? => Err(unknown),
        Err(error) => Err(error),
    }
}

async fn is_near_partner(tx: &mut Tx, words: &str) -> Result<bool> {
    let names: Vec<String> = store::partners(tx).await?.into_iter().map(|p| p.name).collect();
    Ok(!name::similar(words, &names).is_empty())
}

/// The account of that name or domain, or a user's error with near misses. One name under two domains is asked about.
pub async fn find_account(tx: &mut Tx, words: &str) -> Result<Account> {
    let domain = Domain::of_account(words).map(|d| d.as_str().to_owned());
    let key = name::key(words);
    let found = store::accounts_like(tx, domain.as_slice(), std::slice::from_ref(&key)).await?;
    let mut found: Vec<Account> = found.into_iter().map(|(account, _)| account).collect();
    if let Some(at) = found.iter().position(|a| domain.is_some() && a.domain == domain) {
        return Ok(found.swap_remove(at));
    }
    if found.len() > 1 {
        return Err(which_of(words, &found));
    }
    if let Some(only) = found.pop() {
        return Ok(only);
    }
    let known = store::account_names(tx, 5000).await?;
    let names: Vec<&str> = known.iter().map(|a| a.name.as_str()).collect();
    let near = name::similar(words, &names);
    Err(Error::user(if near.is_empty() {
        format!(
            "I don't know an account \"{}\". `/partner overlaps add` adds one with its partner.",
            quoted(words)
        )
    } else {
        format!("I don't know an account \"{}\". Did you mean {}?", quoted(words), escape(&near.join(" or ")))
    }))
}

/// What was typed, as it is repeated in an answer.
fn quoted(words: &str) -> String {
    escape(&clip(words, 80))
}

/// At most so many accounts of one name are listed.
const LISTED: usize = 5;

fn which_of(words: &str, accounts: &[Account]) -> Error {
    let mut named: Vec<&str> =
        accounts.iter().map(|a| a.domain.as_deref().unwrap_or("one without a domain")).collect();
    named.sort_unstable();
    let more = if named.len() > LISTED { " or another" } else { "" };
    named.truncate(LISTED);
    Error::user(format!(
        "There are {} accounts \"{}\": {}{more}. Write the domain of the one that you mean.",
        accounts.len(),
        quoted(words),
        escape(&named.join(" or "))
    ))
}
