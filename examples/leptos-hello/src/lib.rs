//! A page that Leptos draws.

use leptos::prelude::*;
use wasm_bindgen::prelude::wasm_bindgen;

#[component]
fn Hello() -> impl IntoView {
    let (clicks, set_clicks) = signal(0);
    view! { <button on:click=move |_| *set_clicks.write() += 1>"Hello: " {clicks} " clicks"</button> }
}

/// Draws the page.
#[wasm_bindgen]
pub fn draw() {
    leptos::mount::mount_to_body(Hello);
}
