//! What the tests, the fuzzing and the benchmark use of the inside, under its own paths. Not an interface:
//! it changes with the code.

pub mod cli {
    pub use crate::cli::{definition, description, examples, parse};
    pub mod usage {
        pub use crate::cli::usage::asks_for_json;
    }
}

pub mod cluster {
    pub use crate::cluster::{
        Cluster, ClusterName, Connector, Database, Edition, External, KEYS, KeyType, PrismaVersion,
        documented,
    };
}

pub mod commands {
    pub mod local {
        pub mod variables {
            pub use crate::commands::local::variables::KEYS;
        }
    }
}

pub mod config {
    pub use crate::config::{EnvFiles, Project};
    pub mod cluster_yml {
        pub use crate::config::cluster_yml::{edit, parse, render};
    }
    pub mod prisma_yml {
        pub use crate::config::prisma_yml::{
            Given, cluster, load, parse, preview_target, set_cluster, set_endpoint,
        };
    }
    pub mod references {
        pub use crate::config::references::{Piece, pieces};
    }
    pub mod registry {
        pub use crate::config::registry::{NewEntry, Registry, Saved, remove, resolve, save};
    }
}

pub mod context {
    pub use crate::context::{FILES, VARIABLES};
}

pub mod docker {
    pub use crate::docker::Engine;
    pub mod container {
        pub use crate::docker::container::{parse_ids, parse_inspect};
    }
    pub mod diagnosis {
        pub use crate::docker::diagnosis::diagnose;
    }
}

pub mod env {
    pub use crate::env::Env;
}

pub mod envelope {
    pub use crate::envelope::VERSION;
}

pub mod error {
    pub use crate::error::{Failure, Kind, Result, STATUSES, Tried};
}

pub mod files {
    pub use crate::files::read_text;
}

pub mod interrupt {
    pub use crate::interrupt::Interrupt;
}

pub mod process {
    pub use crate::process::{Invocation, Outcome, shell_quote};
}

pub mod render {
    pub use crate::render::{PrismaConfig, Provenance, Rendered, provenance, render};
    pub mod dotenv {
        pub use crate::render::dotenv::write;
    }
}

pub mod secret {
    pub use crate::secret::Secret;
    pub mod keys {
        pub use crate::secret::keys::{PrivateKey, generate, to_crlf};
    }
}

pub mod server {
    pub mod credential {
        pub use crate::server::credential::Credential;
    }
    pub mod deploy {
        pub use crate::server::deploy::{
            DeployInput, Deployment, Event, Note, Outcome, Undo, Waits, run,
        };
    }
    pub mod fault {
        pub use crate::server::fault::Fault;
    }
    pub mod http {
        pub use crate::server::http::{Client, Limits, Proxies, read};
    }
    pub mod graphql {
        pub use crate::server::graphql::data;
    }
    pub mod management {
        pub use crate::server::management::{
            Management, Migration, Problem, Schema, Subscription, Verdict,
        };
    }
    pub mod sdl {
        pub use crate::server::sdl::print;
    }
    pub mod service {
        pub use crate::server::service::Service;
    }
    pub mod step {
        pub use crate::server::step::Step;
    }
    pub mod types {
        pub use crate::server::types::{Field, Types};
        pub mod check {
            pub use crate::server::types::check::errors;
        }
    }
    pub mod token {
        pub use crate::server::token::{Grant, sign};
    }
    pub mod version {
        pub use crate::server::version::{ManagementPath, Server};
    }
}

pub mod service {
    pub use crate::service::{Address, Command, Datamodel, Form, Seed, Service, Target};
}

pub mod status {
    pub mod target {
        pub use crate::status::target::Target;
    }
}

pub mod ui {
    pub use crate::ui::Question;
}

pub mod yaml {
    pub use crate::yaml::{Mapping, Node, Step, Value, deserialize};
    pub mod edit {
        pub use crate::yaml::edit::{Change, New, apply_quickly, apply_thoroughly};
    }
    pub mod fast_path {
        pub use crate::yaml::fast_path::{root, text_of};
    }
    pub mod places {
        pub use crate::yaml::places::{Collection, root};
    }
    pub mod write {
        pub use crate::yaml::write::to_text;
    }
}
