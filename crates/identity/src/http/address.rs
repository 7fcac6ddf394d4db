//! Which network addresses may be called: what a name resolves to is checked, and exactly that is connected to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use ureq::{
    Error,
    config::Config,
    http::Uri,
    unversioned::{
        resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver},
        transport::NextTimeout,
    },
};

/// Resolves names to addresses that may be called.
#[derive(Debug)]
pub(super) struct Guard {
    /// The municipality's own networks.
    pub private: bool,
    /// This machine.
    pub loopback: bool,
}

/// What sort of address it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Public,
    Private,
    Loopback,
    /// Never a provider: link-local (where clouds keep their secrets), multicast, reserved, documentation.
    Never,
}

impl Guard {
    fn lets(&self, ip: IpAddr) -> bool {
        match sort(ip) {
            Sort::Public => true,
            Sort::Private => self.private,
            Sort::Loopback => self.loopback,
            Sort::Never => false,
        }
    }
}

impl Resolver for Guard {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let all = DefaultResolver::default().resolve(uri, config, timeout)?;
        let mut allowed = self.empty();
        for address in all.iter().filter(|a| self.lets(a.ip())) {
            allowed.push(*address);
        }
        if allowed.is_empty() { Err(Error::HostNotFound) } else { Ok(allowed) }
    }
}

fn sort(ip: IpAddr) -> Sort {
    match ip {
        IpAddr::V4(ip) => sort_v4(ip),
        IpAddr::V6(ip) => sort_v6(ip),
    }
}

/// By the IANA IPv4 Special-Purpose Address Registry (RFC 6890).
fn sort_v4(ip: Ipv4Addr) -> Sort {
    match ip.octets() {
        [127, ..] => Sort::Loopback,
        [10, ..] | [192, 168, ..] => Sort::Private,
        [172, b, ..] if (16..32).contains(&b) => Sort::Private,
        [100, b, ..] if (64..128).contains(&b) => Sort::Private,
        [0, ..] | [169, 254, ..] | [224..=255, ..] | [192, 0, 0 | 2, _] | [192, 88, 99, _] => Sort::Never,
        [198, 18 | 19, ..] | [198, 51, 100, _] | [203, 0, 113, _] => Sort::Never,
        _ => Sort::Public,
    }
}

/// By the IANA IPv6 Special-Purpose Address Registry; addresses that carry an IPv4 one are of its sort.
fn sort_v6(ip: Ipv6Addr) -> Sort {
    let s = ip.segments();
    let v4 = |high: u16, low: u16| sort_v4(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)));
    match s {
        [0, 0, 0, 0, 0, 0, 0, 1] => Sort::Loopback,
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => v4(high, low),
        [0x2002, high, low, ..] => v4(high, low),
        [0x2001, 0xdb8, ..] | [0x2001, 0, ..] | [0x3fff, ..] => Sort::Never,
        [0x2000..=0x3fff, ..] => Sort::Public,
        [0xfc00..=0xfdff, ..] => Sort::Private,
        _ => Sort::Never,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_sorted() {
        let cases = [
            ("8.8.8.8", Sort::Public),
            ("2a00:1450::1", Sort::Public),
            ("172.32.0.1", Sort::Public),
            ("10.1.2.3", Sort::Private),
            ("172.16.0.1", Sort::Private),
            ("192.168.1.1", Sort::Private),
            ("100.64.0.1", Sort::Private),
            ("fd00::1", Sort::Private),
            ("127.0.0.1", Sort::Loopback),
            ("127.8.8.8", Sort::Loopback),
            ("::1", Sort::Loopback),
            ("::ffff:127.0.0.1", Sort::Loopback),
            ("64:ff9b::7f00:1", Sort::Loopback),
            ("::ffff:10.0.0.1", Sort::Private),
            ("2002:a00:1::", Sort::Private),
            ("169.254.169.254", Sort::Never),
            ("::ffff:169.254.169.254", Sort::Never),
            ("0.0.0.0", Sort::Never),
            ("::", Sort::Never),
            ("fe80::1", Sort::Never),
            ("255.255.255.255", Sort::Never),
            ("224.0.0.1", Sort::Never),
            ("ff02::1", Sort::Never),
            ("203.0.113.5", Sort::Never),
        ];
        for (text, expected) in cases {
            assert_eq!(sort(text.parse().unwrap()), expected, "{text}");
        }
    }

    #[test]
    fn the_guard_lets_what_was_configured() {
        let closed = Guard { private: false, loopback: false };
        let own = Guard { private: true, loopback: true };
        let [public, private, cloud] = ["8.8.8.8", "10.0.0.1", "169.254.169.254"].map(|t| t.parse::<IpAddr>().unwrap());
        assert!(closed.lets(public) && own.lets(public));
        assert!(!closed.lets(private) && own.lets(private));
        assert!(!closed.lets(cloud) && !own.lets(cloud));
    }
}
