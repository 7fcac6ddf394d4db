//! The pages as a browser without script sees them: the whole router over the embedded store and the real definitions.

#[path = "pages/browser.rs"]
mod browser;
#[path = "web/city.rs"]
#[allow(dead_code, reason = "shared with the other faces' tests, which use more of it")]
mod city;
#[path = "pages/every_page.rs"]
mod every_page;
#[path = "pages/forms.rs"]
mod forms;
#[path = "pages/lists.rs"]
mod lists;
