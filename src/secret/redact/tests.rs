use super::*;

#[test]
fn what_looks_like_a_secret_is_masked() {
    let text = |text: &str| Redactor::default().scrub(text);
    for (told, shown) in [
        (
            "mysql://root:hunter2@db:3306/x",
            "mysql://********@db:3306/x",
        ),
        ("ssh://me@box", "ssh://me@box"),
        ("ssh://me:hunter2@box", "ssh://********@box"),
        (
            "proxy http://u:p@p:3128, and https://h/x@y",
            "proxy http://********@p:3128, and https://h/x@y",
        ),
        (
            "Bearer eyJhbGciOiJSUzI1NiJ9.eyJh.c2ln ok",
            "Bearer ******** ok",
        ),
        ("password=hunter2 user=me", "password=******** user=me"),
        (
            "{\"clusterSecret\": \"hunter2\", \"a\": 1}",
            "{\"clusterSecret\": \"********\", \"a\": 1}",
        ),
        (
            "MYSQL_ROOT_PASSWORD: hunter2\nnext",
            "MYSQL_ROOT_PASSWORD: ********\nnext",
        ),
        (
            "Authorization: Basic aHVudGVyMg==",
            "Authorization: ********",
        ),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nafter",
            "********\nafter",
        ),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE", "********"),
        (
            "password=${PASSWORD} secret=********",
            "password=${PASSWORD} secret=********",
        ),
        ("password: \"two words\" ok", "password: \"********\" ok"),
        (
            "{\"password\": \"two words\"}",
            "{\"password\": \"********\"}",
        ),
        (
            "password=$ecret1 password=(x",
            "password=******** password=********",
        ),
        (
            "{\"Authorization\":null,\"Log\":[\"a\"],\"Token\":nullify}",
            "{\"Authorization\":null,\"Log\":[\"a\"],\"Token\":********}",
        ),
        (
            "password: (8 characters left out), token: x",
            "password: (8 characters left out), token: ********",
        ),
        (
            "the `clusterSecret` in the registry",
            "the `clusterSecret` in the registry",
        ),
        (
            "SQLInvalidAuthorizationSpecException: Access denied (using password: YES)",
            "SQLInvalidAuthorizationSpecException: Access denied (using password: YES)",
        ),
        (
            "{\"secrets\":[\"topsecretservice42\",\"a]b\"],\"n\":1}",
            "{\"secrets\":[********],\"n\":1}",
        ),
        (
            "\"variables\":\"{\\\"secrets\\\":[\\\"topsecret, 42\\\"],\\\"n\\\":1}\"",
            "\"variables\":\"{\\\"secrets\\\":[********],\\\"n\\\":1}\"",
        ),
        (
            "\"secrets\": [\n  \"one two\",\n  \"three\"\n],\nnext",
            "\"secrets\": [********],\nnext",
        ),
        (
            "deploy(secrets: [\"cut off, he",
            "deploy(secrets: [********",
        ),
        (
            "mutation($secrets: [String!]) {deploy(secrets: $secrets)} secrets: []",
            "mutation($secrets: [String!]) {deploy(secrets: ********)} secrets: []",
        ),
    ] {
        assert_eq!(text(told), shown);
    }
}

#[test]
fn yaml_keeps_its_shape_and_loses_its_values() {
    let mut redactor = Redactor::default();
    let shown = redactor.yaml(
        "# hunter0\nversion: '1.1'\nport: 4466\nclusterSecret: |\n  hunter1\n  hunter2 more\ndatabase:\n  password: hunter3\n  \
         port: 3366\nservices:\n  web:\n    image: u:hunter4@box/x\n    environment:\n      - A=hunter5\n      - PORT=1\n    \
         command: [--password, hunter6]\n    environment2: {B: \"${B}\", C: 123456}\n    labels: {}\n    tty: true\n",
    );
    assert_eq!(
        shown,
        "version: 1.1\nport: 4466\nclusterSecret: (21 characters left out)\ndatabase:\n  \
         password: (7 characters left out)\n  port: 3366\nservices:\n  web:\n    image: u:hunter4@box/x\n    environment:\n      \
         - A=(7 characters left out)\n      - PORT=1\n    command:\n      - (10 characters left out)\n      \
         - (7 characters left out)\n    environment2:\n      B: ${B}\n      C: (6 characters left out)\n    labels: {}\n    tty: true\n"
    );
    // Remembered, and masked wherever else it occurs.
    let log = "hunter1 and hunter2 more, {\"x\":\"hunter1\\nhunter2 more\\n\"}, hunter5, 123456";
    assert_eq!(
        redactor.scrub(log),
        "******** and ********, {\"x\":\"********\\n\"}, ********, ********"
    );
    assert_eq!(redactor.yaml("a: ["), "(not YAML: 1 lines left out)\n");
}

