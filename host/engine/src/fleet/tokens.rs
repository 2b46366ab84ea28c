//! Operators' tokens that the gateway itself issues.

use chargetap_fleet::access::{self, AccessScope, Scope, TokenDetails};
use chargetap_fleet::command::Command;
use secrecy::{ExposeSecret, SecretString};

use super::records;
use crate::error::EngineError;
use crate::gateway::Gateway;
use crate::id;
use crate::platform::Platform;

/// What stands before the bootstrap token where a host has no place to write it but standard error.
pub const BOOTSTRAP_TOKEN: &str = "bootstrap token of the first operator, printed only this once: ";

/// At the very first start, issue the token with which everything else begins.
pub(crate) async fn issue_bootstrap_token(
    gateway: &Gateway<impl Platform>,
) -> Result<(), EngineError> {
    if records::current(gateway).await?.write > 0 {
        return Ok(());
    }
    let token = issue_operator_token(gateway, "first").await?;
    gateway.fleet.keep_bootstrap_token(token);
    Ok(())
}

/// Issue an operator's token that reaches everywhere.
pub(crate) async fn issue_operator_token(
    gateway: &Gateway<impl Platform>,
    name: &str,
) -> Result<SecretString, EngineError> {
    let token = SecretString::from(format!("ctp_{}", id::unguessable(&gateway.platform)));
    let details = TokenDetails {
        name: name
            .parse()
            .map_err(|error| EngineError::Store(format!("{error}")))?,
        scope: Scope::Operator,
        access: AccessScope::Everywhere,
        expires: None,
    };
    let hash = access::hash(token.expose_secret().as_bytes());
    records::command(gateway, &Command::IssueToken(details, hash)).await?;
    Ok(token)
}
