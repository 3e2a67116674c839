//! Where projects have their files: the layouts of 205 public repositories, as small trees.
//!
//! Witness: none is needed: files and folders are what is tested; the server behind them is scripted.

use crate::deploy::support::{TYPES, neutral, new_types, report};
use crate::support::ended::Ended;
use crate::support::home::Home;
use crate::support::standin::Standin;
use std::fs;

/// A `prisma.yml` whose address is a variable, as in 77 of the repositories.
const YML: &str = "endpoint: ${env:PRISMA_ENDPOINT}\ndatamodel: datamodel.prisma\n";

/// An env file for it.
const ENV: &str = "PRISMA_ENDPOINT=URL/app/dev\n";

/// A `prisma.yml` with everything in it.
const LITERAL: &str = "endpoint: URL/app/dev\ndatamodel: datamodel.prisma\n";

const NAMED: &str = "projects:\n  database:\n    schemaPath: src/generated/prisma.graphql\n    extensions:\n      prisma: database/prisma.yml\n";

/// A server and a home with a project.
struct Project {
    standin: Standin,
    home: Home,
}

impl Project {
    /// Files with their texts; `URL` is the server's. Each `prisma.yml` gets a datamodel beside it.
    fn of(files: &[(&str, &str)]) -> Project {
        let standin = Standin::start("1.34.12");
        let home = Home::with("clusters: {}\n").below("app");
        for (name, text) in files {
            home.write(&format!("app/{name}"), &text.replace("URL", &standin.url()));
            if let Some(folder) = name.strip_suffix("prisma.yml") {
                home.write(&format!("app/{folder}datamodel.prisma"), TYPES);
            }
        }
        Project { standin, home }
    }

    /// Runs in a folder of the project.
    fn below(mut self, folder: &str) -> Project {
        self.home = self.home.below(&format!("app/{folder}"));
        self
    }

    /// Runs `prisma deploy ARGS`.
    #[track_caller]
    fn deploy(&self, args: &[&str]) -> Ended {
        self.home.end(self.home.prisma("deploy", args).start())
    }

    /// Deploys, which succeeds; returns what was said on the way, but for the address.
    #[track_caller]
    fn deployed(&self, args: &[&str]) -> String {
        let outcome = self.deploy(args);
        assert_eq!(outcome.status, 0, "{outcome:?}");
        outcome.stderr.replace(&self.standin.url(), "URL")
    }

    /// The services on the server.
    fn services(&self) -> Vec<String> {
        let state = self.standin.state();
        let keys = state.projects.keys();
        keys.map(|(name, stage)| format!("{name}@{stage}"))
            .collect()
    }

    fn read(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.home.path(&format!("app/{name}"))).ok()
    }
}

