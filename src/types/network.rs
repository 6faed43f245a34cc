//! [`Network`]: a range of addresses, such as `10.1.0.0/16` or `2001:db8::/32` (RFC 4632, RFC 4291).

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;

/// See the module. A single address is the network of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Network(IpNet);

impl Network {
    /// Whether the address is one of the network. IPv4 in IPv6 (`::ffff:10.0.0.1`) is taken as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }

    /// The addresses that one caller may be expected to have: the address itself, and of IPv6 its /64.
    pub fn around(address: IpAddr) -> Self {
        let address = address.to_canonical();
        let bits = if address.is_ipv4() { 32 } else { 64 };
        Network(IpNet::new_assert(address, bits).trunc())
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let address = || text.parse::<IpAddr>().ok().map(IpNet::from);
        let network = text.parse::<IpNet>().ok().or_else(address);
        match network {
            Some(network) if network == network.trunc() => Ok(Network(network)),
            Some(network) => Err(format!(
                "{text} has bits behind its prefix; write {}",
                network.trunc()
            )),
            None => Err(format!(
                "{text:?} is no network; write one like 10.1.0.0/16, 2001:db8::/32 or 192.0.2.7"
            )),
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = self.0.prefix_len() == self.0.max_prefix_len();
        match whole {
            true => self.0.addr().fmt(f),
            false => self.0.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_of_both_kinds_hold_their_addresses_alone() {
        for (network, inside, outside) in [
            ("10.1.0.0/16", "10.1.255.255", "10.2.0.0"),
            ("192.0.2.7", "192.0.2.7", "192.0.2.8"),
            ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::1"),
            ("10.1.0.0/16", "::ffff:10.1.0.9", "2001:db8::1"),
        ] {
            let network: Network = network.parse().unwrap();
            assert!(network.contains(inside.parse().unwrap()), "{network} {inside}");
            assert!(!network.contains(outside.parse().unwrap()), "{network} {outside}");
        }
        for wrong in ["", "10.1.0.0/33", "10.1.0.1/16", "10.1", "example.org", "::/129"] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_caller_is_an_address_or_a_64() {
        let around = |address: &str| Network::around(address.parse().unwrap()).to_string();
        assert_eq!(around("192.0.2.7"), "192.0.2.7");
        assert_eq!(around("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(around("2001:db8:1:2:3::4"), "2001:db8:1:2::/64");
    }
}
