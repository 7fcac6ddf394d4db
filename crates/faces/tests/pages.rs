//! The pages as a browser without script sees them: the whole router over the embedded store and the real definitions.

#[path = "pages/browser.rs"]
mod browser;
#[path = "pages/cases.rs"]
mod cases;
#[path = "web/city.rs"]
#[allow(dead_code, reason = "shared with the other faces' tests, which use more of it")]
mod city;
#[path = "pages/coming_in.rs"]
mod coming_in;
#[path = "pages/every_page.rs"]
mod every_page;
#[path = "pages/forms.rs"]
mod forms;
#[path = "pages/house.rs"]
mod house;
#[path = "pages/lists.rs"]
mod lists;
#[path = "pages/own_account.rs"]
mod own_account;
