//! Who people are, wired: the key of one-time codes, the directory, outside providers; and the sweep.

use crate::context::{City, Context};
use meydan_identity::{Identity, RelyingParty, Vault, ldap::LdapSource};
use std::{net::SocketAddr, sync::Arc, time::Duration};

/// How often secrets whose time is over are forgotten, and sessions of who is no longer active are ended.
const SWEEP_INTERVAL: Duration = Duration::from_secs(60);

/// The room of identity over an opened city, as configured.
///
/// # Errors
/// `secrets-key`, `ldap-settings`, those of outside providers' settings.
pub(super) fn open(context: &Context, city: &City, address: SocketAddr) -> meydan_kernel::Result<Identity> {
    let config = &context.config;
    let title = &config.city.title;
    let identity = Identity::new(Arc::clone(&city.desk))
        .with_vault(Vault::load_or_make(&config.secrets_key_path())?)
        .of_city(&title.tr, [title.en.clone()])
        .with_providers(config.providers()?);
    // Browsers know passkeys at https:// addresses and at localhost only; elsewhere people come by their passwords.
    let base = config.base_url.clone().unwrap_or_else(|| format!("http://{address}"));
    let identity = match RelyingParty::new(&title.tr, &base) {
        Ok(party) => identity.with_passkeys(party),
        Err(error) => {
            tracing::warn!("no passkeys: {error}");
            identity
        }
    };
    Ok(match config.directory()? {
        Some(settings) => identity.with_password_source(Arc::new(LdapSource::new(settings))),
        None => identity,
    })
}

/// Sweeps now and then, for ever. A failure is the operator's to know and never stops the server.
pub(super) async fn sweep(identity: Arc<Identity>) {
    loop {
        tokio::time::sleep(SWEEP_INTERVAL).await;
        if let Err(error) = identity.sweep().await {
            tracing::warn!("secrets can't be swept: {error}");
        }
    }
}
