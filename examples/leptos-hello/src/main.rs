fn main() {
    leptos_hello::draw();
}
