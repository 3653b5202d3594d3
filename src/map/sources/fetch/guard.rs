//! Which addresses may be asked: a configured address, or one that a server sends us on to, must not make us a way into
//! the network that we run in.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// Whether an address may be asked; `private` also lets in this machine and private networks.
///
/// # Errors
/// Says why not, without the address.
pub fn admit(url: &Url, private: bool) -> Result<(), &'static str> {
    let ip = match url.host() {
        Some(Host::Ipv4(ip)) => Some(IpAddr::V4(ip)),
        Some(Host::Ipv6(ip)) => Some(IpAddr::V6(ip)),
        Some(Host::Domain(_)) => None,
        None => return Err("it has no host"),
    };
    let loopback = ip.is_some_and(|ip| ip.is_loopback())
        || url.host_str().is_some_and(|host| host == "localhost" || host.ends_with(".localhost"));
    match url.scheme() {
        "https" => {}
        "http" if loopback && private => {}
        "http" if loopback => return Err("it is on this machine; private_addresses = true allows that"),
        _ => return Err("it must begin with https://"),
    }
    if !private && (loopback || ip.is_some_and(|ip| !is_public(ip))) {
        return Err("it is on this machine or in a private network; private_addresses = true allows that");
    }
    Ok(())
}

/// Whether anybody on the internet could ask this address too.
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

/// Source: IANA, "IPv4 Special-Purpose Address Registry".
fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (18..20).contains(&b));
    !special
}

/// Source: IANA, "IPv6 Special-Purpose Address Registry". Addresses that carry one of IPv4 are judged by that.
fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, c, d, e, f, g, h] = ip.segments();
    let carried = |high: u16, low: u16| {
        let [w, x] = high.to_be_bytes();
        let [y, z] = low.to_be_bytes();
        is_public_v4(Ipv4Addr::new(w, x, y, z))
    };
    match (a, b) {
        (0, 0) if [c, d, e] == [0; 3] && (f == 0 || f == 0xffff) => f == 0xffff && carried(g, h),
        (0x64, 0xff9b) if [c, d, e, f] == [0; 4] => carried(g, h),
        (0x2002, _) => carried(b, c),
        // Of what is assigned, only 2000::/3 is for everybody; 2001::/23 and the documentation's are not.
        (0x2001, 0..0x200) | (0x2001, 0xdb8) | (0x3fff, 0..0x1000) => false,
        _ => a & 0xe000 == 0x2000,
    }
}

/// Looks names up and refuses those that lead to an address that is not public, at the moment of the connection: what
/// was looked up earlier may have changed.
#[derive(Debug)]
pub(super) struct PublicOnly;

/// A name leads into a private network.
#[derive(Debug, thiserror::Error)]
#[error("its name leads into a private network; private_addresses = true allows that")]
pub(super) struct NotPublic;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            if found.iter().any(|address| !is_public(address.ip())) {
                return Err(NotPublic.into());
            }
            let all: Addrs = Box::new(found.into_iter());
            Ok(all)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_public_is_asked() {
        for private in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "192.0.0.8",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "203.0.113.5",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "2001:db8::1",
            "::ffff:10.0.0.1",
            "::ffff:127.0.0.1",
            "::127.0.0.1",
            "64:ff9b::10.0.0.1",
            "2002:7f00:1::",
            "2001::1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
        for public in ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::1.1.1.1"] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }

    #[test]
    fn addresses_are_https_and_public_unless_allowed() {
        let admitted = |url: &str, private| admit(&Url::parse(url).unwrap(), private).is_ok();
        for (url, by_default, where_allowed) in [
            ("https://lists.example.com/a.csv", true, true),
            ("http://lists.example.com/a.csv", false, false),
            ("http://127.0.0.1:8080/", false, true),
            ("http://[::1]/", false, true),
            ("http://localhost/", false, true),
            ("https://localhost/", false, true),
            ("https://10.0.0.7/", false, true),
            ("http://10.0.0.7/", false, false),
            ("https://0x7f000001/", false, true),
            ("https://2130706433/", false, true),
            ("file:///etc/passwd", false, false),
            ("gopher://example.com/", false, false),
        ] {
            assert_eq!((admitted(url, false), admitted(url, true)), (by_default, where_allowed), "{url}");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_home_is_refused() {
        let found = PublicOnly.resolve("localhost".parse().unwrap()).await;
        assert!(found.is_err_and(|e| e.is::<NotPublic>()));
    }
}