/// Files, the folder to run in, arguments, and whether the file is a guess that is said.
type Layout<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a [&'a str], bool);

const LAYOUTS: [Layout<'_>; 22] = [
    // The file here, alone or with its env file.
    (&[("prisma.yml", LITERAL)], "", &[], false),
    (&[("prisma.yml", YML), (".env", ENV)], "", &[], false),
    // In `prisma/`, from above, from itself, from beside it; the env file above or beside.
    (&[("prisma/prisma.yml", YML), (".env", ENV)], "", &[], false),
    (
        &[("prisma/prisma.yml", YML), ("prisma/.env", ENV)],
        "",
        &[],
        false,
    ),
    (&[("prisma/prisma.yml", LITERAL)], "prisma", &[], false),
    (&[("prisma/prisma.yml", LITERAL)], "src/deep", &[], false),
    // Named by a `.graphqlconfig` here or above.
    (
        &[
            ("database/prisma.yml", YML),
            (".graphqlconfig.yml", NAMED),
            (".env", ENV),
        ],
        "",
        &[],
        false,
    ),
    (
        &[
            ("database/prisma.yml", LITERAL),
            (".graphqlconfig.yaml", NAMED),
        ],
        "src",
        &[],
        false,
    ),
    (
        &[
            ("db/prisma.yml", LITERAL),
            (
                ".graphqlconfig",
                "{\n\t\"extensions\": {\"prisma\": \"./db/prisma.yml\"}\n}\n",
            ),
        ],
        "",
        &[],
        false,
    ),
    // In a folder that nothing names.
    (
        &[("database/prisma.yml", YML), (".env", ENV)],
        "",
        &[],
        true,
    ),
    (
        &[("server/prisma.yml", YML), ("server/.env", ENV)],
        "",
        &[],
        true,
    ),
    (
        &[("server/database/prisma.yml", YML), ("server/.env", ENV)],
        "",
        &[],
        true,
    ),
    (&[("backend/prisma/prisma.yml", LITERAL)], "", &[], true),
    (
        &[
            ("api/prisma/prisma.yml", LITERAL),
            ("web/package.json", "{}"),
        ],
        "",
        &[],
        true,
    ),
    // A monorepo: from a package, and from inside one.
    (
        &[
            ("packages/a/prisma/prisma.yml", YML),
            ("packages/a/.env", ENV),
        ],
        "packages/a",
        &[],
        false,
    ),
    (
        &[("packages/a/prisma.yml", LITERAL)],
        "packages/a/src/x",
        &[],
        false,
    ),
    // Given: a folder, a file of another name, from elsewhere.
    (
        &[("server/prisma.yml", YML), (".env", ENV)],
        "",
        &["-p", "server"],
        false,
    ),
    (
        &[
            (
                "x/prod.yml",
                "endpoint: URL/app/dev\ndatamodel: ../types/datamodel.prisma\n",
            ),
            ("types/prisma.yml", ""),
        ],
        "web",
        &["--project", "../x/prod.yml"],
        false,
    ),
    // Another env file, from its folder and from above.
    (
        &[("database/prisma.yml", YML), ("config/dev.env", ENV)],
        "",
        &["-e", "config/dev.env"],
        true,
    ),
    (
        &[("database/prisma.yml", YML), (".env.dev", ENV)],
        "database",
        &["-e", "../.env.dev"],
        false,
    ),
    // A datamodel with a slash; a datamodel in another folder.
    (
        &[(
            "prisma/prisma.yml",
            "endpoint: URL/app/dev\ndatamodel: /datamodel.prisma\n",
        )],
        "",
        &[],
        false,
    ),
    // Address and secret from two files: the first one counts.
    (
        &[
            (
                "database/prisma.yml",
                "endpoint: ${env:PRISMA_ENDPOINT}\nsecret: ${env:PRISMA_SECRET}\ndatamodel: datamodel.prisma\n",
            ),
            (".env", ENV),
            (
                "database/.env",
                "PRISMA_ENDPOINT=http://localhost:1/other/dev\nPRISMA_SECRET=s3cret-s3cret\n",
            ),
            (".graphqlconfig.yml", NAMED),
        ],
        "",
        &["-q"],
        false,
    ),
];

#[test]
fn every_layout_is_deployed_from_where_the_npm_clis_were_run() {
    for (files, folder, args, is_guess) in LAYOUTS {
        let project = Project::of(files).below(folder);
        let outcome = project.deploy(args);
        assert_eq!(outcome.status, 0, "{files:?}: {outcome:?}");
        assert_eq!(project.services(), ["app@dev"], "{files:?}");
        let file = files[0].0;
        let schema = "src/generated/prisma.graphql";
        let has_schema = files.iter().any(|(_, text)| *text == NAMED);
        let deploying = "deploying `app` to server `http://SERVER`\n";
        let mut said = if is_guess {
            format!("using `HOME/app/{file}`\n{deploying}")
        } else {
            deploying.to_owned()
        };
        let changes = format!("\nChanges:\n\n{}", new_types("1.34.12").trim_end());
        let head = "deployed to server `http://SERVER` in TIME";
        let mut result = report("1.34.12", head, &(changes + "\n")).replace("hello", "app");
        if has_schema {
            said += &format!("schema: `HOME/app/{schema}`\n");
            result +=
                &format!("\nAfter the deployment:\n\n  schema   `HOME/app/{schema}` written\n");
        }
        if args.contains(&"-q") {
            said.clear();
        }
        let shown = |text: &str| neutral(text, &project.standin);
        let (stderr, stdout) = (shown(&outcome.stderr), shown(&outcome.stdout));
        assert_eq!((stderr, stdout), (said, result), "{files:?}");
        let sent = project.standin.take();
        let types = TYPES.replace('\n', "\\n");
        let has_types = |text: &str| text.contains("deploy(") && text.contains(&types);
        assert!(
            sent.iter().any(|request| has_types(&request.text)),
            "{files:?}: {sent:?}"
        );
    }
}

#[test]
fn where_several_files_may_be_meant_none_is_deployed() {
    let project = Project::of(&[
        ("database/prisma.yml", LITERAL),
        ("server/prisma/prisma.yml", LITERAL),
    ]);
    let outcome = project.deploy(&[]);
    assert_eq!(
        (outcome.status, &*outcome.stderr),
        (
            6,
            "error: several services found in `HOME/app`: `database/prisma.yml`, `server/prisma/prisma.yml`\nhint: choose one with `--project PATH`\n"
        )
    );
    assert!(project.standin.take().is_empty());
    let outcome = project.deploy(&["-p", "gone"]);
    assert_eq!(
        (outcome.status, &*outcome.stderr),
        (
            2,
            "error: `--project`: `HOME/app/gone` not found\nhint: name a `prisma.yml` or its folder; relative paths are resolved from the current directory\n"
        )
    );
}

#[test]
fn the_schema_goes_where_a_config_says_unless_something_else_is_there() {
    let project = Project::of(&[
        ("database/prisma.yml", LITERAL),
        (".graphqlconfig.yml", NAMED),
    ]);
    let introspection = serde_json::json!({"queryType": {"name": "Query"}, "types": [
        {"kind": "OBJECT", "name": "BatchPayload", "fields": [], "interfaces": []}]});
    project.standin.state().introspection = Some(introspection);
    let generated = "src/generated/prisma.graphql";
    project.deployed(&[]);
    let schema = project.read(generated).expect("is written");
    assert!(schema.contains("type BatchPayload"), "{schema}");
    project
        .home
        .write(&format!("app/{generated}"), &format!("# old\n{schema}"));
    let said = project.deployed(&[]);
    assert!(
        said.ends_with(&format!("schema: `HOME/app/{generated}`\n")),
        "{said}"
    );
    assert_eq!(project.read(generated), Some(schema));
    // The schema of the application.
    project
        .home
        .write(&format!("app/{generated}"), "type Query { me: User }\n");
    assert_eq!(project.deployed(&[]), "deploying `app` to server `URL`\n");
    assert_eq!(
        project.read(generated).as_deref(),
        Some("type Query { me: User }\n")
    );
}

#[test]
fn hooks_and_seeds_run_where_the_user_is_with_the_programs_of_npm() {
    let hooks = "seed:\n  run: . database/seed.sh\nhooks:\n  post-deploy:\n    - echo hook >> log\n    - . ./only-there.sh\n    - codegen\n";
    let project = Project::of(&[
        (
            "database/prisma.yml",
            &format!("endpoint: URL/app/dev\ndatamodel: datamodel.prisma\n{hooks}"),
        ),
        ("database/seed.sh", "echo seed >> log\n"),
        ("database/only-there.sh", "echo there >> log\n"),
    ]);
    let bin = project.home.path("app/node_modules/.bin/codegen");
    fs::create_dir_all(bin.parent().expect("has one")).expect("folders");
    crate::support::engine::write_script(&bin, "#!/bin/sh\necho codegen >> log\n");
    let said = project.deployed(&[]);
    assert!(
        said.starts_with("using `HOME/app/database/prisma.yml`\n"),
        "{said}"
    );
    assert_eq!(
        project.read("log").as_deref(),
        Some("seed\nhook\ncodegen\n")
    );
    assert_eq!(project.read("database/log").as_deref(), Some("there\n"));
}
