//! One TLS configuration for everything that goes out (the API client, downloads, Socket Mode, lists): rustls with ring and the system's roots.

use std::sync::Arc;

use hyper_rustls::ConfigBuilderExt;
use rustls::{ClientConfig, RootCertStore};

/// The system has no usable certificate roots, or ring offers no protocol version.
#[derive(Debug, thiserror::Error)]
#[error("TLS cannot be set up: {0}. Install the system's CA certificates (Debian: ca-certificates)")]
pub struct TlsError(String);

/// Builds the configuration. Without `trust` (an API address that is not https) no roots are read and every
/// certificate is refused.
pub fn config(trust: bool) -> Result<Arc<ClientConfig>, TlsError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| TlsError(e.to_string()))?;
    let builder = if trust {
        builder.with_native_roots().map_err(|e| TlsError(e.to_string()))?
    } else {
        builder.with_root_certificates(RootCertStore::empty())
    };
    Ok(Arc::new(builder.with_no_client_auth()))
}
