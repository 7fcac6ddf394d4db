//! Which network addresses may be called: what a name resolves to is checked, and exactly that is connected to. A push service's
//! address comes from a stranger's browser: without this it could point into the municipality's own network.

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
    /// The municipality's own networks and this machine too.
    pub private: bool,
}

/// What sort of address it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Public,
    Private,
    Loopback,
    /// Never a service: link-local (where clouds keep their secrets), multicast, reserved, documentation.
    Never,
}

impl Guard {
    fn lets(&self, ip: IpAddr) -> bool {
        match sort(ip) {
            Sort::Public => true,
            Sort::Private | Sort::Loopback => self.private,
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
    fn only_public_addresses_are_called_unless_private_ones_are_allowed() {
        let (closed, own) = (Guard { private: false }, Guard { private: true });
        let all = |guard: &Guard, list: &[&str]| list.iter().map(|t| guard.lets(t.parse().unwrap())).collect::<Vec<_>>();
        let public = ["8.8.8.8", "2a00:1450::1", "172.32.0.1"];
        let inside = ["10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "fd00::1", "127.8.8.8", "::1", "::ffff:127.0.0.1"];
        let carried = ["64:ff9b::7f00:1", "::ffff:10.0.0.1", "2002:a00:1::"];
        let never =
            ["169.254.169.254", "::ffff:169.254.169.254", "0.0.0.0", "::", "fe80::1", "224.0.0.1", "ff02::1", "203.0.113.5"];
        assert_eq!((all(&closed, &public), all(&own, &public)), (vec![true; 3], vec![true; 3]));
        assert_eq!((all(&closed, &inside), all(&own, &inside)), (vec![false; 8], vec![true; 8]));
        assert_eq!((all(&closed, &carried), all(&own, &carried)), (vec![false; 3], vec![true; 3]));
        assert_eq!((all(&closed, &never), all(&own, &never)), (vec![false; 8], vec![false; 8]));
    }
}
