//! A shelf as a file: JSON, gzipped, replaced as a whole.

use std::fs::File;
use std::io::{BufReader, Write};
use std::path::Path;

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use shelf_model::Shelf;
use tempfile::NamedTempFile;

pub fn save(path: &Path, shelf: &Shelf) -> Result<()> {
    let folder = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut file = NamedTempFile::new_in(folder)?;
    let mut encoder = GzEncoder::new(&mut file, Compression::default());
    serde_json::to_writer(&mut encoder, shelf)?;
    encoder.finish()?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

pub fn load(path: &Path) -> Result<Shelf> {
    let file = File::open(path).with_context(|| format!("{} cannot be opened", path.display()))?;
    let shelf: Shelf = serde_json::from_reader(BufReader::new(GzDecoder::new(file)))?;
    shelf.check_version()?;
    Ok(shelf)
}

pub fn write_table(shelf: &Shelf, into: impl Write) -> Result<()> {
    let mut table = csv::Writer::from_writer(into);
    table.write_record(["path", "modified", "digest", "title"])?;
    for document in shelf.documents.values() {
        let modified = document.modified.to_rfc3339();
        table.write_record([
            document.path.as_str(),
            &modified,
            &document.digest,
            document.title(),
        ])?;
    }
    table.flush()?;
    Ok(())
}
