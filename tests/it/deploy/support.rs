//! A service in a home of its own, and runs of `prisma deploy` on it.
//!
//! Witness: the servers are scripted; each file that uses them says what no recording covers.

use crate::support::ended::Ended;
use crate::support::home::Home;
use crate::support::run::Running;
use crate::support::standin::{Plan, Standin};
use crate::support::terminal::Terminal;
use std::fs;

/// One version of each kind.
pub const VERSIONS: [&str; 4] = ["1.1.3", "1.4.1", "1.8.4", "1.34.12"];

pub const TYPES: &str = "type User {\n  id: ID! @id @unique\n  name: String\n}\n";

/// [`TYPES`] in the syntax that 1.31 and later do not accept.
pub const OLD: &str = "type User {\n  id: ID! @unique\n  name: String\n}\n";

/// A home with a service `hello`, stage `dev`, in the folder `service`.
pub struct Place {
    pub home: Home,
}

impl Place {
    /// With this registry and `prisma.yml`.
    pub fn new(registry: &str, prisma_yml: &str) -> Place {
        let home = Home::with(registry).below("service");
        home.write("service/datamodel.graphql", TYPES);
        home.write("service/prisma.yml", prisma_yml);
        Place { home }
    }

    /// Of the cluster generation, on a cluster `far` at this server.
    pub fn cluster(standin: &Standin, more: &str) -> Place {
        Place::at(&standin.url(), more)
    }

    /// The same, at an address.
    pub fn at(url: &str, more: &str) -> Place {
        Place::new(
            &format!("clusters:\n  far:\n    host: '{url}'\n"),
            &format!(
                "service: hello\nstage: dev\ncluster: far\ndatamodel: datamodel.graphql\ndisableAuth: true\n{more}"
            ),
        )
    }

    /// Of the endpoint generation.
    pub fn endpoint(standin: &Standin, more: &str) -> Place {
        let url = standin.url();
        Place::new(
            "clusters: {}\n",
            &format!(
                "endpoint: {url}/hello/dev\ndatamodel: datamodel.graphql\ndisableAuth: true\n{more}"
            ),
        )
    }

    pub fn env(mut self, name: &str, value: &str) -> Place {
        self.home = self.home.env(name, value);
        self
    }

    /// Writes a file of the service's folder.
    pub fn write(&self, name: &str, text: &str) {
        self.home.write(&format!("service/{name}"), text);
    }

    /// A file of the service's folder, as it is.
    pub fn read(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.home.path(&format!("service/{name}"))).ok()
    }

    /// Adds a type to the datamodel.
    pub fn change(&self) {
        self.write(
            "datamodel.graphql",
            &format!("{TYPES}\ntype Post {{\n  id: ID! @id @unique\n}}\n"),
        );
    }

    /// Runs `prisma deploy ARGS`.
    #[track_caller]
    pub fn deploy(&self, args: &[&str]) -> Ended {
        self.end(self.start(args))
    }

    /// Starts `prisma deploy ARGS`.
    pub fn start(&self, args: &[&str]) -> Running {
        self.home.prisma("deploy", args).start()
    }

    /// Waits for the end of a run.
    #[track_caller]
    pub fn end(&self, running: Running) -> Ended {
        self.home.end(running)
    }

    /// Starts `prisma deploy ARGS` at a terminal.
    pub fn at_terminal(&self, args: &[&str]) -> Terminal<'static> {
        self.home.at_terminal("deploy", args)
    }
}

impl Running {
    /// Waits until a text has been printed so often.
    #[track_caller]
    pub fn prints(&mut self, text: &str, times: usize) {
        self.until(text, |running| {
            running.shown().matches(text).count() >= times
        });
    }
}

/// What differs from run to run, made equal: times, addresses.
pub fn neutral(text: &str, standin: &Standin) -> String {
    let text = text.replace(&format!("127.0.0.1:{}", standin.port()), "SERVER");
    let words = text.split_inclusive(['\n', ' ']).map(|word| {
        let bare = word.trim_end();
        let time = bare.strip_suffix("ms").or_else(|| bare.strip_suffix('s'));
        match time {
            Some(number) if number.parse::<f64>().is_ok() => word.replace(bare, "TIME"),
            _ => word.to_owned(),
        }
    });
    words.collect()
}

/// How [`TYPES`] are told when they are new. Old servers add fields for times to each type.
pub fn new_types(version: &str) -> String {
    let times = "  + Created field `updatedAt` of type `DateTime!`\n  + Created field `createdAt` of type `DateTime!`\n";
    let times = if version == "1.34.12" { "" } else { times };
    format!(
        "  User (Type)\n  + Created type `User`\n  + Created field `id` of type `ID!`, unique\n  + Created field `name` of type `String`\n{times}\n"
    )
}

/// The standard answer of a deployment. Servers from 1.29 on have Prisma Admin.
pub fn report(version: &str, head: &str, changes: &str) -> String {
    let endpoints = if version == "1.34.12" {
        "  HTTP    http://SERVER/hello/dev\n  WS      ws://SERVER/hello/dev\n  Admin   http://SERVER/hello/dev/_admin\n"
    } else {
        "  HTTP   http://SERVER/hello/dev\n  WS     ws://SERVER/hello/dev\n"
    };
    format!("service `hello`, stage `dev`: {head}\n{changes}\nEndpoints:\n\n{endpoints}")
}

/// A server on which [`TYPES`] are deployed already.
pub fn deployed(version: &str) -> Standin {
    let standin = Standin::start(version);
    standin.state().put("hello", "dev", TYPES, &[]);
    standin
}

/// A server that makes this of the next deployment.
pub fn planned(version: &str, plan: Plan) -> Standin {
    let standin = deployed(version);
    standin.state().plans.push_back(plan);
    standin
}
