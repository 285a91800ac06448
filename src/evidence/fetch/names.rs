//! Names of hosts to addresses, private ones left out.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::evidence::links::guard;
use crate::evidence::links::settings::Settings;

/// Looks a name up. May block.
pub type Names = Arc<dyn Fn(&str) -> Result<Vec<IpAddr>, NameTrouble> + Send + Sync>;

/// Why a name has no address to ask.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NameTrouble {
    /// There is certainly no such name.
    Missing,
    /// The name is there, without an address; or it can't be told.
    Failing(String),
    /// All its addresses are private.
    Private(&'static str),
}

impl fmt::Display for NameTrouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("no such host"),
            Self::Failing(reason) => write!(f, "the name can't be looked up: {reason}"),
            Self::Private(reason) => write!(f, "the name leads to {reason}"),
        }
    }
}

impl Error for NameTrouble {}

/// Asks the system.
pub(super) fn system() -> Names {
    Arc::new(|name| match (name, 0).to_socket_addrs() {
        Ok(addresses) => Ok(addresses.map(|address| address.ip()).collect()),
        Err(error) => Err(trouble(&error)),
    })
}

/// What the system's error means. Only texts that say "no such name" are sure; "no address" and "try again" are not.
fn trouble(error: &std::io::Error) -> NameTrouble {
    const MISSING: [&str; 4] = [
        "Name or service not known",
        "Name does not resolve",
        "nodename nor servname provided",
        "No such host is known",
    ];
    let text = error.to_string();
    if MISSING.iter().any(|missing| text.contains(missing)) { NameTrouble::Missing } else { NameTrouble::Failing(text) }
}

/// The resolver of the client: the addresses that it gives are the ones that are connected to, there is no second look-up.
#[derive(Clone)]
pub(super) struct Guarded {
    names: Names,
    settings: Arc<Settings>,
    /// Hosts of proxies, which are not asked for pages.
    proxies: Arc<BTreeSet<String>>,
}

impl Guarded {
    pub(super) fn new(names: Names, settings: Arc<Settings>, proxies: BTreeSet<String>) -> Self {
        Self { names, settings, proxies: Arc::new(proxies) }
    }

    /// The public addresses of a name; all of them where the policy allows private ones.
    pub(super) fn look_up(&self, name: &str) -> Result<Vec<IpAddr>, NameTrouble> {
        let addresses = (self.names)(name)?;
        if self.settings.may_be_private(name) {
            return Ok(addresses);
        }
        let reason = addresses.iter().find_map(|address| guard::not_public(*address));
        let public: Vec<IpAddr> =
            addresses.into_iter().filter(|address| guard::not_public(*address).is_none()).collect();
        match reason {
            Some(reason) if public.is_empty() => Err(NameTrouble::Private(reason)),
            _ if public.is_empty() => Err(NameTrouble::Failing("it has no address".into())),
            _ => Ok(public),
        }
    }

    /// The same without blocking the others.
    async fn look_up_beside(&self, name: &str, connecting: bool) -> Result<Vec<IpAddr>, NameTrouble> {
        let (this, name) = (self.clone(), name.to_owned());
        let found = tokio::task::spawn_blocking(move || {
            let proxy = connecting && this.proxies.contains(&name);
            if proxy { (this.names)(&name) } else { this.look_up(&name) }
        });
        let found = found.await;
        found.unwrap_or_else(|error| Err(NameTrouble::Failing(error.to_string())))
    }

    /// Whether the name's registrable domain is certainly not there, as far as this network knows: the domain's name is missing
    /// too, its suffix is one of the public list's, and a name that is always there (RFC 2606) is found.
    pub(super) async fn domain_is_missing(&self, host: &str) -> bool {
        let Some(domain) = psl::domain(host.as_bytes()) else { return false };
        if domain.suffix().typ() != Some(psl::Type::Icann) {
            return false;
        }
        let name = String::from_utf8_lossy(domain.as_bytes()).into_owned();
        self.look_up_beside(&name, false).await == Err(NameTrouble::Missing)
            && self.look_up_beside("example.com", false).await.is_ok()
    }

    /// Why a name must not be handed to a proxy: it is known to be private. A name that is not known here is the proxy's matter.
    pub(super) async fn refusal_by_proxy(&self, host: &str) -> Option<NameTrouble> {
        if self.proxies.is_empty() {
            return None;
        }
        self.look_up_beside(host, false).await.err().filter(|trouble| matches!(trouble, NameTrouble::Private(_)))
    }
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let this = self.clone();
        Box::pin(async move {
            let addresses = this.look_up_beside(name.as_str(), true).await?;
            let addresses: Addrs = Box::new(addresses.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_name_that_is_certainly_missing_is_missing() {
        let told =
            |text: &str| trouble(&std::io::Error::other(format!("failed to lookup address information: {text}")));
        assert_eq!(told("Name or service not known"), NameTrouble::Missing);
        assert!(matches!(told("Temporary failure in name resolution"), NameTrouble::Failing(_)));
        assert!(matches!(told("No address associated with hostname"), NameTrouble::Failing(_)));
    }

    #[test]
    fn names_of_private_addresses_are_refused_and_mixed_ones_filtered() {
        let names: Names = Arc::new(|name| match name {
            "inner.acme.io" => Ok(vec![[10, 0, 0, 1].into(), [127, 0, 0, 1].into()]),
            "mixed.acme.io" => Ok(vec![[10, 0, 0, 1].into(), [1, 1, 1, 1].into()]),
            _ => Err(NameTrouble::Missing),
        });
        let mut settings = Settings::default();
        let guarded = Guarded::new(Arc::clone(&names), Arc::new(settings.clone()), BTreeSet::new());
        assert_eq!(guarded.look_up("inner.acme.io"), Err(NameTrouble::Private("a private address")));
        assert_eq!(guarded.look_up("mixed.acme.io"), Ok(vec![[1, 1, 1, 1].into()]));
        settings.given.allow_private = true;
        assert_eq!(
            Guarded::new(names, Arc::new(settings), BTreeSet::new()).look_up("inner.acme.io").map(|found| found.len()),
            Ok(2)
        );
    }
}
