//! What differs between the editions.

pub mod cluster;
