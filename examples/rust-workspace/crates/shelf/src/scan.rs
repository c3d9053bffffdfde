//! Text files of a folder, without what its .gitignore leaves out.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use camino::Utf8Path;
use ignore::WalkBuilder;
use shelf_model::{Document, Shelf};
use tracing::debug;

pub fn scan(folder: &Path) -> Result<Shelf> {
    let mut shelf = Shelf::new();
    for entry in WalkBuilder::new(folder)
        .sort_by_file_path(Path::cmp)
        .build()
    {
        let entry = entry?;
        let Some(path) = Utf8Path::from_path(entry.path()).filter(|path| path.is_file()) else {
            continue;
        };
        let Ok(text) = fs::read_to_string(path) else {
            debug!("{path} is no text");
            continue;
        };
        let modified = entry
            .metadata()?
            .modified()
            .with_context(|| format!("{path} has no time"))?;
        shelf.put(Document::new(path, modified.into(), text))?;
    }
    Ok(shelf)
}