#[test]
fn a_configuration_inside_a_value_is_looked_into() {
    let mut redactor = Redactor::default();
    redactor.yaml("environment:\n  PRISMA_CONFIG: |\n    port: 4466\n    databases:\n      default:\n        password: hunter7\n");
    assert_eq!(
        redactor.scrub("using password hunter7"),
        "using password ********"
    );
    // What is harmless there is harmless elsewhere.
    assert_eq!(redactor.scrub("port: 4466"), "port: 4466");
}

#[test]
fn env_files_keep_their_names() {
    let mut redactor = Redactor::default();
    let shown = redactor.env_file(
        "# A=hunter0\nPORT=4466\nSECRET='hunter1'\nKEY=\"-----BEGIN\nMIIEhunter2\n\"\n\nE=\n",
    );
    assert_eq!(
        shown,
        "PORT=4466\nSECRET=(7 characters left out)\nKEY=(10 characters left out)\nE=''\n"
    );
    assert_eq!(redactor.scrub("x MIIEhunter2 y"), "x ******** y");
}

#[test]
fn well_known_words_are_kept() {
    let mut redactor = Redactor::default();
    for word in ["prisma", "graphcool", "ab"] {
        redactor.learn(word);
    }
    assert_eq!(redactor.scrub("prisma graphcool ab"), "prisma graphcool ab");
}

#[test]
fn names_of_secrets_are_known() {
    for name in [
        "AWS_SECRET_ACCESS_KEY",
        "GITHUB_TOKEN",
        "MYSQL_PASS",
        "api-key",
        "PRISMA_CLOUD_SESSION_KEY",
    ] {
        assert!(is_sensitive(name), "{name}");
    }
    for name in ["PATH", "PWD", "KEYBOARD", "DOCKER_HOST"] {
        assert!(!is_sensitive(name), "{name}");
    }
}

#[test]
fn a_password_in_an_address_is_known_by_itself() {
    let mut redactor = Redactor::default();
    redactor.yaml("url: postgresql://me:hunt%40r8@db/x\n");
    assert_eq!(
        redactor.scrub("hunt%40r8 or hunt@r8 for me at db"),
        "******** or ******** for me at db"
    );
}

/// The form of the lines that 1.8.4 and 1.34.12 log of a request that failed.
#[test]
fn what_servers_quote_of_private_values_is_left_out() {
    for (told, shown) in [
        (
            r#"{"key":"error/handled","payload":{"query":"mutation($n: String!) {deploy}","variables":"{\"name\":\"blog\",\"secrets\":[\"topsecretservice42\"],\"text\":\"say \\\"hi\\\", }\"}","code":4000}}"#,
            r#"{"key":"error/handled","payload":{"query":"mutation($n: String!) {deploy}","variables":(left out),"code":4000}}"#,
        ),
        (
            r#"[Debug] {"query":"{a}","variables":{"data":{"mail":"me@x","list":["}"]}},"code":3000}"#,
            r#"[Debug] {"query":"{a}","variables":(left out),"code":3000}"#,
        ),
        (
            r#"{\"query\":\"{a}\",\"variables\":{\"mail\":\"me, }@x\"},\"code\":1}"#,
            r#"{\"query\":\"{a}\",\"variables\":(left out),\"code\":1}"#,
        ),
        (
            "\"variables\":\"{cut off\nnext",
            "\"variables\":(left out)\nnext",
        ),
        (
            "com.typesafe.config.ConfigException$Parse: String: 8: Expecting end of input or a comma, got 'hunter2' (if you intended\nnext",
            "com.typesafe.config.ConfigException$Parse: String: 8: Expecting end of input or a comma, got (left out)\nnext",
        ),
        (
            "\"variables\":null, the variables",
            "\"variables\":null, the variables",
        ),
    ] {
        assert_eq!(without_quotes(told), shown);
    }
}
