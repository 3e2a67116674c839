//! An entry of a list to select from.

use std::fmt;

/// A value, and the line that stands for it in the list.
#[derive(Debug, Clone)]
pub struct Choice<T> {
    pub value: T,
    pub shown: String,
}

impl<T> Choice<T> {
    pub fn new(value: T, shown: impl Into<String>) -> Self {
        let shown = shown.into();
        Choice { value, shown }
    }
}

impl<T> fmt::Display for Choice<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}
