//! Tokens that show what they are by their form, and addresses that are secrets themselves.

use super::skip;
use crate::secret::MASK;

/// How tokens of well-known services begin.
const BEGINNINGS: &[&str] = &[
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "xoxa-",
    "xoxb-",
    "xoxp-",
    "xoxr-",
    "xoxs-",
    "xapp-",
    "sk_live_",
    "sk_test_",
    "rk_live_",
    "whsec_",
    "npm_",
    "pypi-",
    "dckr_pat_",
    "hf_",
    "shpat_",
    "dop_v1_",
    "lin_api_",
    "AKIA",
    "ASIA",
    "AIza",
    "SG.",
    "sk-ant-",
    "eyJ",
];

/// From how many characters after its beginning on it is one.
const LONG: usize = 12;

/// Paths after which an address has a secret.
const HOOKS: &[&str] = &[
    "hooks.slack.com/",
    "hooks.zapier.com/",
    "discord.com/api/webhooks/",
    "discordapp.com/api/webhooks/",
    "/webhook/",
    "/webhooks/",
    "/webhookb2/",
    "api.telegram.org/bot",
    "maker.ifttt.com/trigger/",
];

pub fn all(line: &str) -> String {
    schemes(&beginnings(&hooks(line)))
}

pub fn may_be(text: &str) -> bool {
    let schemes = ["earer ", "asic "];
    let mut all = BEGINNINGS.iter().chain(&schemes);
    all.any(|one| text.contains(one))
}

fn beginnings(line: &str) -> String {
    if !BEGINNINGS.iter().any(|one| line.contains(one)) {
        return line.to_owned();
    }
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-_.=".contains(c);
    let mut out = String::new();
    let mut at = 0;
    while at < line.len() {
        let rest = &line[at..];
        let inside = out.ends_with(|c: char| c.is_ascii_alphanumeric());
        let begun = BEGINNINGS
            .iter()
            .find(|one| !inside && rest.starts_with(**one));
        if let Some(begun) = begun {
            let end = skip(line, at, is_part);
            // Signed tokens have three parts of base64, the first of which begins a JSON document.
            let token = &line[at + begun.len()..end];
            let is_mixed = token.contains(|c: char| c.is_ascii_digit())
                && token.contains(|c: char| c.is_ascii_alphabetic());
            let is_one = match *begun {
                "eyJ" => token.contains('.'),
                _ => token.len() >= LONG && is_mixed,
            };
            out += if is_one { MASK } else { &line[at..end] };
            at = end;
        } else if let Some(next) = rest.chars().next() {
            out.push(next);
            at += next.len_utf8();
        }
    }
    out
}

fn hooks(line: &str) -> String {
    let ends = |c: char| c.is_whitespace() || "\"'`<>,)".contains(c);
    let mut out = line.to_owned();
    for hook in HOOKS {
        let Some(at) = out.find(hook) else { continue };
        let is_address = out[..at].contains("://");
        let start = at + hook.len();
        let end = start + out[start..].find(ends).unwrap_or(out.len() - start);
        if is_address && end > start {
            out.replace_range(start..end, MASK);
        }
    }
    out
}

/// `Bearer …` and `Basic …`.
fn schemes(line: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-_.~+/=".contains(c);
    let mut out = line.to_owned();
    for scheme in ["Bearer ", "Basic ", "bearer ", "basic "] {
        let Some(at) = out.find(scheme) else { continue };
        let start = at + scheme.len();
        let end = skip(&out, start, is_part);
        let token = &out[start..end];
        let is_word = token.chars().all(|c| c.is_ascii_lowercase());
        if token.len() >= 8 && !is_word {
            out.replace_range(start..end, MASK);
        }
    }
    out
}
