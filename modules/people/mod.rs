//! People: the organisation, its posts, who holds them, who stands in for whom (articles 5, 6, 8–19), and the journals of who
//! looked at what (article 7/f). See `README.md`.

pub mod checks;
pub mod demo;
