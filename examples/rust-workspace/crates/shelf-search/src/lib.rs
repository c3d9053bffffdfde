//! Finds documents: by words, by a pattern, by the names of files.

use aho_corasick::{AhoCorasick, MatchKind};
use globset::{Glob, GlobMatcher};
use itertools::Itertools;
use rayon::prelude::*;
use regex::Regex;
use shelf_model::{Document, Shelf};
use smallvec::SmallVec;
use thiserror::Error;
use unicode_segmentation::UnicodeSegmentation;

#[derive(Debug, Error)]
pub enum QueryError {
    #[error("the words cannot be searched for: {0}")]
    Words(#[from] aho_corasick::BuildError),
    #[error("the pattern is wrong: {0}")]
    Pattern(#[from] regex::Error),
    #[error("the name is wrong: {0}")]
    Name(#[from] globset::Error),
}

pub struct Query {
    words: AhoCorasick,
    count: usize,
    pattern: Option<Regex>,
    name: Option<GlobMatcher>,
}

#[derive(Debug)]
pub struct Hit<'a> {
    pub document: &'a Document,
    pub score: f64,
    /// Byte offsets of the words found.
    pub places: SmallVec<[usize; 8]>,
}

/// What a document's score is worth more for each word of the query that its title has.
const TITLE_WEIGHT: f64 = 2.0;

impl Query {
    pub fn new(words: &str, pattern: Option<&str>, name: Option<&str>) -> Result<Self, QueryError> {
        let words: Vec<String> = words
            .unicode_words()
            .map(str::to_lowercase)
            .unique()
            .collect();
        Ok(Self {
            words: AhoCorasick::builder()
                .ascii_case_insensitive(true)
                .match_kind(MatchKind::LeftmostLongest)
                .build(&words)?,
            count: words.len(),
            pattern: pattern.map(Regex::new).transpose()?,
            name: name
                .map(Glob::new)
                .transpose()?
                .map(|glob| glob.compile_matcher()),
        })
    }

    /// The best first.
    pub fn run<'a>(&self, shelf: &'a Shelf) -> Vec<Hit<'a>> {
        let hits: Vec<Hit> = shelf
            .documents
            .values()
            .par_bridge()
            .filter_map(|each| self.judge(each))
            .collect();
        hits.into_iter()
            .sorted_by(|a, b| {
                b.score
                    .total_cmp(&a.score)
                    .then_with(|| a.document.path.cmp(&b.document.path))
            })
            .collect()
    }

    fn judge<'a>(&self, document: &'a Document) -> Option<Hit<'a>> {
        if self
            .name
            .as_ref()
            .is_some_and(|name| !name.is_match(&document.path))
        {
            return None;
        }
        if self
            .pattern
            .as_ref()
            .is_some_and(|pattern| !pattern.is_match(&document.text))
        {
            return None;
        }
        let places: SmallVec<[usize; 8]> = self
            .words
            .find_iter(&document.text)
            .map(|found| found.start())
            .collect();
        if places.is_empty() && self.count > 0 {
            return None;
        }
        let length = document.text.unicode_words().count().max(1);
        let titled = self.words.find_iter(document.title()).count();
        let score = (places.len() as f64 + TITLE_WEIGHT * titled as f64) / (length as f64).sqrt();
        Some(Hit {
            document,
            score,
            places,
        })
    }
}
