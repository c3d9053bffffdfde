//! Searches over HTTP: GET /search?words=….

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use axum::extract::{Query as Parameters, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use shelf_model::Shelf;
use shelf_search::Query;
use tracing::info;

#[derive(Deserialize)]
struct Settings {
    listen: SocketAddr,
}

#[derive(Deserialize)]
struct Asked {
    words: String,
    pattern: Option<String>,
}

#[derive(Serialize)]
struct Found {
    path: String,
    title: String,
    score: f64,
}

pub fn serve(settings: &Path, shelf: Shelf) -> Result<()> {
    let text = fs::read_to_string(settings)
        .with_context(|| format!("{} cannot be read", settings.display()))?;
    let Settings { listen } = toml::from_str(&text)?;
    let router = Router::new()
        .route("/search", get(search))
        .with_state(Arc::new(shelf));
    tokio::runtime::Runtime::new()?.block_on(async {
        let listener = tokio::net::TcpListener::bind(listen).await?;
        info!("listening on {listen}");
        let interrupt = async { tokio::signal::ctrl_c().await.unwrap_or_default() };
        Ok(axum::serve(listener, router)
            .with_graceful_shutdown(interrupt)
            .await?)
    })
}

async fn search(
    State(shelf): State<Arc<Shelf>>,
    Parameters(asked): Parameters<Asked>,
) -> Result<Json<Vec<Found>>, (StatusCode, String)> {
    let query = Query::new(&asked.words, asked.pattern.as_deref(), None)
        .map_err(|error| (StatusCode::BAD_REQUEST, error.to_string()))?;
    let found = query.run(&shelf).into_iter().map(|hit| Found {
        path: hit.document.path.to_string(),
        title: hit.document.title().to_owned(),
        score: hit.score,
    });
    Ok(Json(found.collect()))
}
