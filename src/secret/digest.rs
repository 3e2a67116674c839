//! Digests of data that is too big to hold.

use aws_lc_rs::digest;

/// A SHA-256 under construction.
pub struct Sha256(digest::Context);

impl Sha256 {
    pub fn new() -> Sha256 {
        Sha256(digest::Context::new(&digest::SHA256))
    }

    pub fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    /// As docker spells digests.
    pub fn finish(self) -> String {
        let digest = self.0.finish();
        let hex: String = digest
            .as_ref()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        format!("sha256:{hex}")
    }
}
