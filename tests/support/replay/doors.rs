//! Which tokens a recorded server lets in.

use super::State;
use super::recording::Exchange;
use crate::support::http::Request;

/// A server, and as which of the recorded tokens it takes the one that comes. The program's own tokens are
/// signed with other secrets and at other times than those of the recording, so they are not looked at.
#[derive(Debug, Clone, Copy)]
pub enum Door {
    /// It has neither secret nor key.
    Open,
    /// It has one; the token is taken as the one of this name.
    Secured(&'static str),
}

impl State {
    /// What the server says to a request for `field`.
    pub(super) fn let_in(&mut self, field: &str, request: &Request) -> Result<Exchange, String> {
        let token = match (self.door, request.bearer()) {
            (Some(Door::Secured(name)), Some(_)) => Some(format!("Bearer <token:{name}>")),
            _ => None,
        };
        let prefix = match (self.door, &token) {
            (Some(Door::Open) | None, _) => "management/empty",
            (_, None) => "auth/without",
            _ => "auth/tokens/",
        };
        let all = self.recording.scenarios.iter();
        let of_door = all.filter(|one| one.name.starts_with(prefix));
        let same: Vec<&Exchange> = (of_door.flat_map(|one| &one.exchanges))
            .filter(|one| one.authorization == token)
            .collect();
        if let Some(exact) = same.iter().find(|one| one.field == field) {
            return Ok((*exact).clone());
        }
        if !same.is_empty() && same.iter().all(|one| one.body["errors"].is_null()) {
            // Never refused: it is as good as any.
            self.door = Some(Door::Secured("all"));
            return self.let_in(field, request);
        }
        // A token is refused in the same words, whatever was asked for.
        let refusal = same.iter().find(|one| one.body["errors"].is_array());
        let refusal = refusal.ok_or_else(|| format!("{field} with {token:?}"))?;
        let mut exchange = (*refusal).clone();
        exchange.body["data"] = serde_json::Value::Null;
        exchange.body["errors"][0]["path"][0] = field.into();
        Ok(exchange)
    }
}
