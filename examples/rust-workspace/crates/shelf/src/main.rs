//! `shelf`: catalogs text files, and finds them again.

mod scan;
mod serve;
mod store;

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Result;
use clap::{Parser, Subcommand};
use shelf_search::Query;
use tracing::info;
use tracing_subscriber::EnvFilter;

#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    /// Where the shelf is kept.
    #[arg(long, env = "SHELF_FILE", default_value = "shelf.json.gz")]
    file: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Puts the text files of a folder on the shelf.
    Scan { folder: PathBuf },
    /// Finds documents by words.
    Search {
        words: Vec<String>,
        #[arg(long)]
        pattern: Option<String>,
        #[arg(long)]
        name: Option<String>,
    },
    /// Writes a table of all documents.
    Table,
    /// Answers searches over HTTP, as a TOML file says.
    Serve { settings: PathBuf },
}

fn main() -> Result<()> {
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    let Arguments { file, command } = Arguments::parse();
    let started = Instant::now();
    match command {
        Command::Scan { folder } => {
            let shelf = scan::scan(&folder)?;
            store::save(&file, &shelf)?;
            println!("{} documents", shelf.documents.len());
        }
        Command::Search {
            words,
            pattern,
            name,
        } => {
            let shelf = store::load(&file)?;
            let query = Query::new(&words.join(" "), pattern.as_deref(), name.as_deref())?;
            for hit in query.run(&shelf) {
                println!(
                    "{:8.3}  {}  {}",
                    hit.score,
                    hit.document.path,
                    hit.document.title()
                );
            }
        }
        Command::Table => store::write_table(&store::load(&file)?, std::io::stdout())?,
        Command::Serve { settings } => serve::serve(&settings, store::load(&file)?)?,
    }
    info!("done in {}", humantime::format_duration(started.elapsed()));
    Ok(())
}
