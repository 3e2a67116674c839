//! What stands in the `prisma.yml` of public repositories, and in their datamodels: each kind that was counted in 777
//! files of 205 of them, with what becomes of it.
//!
//! Witness: none is needed: files are what is tested; the server behind them is scripted.

use crate::deploy::support::{Place, TYPES};
use crate::support::standin::Standin;

/// Its service on the server, or the status and the start of what is said.
enum Becomes {
    Service(&'static str),
    Told(i32, &'static str),
}

use Becomes::{Service, Told};

/// `prisma.yml` files; `URL` is the server's, `HOST` and `PORT` are its parts. All have a datamodel unless they name one.
const KINDS: [(&str, Becomes); 26] = [
    // `endpoint`: on this machine, with and without a path; an address as a whole in a variable.
    ("endpoint: URL", Service("default@default")),
    ("endpoint: URL/app", Service("app@default")),
    ("endpoint: URL/app/dev", Service("app@dev")),
    ("endpoint: ${env:PRISMA_ENDPOINT}", Service("app@dev")),
    // Variables inside the address; a default.
    (
        "endpoint: http://${env:PRISMA_HOST}:${env:PRISMA_PORT}/${env:PRISMA_SERVICE}/${env:PRISMA_STAGE}",
        Service("app@test"),
    ),
    (
        "endpoint: ${env:UNSET, \"URL/app/dev\"}",
        Service("app@dev"),
    ),
    // Hosted by Prisma, which closed; empty; a text to be replaced; no scheme.
    (
        "endpoint: https://eu1.prisma.sh/me/app/dev",
        Told(
            1,
            "error: server `https://eu1.prisma.sh` was on Prisma Cloud, which closed on 2022-09-01\n",
        ),
    ),
    (
        "endpoint: ''",
        Told(4, "error: `prisma.yml` does not name a cluster: "),
    ),
    (
        "endpoint: <YOUR_ENDPOINT>",
        Told(6, "error: HOME/service/prisma.yml:1:11: `endpoint`: "),
    ),
    (
        "endpoint: ${env:UNSET}",
        Told(6, "error: HOME/service/prisma.yml:1:11: `endpoint`: "),
    ),
    // `service`, `stage`, `cluster`: by name, by variable, of a workspace, none.
    ("service: app\nstage: dev\ncluster: far", Service("app@dev")),
    (
        "service: ${env:PRISMA_SERVICE}\nstage: ${env:PRISMA_STAGE}\ncluster: ${env:PRISMA_CLUSTER}",
        Service("app@test"),
    ),
    (
        "service: app\nstage: dev\ncluster: me/prisma-eu1",
        Told(
            1,
            "error: cluster `me/prisma-eu1` was on Prisma Cloud, which closed on 2022-09-01\n",
        ),
    ),
    (
        "service: app\nstage: dev",
        Told(4, "error: `prisma.yml` does not name a cluster: "),
    ),
    // `secret`: by variable, literal, several, with a comma at the end, empty, with `disableAuth`.
    (
        "endpoint: URL/app/dev\nsecret: ${env:PRISMA_SECRET}",
        Service("app@dev"),
    ),
    (
        "endpoint: URL/app/dev\nsecret: mysecret42",
        Service("app@dev"),
    ),
    ("endpoint: URL/app/dev\nsecret: one,two", Service("app@dev")),
    ("endpoint: URL/app/dev\nsecret: 'one,'", Service("app@dev")),
    ("endpoint: URL/app/dev\nsecret: ''", Service("app@dev")),
    (
        "endpoint: URL/app/dev\ndisableAuth: true\nsecret: one",
        Service("app@dev"),
    ),
    // Several datamodels; a kind of database; what is the user's own.
    (
        "endpoint: URL/app/dev\ndatamodel:\n  - datamodel.graphql\n  - more.prisma",
        Service("app@dev"),
    ),
    (
        "endpoint: URL/app/dev\ndatabaseType: relational\ncustom:\n  a: [1]",
        Service("app@dev"),
    ),
    // Hooks as a list and as a text; a seed that is missing where it is not needed.
    (
        "endpoint: URL/app/dev\nhooks:\n  post-deploy:\n    - echo one\n    - echo two",
        Service("app@dev"),
    ),
    (
        "endpoint: URL/app/dev\nhooks:\n  post-deploy: echo one",
        Service("app@dev"),
    ),
    (
        "endpoint: URL/app/dev\nhooks:\n  post-deplyo: echo one",
        Told(
            6,
            "error: HOME/service/prisma.yml:3:3: `hooks.post-deplyo`: unknown key: did you mean `post-deploy`?\n",
        ),
    ),
    (
        "endpoint: URL/app/dev\nseed:\n  import: gone.graphql",
        Told(
            6,
            "HOME/service/prisma.yml:3:11: the seed file does not exist: `HOME/service/gone.graphql`\n",
        ),
    ),
];

#[test]
fn every_kind_of_file_is_deployed_or_told() {
    for (yml, becomes) in &KINDS {
        let standin = Standin::start("1.34.12");
        let url = standin.url();
        let (_, address) = url.split_once("//").expect("a URL");
        let (host, port) = address.split_once(':').expect("a port");
        let mut yml = yml.replace("URL", &url);
        if !yml.contains("datamodel:") {
            yml += "\ndatamodel: datamodel.graphql";
        }
        if !yml.contains("secret:") || yml.contains("secret: ''") {
            yml += "\ndisableAuth: true";
        }
        let place = Place::at(&url, "")
            .env("PRISMA_ENDPOINT", &format!("{url}/app/dev"))
            .env("PRISMA_HOST", host)
            .env("PRISMA_PORT", port)
            .env("PRISMA_SERVICE", "app")
            .env("PRISMA_STAGE", "test")
            .env("PRISMA_CLUSTER", "far")
            .env("PRISMA_SECRET", "s3cret-s3cret");
        place.write("prisma.yml", &format!("{yml}\n"));
        place.write("more.prisma", "type More {\n  id: ID! @id\n}\n");
        let outcome = place.deploy(&[]);
        let state = standin.state();
        let names = state.projects.keys();
        let services: Vec<String> = names
            .map(|(name, stage)| format!("{name}@{stage}"))
            .collect();
        match becomes {
            Service(service) => {
                assert_eq!(outcome.status, 0, "{yml}: {outcome:?}");
                assert_eq!(services, [*service], "{yml}");
            }
            Told(status, error) => {
                assert_eq!(outcome.status, *status, "{yml}: {outcome:?}");
                assert!(outcome.stderr.contains(error), "{yml}: {outcome:?}");
                assert!(services.is_empty(), "{yml}: {services:?}");
            }
        }
    }
}

/// The server reads a datamodel; what this program does not need to understand must reach it as it is.
#[test]
fn every_kind_of_datamodel_is_sent_as_it_is() {
    for more in [
        "# import Post from './post.graphql'\n",
        "interface Node {\n  id: ID!\n}\n",
        "input Filter {\n  name: String\n}\n",
        "scalar Upload\n",
        "union Thing = User | Post\n",
        "enum Role {\n\tADMIN\n\tUSER\n}\n",
        "\"\"\"\nA block\n\"\"\"\ntype A {\n  \"one\"\n  id: ID! @id\n}\n",
        "type B @embedded {\r\n  a: Int @default(value: 3)\r\n}\r\n",
        "type C @db(name: \"c\") {\n  id: ID! @id @sequence(name: \"s\", initialValue: 1, allocationSize: 1)\n  tags: [String!] @scalarList(strategy: RELATION)\n}\n",
        "type D {\n  id: ID! @id\n  at: DateTime! @createdAt\n  on: DateTime! @updatedAt\n  u: User! @relation(name: \"DU\", onDelete: CASCADE)\n  old: Int @migrationValue(value: 1)\n}\n",
        "type Not { closed: \n",
    ] {
        let standin = Standin::start("1.34.12");
        let place = Place::endpoint(&standin, "");
        let text = format!("{TYPES}{more}");
        place.write("datamodel.graphql", &text);
        place.deploy(&[]);
        let requests = standin.take();
        let sent = requests.iter().find_map(|one| {
            let variables = one.variables();
            Some(variables["types"].as_str()?.to_owned())
        });
        assert_eq!(sent, Some(text + "\n"), "{more}");
    }
}
