//! Leaving secrets out of what others will read. Pure.

mod scrub;

pub use scrub::{MASK, all as scrub, is_sensitive};
