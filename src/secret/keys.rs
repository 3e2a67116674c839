//! RSA key pairs of clusters, random secrets, checksums: the only file that knows the crypto crates.
//!
//! The cluster edition validates deployment tokens with `CLUSTER_PUBLIC_KEY`; the private half is the
//! registry's `clusterSecret` (overview page). Two spellings of one key are documented: PKCS#1 with
//! CRLF in the registry, and the public half as base64 without armour, which is the one form that
//! survives a line of `.env`.

use super::Secret;
use crate::error::{Failure, Kind, Result};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use aws_lc_rs::{digest, rand};
use pkcs8::der::pem;
use pkcs8::{LineEnding, PrivateKeyInfoRef};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use zeroize::Zeroizing;

/// The armour's label of a PKCS#1 private key.
const PKCS1: &str = "RSA PRIVATE KEY";
/// The armour's label of a PKCS#8 private key.
const PKCS8: &str = "PRIVATE KEY";
/// The armour's label of a public key (X.509 SubjectPublicKeyInfo).
const SPKI: &str = "PUBLIC KEY";

/// An RSA private key. Shows nothing of itself in debug output.
#[derive(Clone, PartialEq, Eq)]
pub struct PrivateKey {
    pkcs1: Arc<Zeroizing<Vec<u8>>>,
    spki: Vec<u8>,
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(…)")
    }
}

/// A new RSA key of 2048 bits, the size the old CLI made.
///
/// Fails only when the operating system gives no randomness.
pub fn generate() -> Result<PrivateKey> {
    let pair = RsaKeyPair::generate(KeySize::Rsa2048)
        .map_err(|_| Failure::new(Kind::Failed, "could not generate a key pair: no randomness"))?;
    PrivateKey::from_pair(&pair)
}

impl PrivateKey {
    /// Reads a PEM text: PKCS#1 (`RSA PRIVATE KEY`) or PKCS#8 (`PRIVATE KEY`), any line ends and
    /// width, text around the armour ignored.
    ///
    /// # Errors
    ///
    /// [`Kind::ConfigInvalid`] with what is wrong; nothing of the key is repeated.
    pub fn parse(text: &str) -> Result<PrivateKey> {
        // Checking a key takes longer than all else that many runs do, and one key is in several files.
        static CHECKED: Mutex<BTreeMap<[u8; digest::SHA256_OUTPUT_LEN], PrivateKey>> =
            Mutex::new(BTreeMap::new());
        let checked = || CHECKED.lock().unwrap_or_else(PoisonError::into_inner);
        let mut name = [0; digest::SHA256_OUTPUT_LEN];
        let (label, der) = dearmour(text)?;
        name.copy_from_slice(digest::digest(&digest::SHA256, &der).as_ref());
        if let Some(known) = checked().get(&name) {
            return Ok(known.clone());
        }
        let key = PrivateKey::read(label, &der)?;
        checked().insert(name, key.clone());
        Ok(key)
    }

    fn read(label: &str, der: &[u8]) -> Result<PrivateKey> {
        let pair = match label {
            PKCS1 => RsaKeyPair::from_der(der),
            _ => RsaKeyPair::from_pkcs8(der),
        };
        let pair = pair.map_err(|why| {
            invalid(format!(
                "the `{label}` block contains no usable RSA key ({why})"
            ))
            .hint("RSA keys of 2048 bits and more are accepted")
        })?;
        PrivateKey::from_pair(&pair)
    }

    fn from_pair(pair: &RsaKeyPair) -> Result<PrivateKey> {
        let broken = || Failure::new(Kind::Failed, "could not encode the key pair");
        let pkcs8: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| broken())?;
        let spki: PublicKeyX509Der<'_> = pair.public_key().as_der().map_err(|_| broken())?;
        let info = PrivateKeyInfoRef::try_from(pkcs8.as_ref()).map_err(|_| broken())?;
        Ok(PrivateKey {
            pkcs1: Arc::new(info.private_key.as_bytes().to_vec().into()),
            spki: spki.as_ref().to_vec(),
        })
    }

    /// The key as PKCS#1 DER, for signing.
    pub fn pkcs1_der(&self) -> &[u8] {
        &self.pkcs1
    }

    /// The key as PKCS#1 PEM, lines of 64 columns ended by LF: the form of `cluster.yml`.
    pub fn pem_pkcs1(&self) -> Secret {
        armour(PKCS1, &self.pkcs1).into()
    }

    /// The same with CRLF: the form of the registry in the overview page.
    pub fn pem_pkcs1_crlf(&self) -> Secret {
        to_crlf(self.pem_pkcs1().reveal()).into()
    }

    /// The public half as PEM, for people and other programs.
    pub fn public_spki_pem(&self) -> String {
        armour(SPKI, &self.spki)
    }

    /// The public half as one line of base64 without armour: the form of `CLUSTER_PUBLIC_KEY`.
    pub fn public_spki_base64(&self) -> String {
        let pem = self.public_spki_pem();
        pem.lines().filter(|line| !line.starts_with('-')).collect()
    }
}

