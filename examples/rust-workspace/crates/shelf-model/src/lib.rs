//! What a shelf holds: documents, each with a name, a digest and a time.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use camino::{Utf8Path, Utf8PathBuf};
use chrono::{DateTime, Utc};
use indexmap::IndexMap;
use semver::Version;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;
use url::Url;
use uuid::Uuid;

#[derive(Debug, Error)]
pub enum ShelfError {
    #[error("{path} is on the shelf already")]
    Twice { path: Utf8PathBuf },
    #[error("the shelf was written by version {found}, and this is {known}")]
    Newer { found: Version, known: Version },
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Document {
    pub id: Uuid,
    pub path: Utf8PathBuf,
    pub source: Option<Url>,
    pub modified: DateTime<Utc>,
    /// SHA-256 in hexadecimal, for people.
    pub digest: String,
    /// BLAKE3 in base64, for the index.
    pub fingerprint: String,
    pub text: String,
}

impl Document {
    pub fn new(path: &Utf8Path, modified: DateTime<Utc>, text: String) -> Self {
        Self {
            id: Uuid::new_v5(&Uuid::NAMESPACE_URL, path.as_str().as_bytes()),
            path: path.to_owned(),
            source: Url::from_file_path(path).ok(),
            modified,
            digest: hex::encode(Sha256::digest(&text)),
            fingerprint: URL_SAFE_NO_PAD.encode(blake3::hash(text.as_bytes()).as_bytes()),
            text,
        }
    }

    pub fn title(&self) -> &str {
        self.text
            .lines()
            .find(|line| !line.trim().is_empty())
            .unwrap_or("")
    }
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Shelf {
    pub version: Version,
    pub documents: IndexMap<Uuid, Document>,
}

impl Shelf {
    pub fn new() -> Self {
        Self {
            version: Self::current(),
            documents: IndexMap::new(),
        }
    }

    pub fn put(&mut self, document: Document) -> Result<(), ShelfError> {
        match self.documents.insert(document.id, document) {
            None => Ok(()),
            Some(before) => Err(ShelfError::Twice { path: before.path }),
        }
    }

    pub fn check_version(&self) -> Result<(), ShelfError> {
        let known = Self::current();
        if self.version > known {
            return Err(ShelfError::Newer {
                found: self.version.clone(),
                known,
            });
        }
        Ok(())
    }

    fn current() -> Version {
        Version::new(0, 1, 0)
    }
}

impl Default for Shelf {
    fn default() -> Self {
        Self::new()
    }
}
