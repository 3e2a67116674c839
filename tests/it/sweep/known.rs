//! The secrets of a run, and what each looks like in somebody else's spelling.

use prisma_cli::testing::secret::keys::PrivateKey;

/// Shorter pieces of a secret stand in other words by chance.
const SHORTEST: usize = 8;

/// A secret of the run.
pub struct Known {
    /// How to call it.
    pub name: &'static str,
    /// Ends of the paths of files it may stand in.
    pub files: &'static [&'static str],
    /// The project whose docker-compose is given it.
    pub given_to: &'static str,
    forms: Vec<String>,
}

impl Known {
    pub fn text(
        name: &'static str,
        text: &str,
        files: &'static [&'static str],
        given_to: &'static str,
    ) -> Known {
        // Letters and digits stay what they are in JSON, YAML, a shell's quotes and in a URL.
        let plain = |c: char| !c.is_ascii_alphanumeric();
        let pieces: Vec<&str> = text.split(plain).filter(|p| p.len() >= SHORTEST).collect();
        assert!(!pieces.is_empty(), "{name} cannot be searched for");
        Known {
            name,
            files,
            given_to,
            forms: pieces.into_iter().flat_map(forms).collect(),
        }
    }

    /// A key, but for the first lines, which have the public half.
    pub fn key(name: &'static str, key: &PrivateKey, files: &'static [&'static str]) -> Known {
        let pem = key.pem_pkcs1().reveal().to_owned();
        let lines = pem.lines().filter(|line| line.len() == 64).skip(8);
        Known::text(name, &lines.collect::<Vec<_>>().join("\n"), files, "")
    }

    /// What of it is in a text.
    pub fn found_in(&self, text: &str) -> Option<&str> {
        let mut forms = self.forms.iter().map(String::as_str);
        forms.find(|form| text.contains(form))
    }
}

/// A piece as it is, in hexadecimal, and what base64 makes of it wherever it stands.
fn forms(piece: &str) -> Vec<String> {
    let mut forms = vec![piece.to_owned()];
    for hex in [
        |b: u8| format!("{b:02x}"),
        |b: u8| format!("{b:02X}"),
        |b: u8| format!("%{b:02X}"),
    ] {
        forms.push(piece.bytes().map(hex).collect());
    }
    for before in 0..3 {
        let bytes: Vec<u8> = std::iter::repeat_n(b' ', before)
            .chain(piece.bytes())
            .collect();
        let whole = (before * 8).div_ceil(6)..bytes.len() * 8 / 6;
        forms.push(base64(&bytes)[whole].to_owned());
    }
    forms
}

/// The letters of base64, which are those of its URL-safe variant for what has only letters and digits.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let letters = bytes.chunks(3).flat_map(|chunk| {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        [18, 12, 6, 0].map(|shift| char::from(LETTERS[(bits >> shift & 63) as usize]))
    });
    letters.collect()
}

#[test]
fn a_secret_is_found_in_every_spelling() {
    let known = Known::text("it", "s3cretHead$$ '#\"midd1eOfIt/%", &[], "");
    for text in [
        "x s3cretHead y",
        "\\\"midd1eOfIt%2F",
        "6d69646431654f664974",
        "%6D%69%64%64%31%65%4F%66%49%74",
        "aHR0cDovL3M6czNjcmV0SGVhZEBo",
        "eHMzY3JldEhlYWQ=",
        "czNjcmV0SGVhZA==",
    ] {
        assert!(known.found_in(text).is_some(), "{text}");
    }
    assert_eq!(known.found_in("s3cret Head middle"), None);
}