/// Text whose lines end with CRLF, whatever they ended with.
pub fn to_crlf(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\n', "\r\n")
}

/// A random secret of 40 letters and digits, 238 bits: safe in every file format and shell.
///
/// Fails only when the operating system gives no randomness.
pub fn random_secret() -> Result<Secret> {
    const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut secret = String::with_capacity(40);
    while secret.len() < 40 {
        let mut bytes = [0u8; 64];
        rand::fill(&mut bytes).map_err(|_| {
            Failure::new(Kind::Failed, "could not generate a secret: no randomness")
        })?;
        // Bytes from 248 on would make the first letters likelier than the others.
        let fair = bytes.iter().filter(|byte| **byte < 248);
        let missing = 40 - secret.len();
        secret.extend(
            fair.take(missing)
                .map(|byte| char::from(ALPHABET[usize::from(byte % 62)])),
        );
    }
    Ok(secret.into())
}

/// The first 64 bits of a text's SHA-256 in hexadecimal: shows whether the text was edited.
pub fn checksum(text: &str) -> String {
    let digest = digest::digest(&digest::SHA256, text.as_bytes());
    digest.as_ref()[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn armour(label: &str, der: &[u8]) -> String {
    // The label is ours and the length far below the limit: encoding cannot fail.
    pem::encode_string(label, LineEnding::LF, der).unwrap_or_default()
}

/// The label and the bytes between the armour lines.
fn dearmour(text: &str) -> Result<(&'static str, Vec<u8>)> {
    let begin = "-----BEGIN ";
    let Some(start) = text.find(begin) else {
        return Err(invalid("no `-----BEGIN RSA PRIVATE KEY-----` line"));
    };
    let rest = &text[start + begin.len()..];
    let Some((found, rest)) = rest.split_once("-----") else {
        return Err(invalid("the `-----BEGIN` line is truncated"));
    };
    let label = match found {
        PKCS1 => PKCS1,
        PKCS8 => PKCS8,
        "ENCRYPTED PRIVATE KEY" => return Err(encrypted()),
        _ if found.ends_with(SPKI) => {
            return Err(invalid("it is a public key; the private key is required"));
        }
        _ if found.ends_with(PKCS8) => {
            return Err(invalid("it is not an RSA key").hint("Prisma 1 supports only RSA keys"));
        }
        _ => return Err(invalid("the `-----BEGIN` line is of another kind")),
    };
    let Some((body, _)) = rest.split_once(&format!("-----END {label}-----")) else {
        return Err(invalid(format!("no `-----END {label}-----` line")));
    };
    if body.contains("ENCRYPTED") {
        return Err(encrypted());
    }
    // Keys get re-wrapped by editors and YAML folding; the decoder wants lines of 64.
    let base64: Vec<char> = body.chars().filter(|c| !c.is_whitespace()).collect();
    let lines: Vec<String> = base64
        .chunks(64)
        .map(|line| line.iter().collect())
        .collect();
    let exact = format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        lines.join("\n")
    );
    match pem::decode_vec(exact.as_bytes()) {
        Ok((_, der)) => Ok((label, der)),
        Err(_) => Err(invalid(
            "invalid base64 between the `-----BEGIN` and `-----END` lines",
        )),
    }
}

fn invalid(why: impl fmt::Display) -> Failure {
    Failure::new(Kind::ConfigInvalid, format!("not a private key: {why}"))
}

fn encrypted() -> Failure {
    invalid("it is encrypted").hint("decrypt it with `openssl rsa -in KEY -traditional`")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `openssl ARGS` makes of `input`; `None` where there is no such program.
    fn openssl(args: &[&str], input: &str) -> Option<String> {
        crate::process::find_program("openssl", path())?;
        let child = duct::cmd("openssl", args)
            .stdin_bytes(input)
            .stderr_capture();
        let mut output = child.read().expect("openssl succeeds");
        // `read` takes the last line end off.
        output.push('\n');
        Some(output)
    }

    #[expect(clippy::disallowed_methods, reason = "a test has no context")]
    fn path() -> Option<std::ffi::OsString> {
        std::env::var_os("PATH")
    }

    #[test]
    fn a_key_is_spelled_as_openssl_spells_it() {
        let key = generate().expect("generates");
        let pem = key.pem_pkcs1().reveal().to_owned();
        let Some(checked) = openssl(&["rsa", "-check", "-traditional"], &pem) else {
            crate::skip::skip("comparing keys with openssl", "no `openssl`");
            return;
        };
        // Some releases write "RSA key ok" in front, to stdout.
        assert!(checked.ends_with(&pem), "the same PKCS#1");
        let public = openssl(&["rsa", "-pubout"], &pem).expect("is there");
        assert_eq!(key.public_spki_pem(), public);
        let pkcs8 = openssl(&["pkcs8", "-topk8", "-nocrypt"], &pem).expect("is there");
        assert_eq!(PrivateKey::parse(&pkcs8), Ok(key));
    }

    #[test]
    fn a_key_is_checked_once() {
        let pem = generate().expect("generates").pem_pkcs1();
        let parsed = || PrivateKey::parse(pem.reveal()).expect("a key");
        let (one, other) = (parsed(), parsed());
        assert!(Arc::ptr_eq(&one.pkcs1, &other.pkcs1));
    }

    #[test]
    fn every_spelling_of_a_key_is_the_same_key() {
        let key = generate().expect("generates");
        let pem = key.pem_pkcs1().reveal().to_owned();
        assert!(pem.starts_with("-----BEGIN RSA PRIVATE KEY-----\n"));
        assert!(pem.ends_with("-----END RSA PRIVATE KEY-----\n"));
        assert!(pem.lines().all(|line| line.len() <= 64));
        let crlf = key.pem_pkcs1_crlf().reveal().to_owned();
        assert_eq!(crlf.matches("\r\n").count(), pem.matches('\n').count());
        let folded = pem.replace('\n', " ");
        let indented = format!("\n  {}", pem.replace('\n', "\n  "));
        for spelling in [&pem, &crlf, &folded, &indented] {
            assert_eq!(PrivateKey::parse(spelling).as_ref(), Ok(&key));
        }
        let line = key.public_spki_base64();
        assert!(
            line.chars()
                .all(|c| c.is_ascii_alphanumeric() || "+/=".contains(c))
        );
        assert_eq!(line.len(), 392, "294 bytes of a 2048-bit key");
        assert_eq!(format!("{key:?}"), "PrivateKey(…)");
    }

    #[test]
    fn invalid_keys_are_rejected_without_being_shown() {
        let key = generate().expect("generates");
        let pem = key.pem_pkcs1().reveal().to_owned();
        let armoured = |label: &str, body: &str| {
            format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")
        };
        let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        let cases = [
            (
                "secret".to_owned(),
                "no `-----BEGIN RSA PRIVATE KEY-----` line",
            ),
            ("-----BEGIN RSA".to_owned(), "truncated"),
            (
                pem.replace("-----END", "--END"),
                "no `-----END RSA PRIVATE KEY-----` line",
            ),
            (key.public_spki_pem(), "public key"),
            (armoured("RSA PUBLIC KEY", &body), "public key"),
            (armoured("EC PRIVATE KEY", &body), "not an RSA key"),
            (armoured("CERTIFICATE", &body), "of another kind"),
            (armoured("ENCRYPTED PRIVATE KEY", &body), "encrypted"),
            (
                armoured(PKCS1, "Proc-Type: 4,ENCRYPTED\n\nAAAA"),
                "encrypted",
            ),
            (armoured(PKCS1, "[ long key omitted ]"), "base64"),
            (armoured(PKCS1, &body[..600]), "no usable RSA key"),
            (armoured(PKCS8, &body), "no usable RSA key"),
            (armoured(PKCS1, ""), ""),
        ];
        for (text, why) in cases {
            let failure = PrivateKey::parse(&text).expect_err(why);
            assert_eq!(failure.kind, Kind::ConfigInvalid);
            assert!(failure.message().contains(why), "{why}: {failure}");
            assert!(!failure.message().contains(&body[..8]), "{failure}");
        }
    }

    #[test]
    fn secrets_are_long_random_and_plain() {
        let secrets: Vec<String> = (0..50)
            .map(|_| random_secret().expect("makes one").reveal().to_owned())
            .collect();
        for secret in &secrets {
            assert_eq!(secret.len(), 40);
            assert!(secret.chars().all(|c| c.is_ascii_alphanumeric()));
        }
        let letters: std::collections::BTreeSet<char> = secrets.concat().chars().collect();
        assert_eq!(letters.len(), 62, "all letters occur");
    }

    #[test]
    fn the_checksum_is_the_beginning_of_sha256() {
        assert_eq!(checksum(""), "e3b0c44298fc1c14");
        assert_eq!(checksum("abc"), "ba7816bf8f01cfea");
    }
}
