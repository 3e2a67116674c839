//! Whole outcomes, without a Docker engine.

mod render;
