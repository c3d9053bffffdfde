//! Says which crates this layer has compiled: as JSON, or only how many with `--version`.

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct Lock {
    package: Vec<Package>,
}

#[derive(Deserialize, Serialize)]
struct Package {
    name: String,
    version: String,
    /// Where the crate comes from; absent for the crate at hand.
    #[serde(skip_serializing)]
    source: Option<String>,
}

fn main() -> Result<()> {
    let lock: Lock = toml::from_str(include_str!("../Cargo.lock")).context("Cargo.lock")?;
    let crates: Vec<&Package> = lock.package.iter().filter(|package| package.source.is_some()).collect();
    match std::env::args().nth(1).as_deref() {
        None => println!("{}", serde_json::to_string_pretty(&crates)?),
        Some("--version") => println!("rust-deps {} ({} crates)", env!("CARGO_PKG_VERSION"), crates.len()),
        Some(other) => bail!("unknown argument {other}: rust-deps takes none, or --version"),
    }
    Ok(())
}
