//! Each leak that was once open, with the hand that tried it: through the desk, on the embedded store.

mod change;
mod house;
mod see;
