//! A proxy in front of a server that answers in its place.
//!
//! Witness: none. The pages of proxies are scripted: no recording has one.

use crate::deploy::endings::changed;
use crate::deploy::support::{deployed, neutral};
use crate::support::raw::http;
use crate::support::same;
use crate::support::standin::Mishap;

fn page(status: u16) -> Mishap {
    Mishap::Bytes(http(status, "text/html", "<html><h1>nginx</h1></html>").into_bytes())
}

#[test]
fn a_question_is_sent_again_and_a_deployment_is_not() {
    let standin = deployed("1.8.4");
    let place = changed(&standin);
    for status in [502, 503, 504] {
        let mishap = ("migrationStatus".to_owned(), page(status));
        standin.state().mishaps.push_back(mishap);
    }
    place.deploy(&[]).succeeds();
    assert_eq!(standin.state().mishaps.len(), 0);
    for (status, why, hints) in [
        (
            413,
            "the request is too large for a proxy in front of it (status 413)",
            "hint: raise the proxy's limit, for nginx `client_max_body_size`\n",
        ),
        (
            401,
            "a proxy in front of it rejects the request (status 401)",
            "hint: have the proxy let the request through: its `Authorization` header has the server's token, not a login\n",
        ),
        (
            504,
            "a proxy in front of it did not wait for the server's answer (status 504)",
            "hint: raise the proxy's time limit, for nginx `proxy_read_timeout`, and try again\n\
             hint: the deployment may have gone through; run the command again to check\n",
        ),
    ] {
        place.change();
        let mishap = ("deploy".to_owned(), page(status));
        standin.state().mishaps.push_back(mishap);
        let ended = place.deploy(&[]);
        assert_eq!((ended.status, &*ended.stdout), (1, ""), "{ended:?}");
        same(
            "stderr",
            &neutral(&ended.stderr, &standin),
            &format!(
                "deploying `hello` to cluster `far`\n\
                 error: cluster `far`: could not deploy `hello` to stage `dev`: unexpected response from `http://SERVER`: {why}\n{hints}"
            ),
        );
        let mishap = ("deploy".to_owned(), page(status));
        standin.state().mishaps.push_back(mishap);
        let document = place.deploy(&["-j"]).json();
        assert_eq!(document["error"]["code"], "server_unreachable");
        assert_eq!(document["error"]["exit"], 1);
    }
}
