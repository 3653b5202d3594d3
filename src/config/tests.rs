use std::collections::BTreeSet;

use super::*;

const EXAMPLE: &str = include_str!("../../deploy/tandem.example.toml");

#[test]
fn the_example_is_the_defaults() {
    let read: Config = toml::from_str(EXAMPLE).unwrap();
    assert_eq!(format!("{read:?}"), format!("{:?}", Config::default()));
}

/// Settings without a default stand in it behind a comment sign.
#[test]
fn the_example_names_every_setting() {
    let whole: String = EXAMPLE
        .lines()
        .map(|line| {
            let shown = line.strip_prefix("# ").filter(|l| {
                if matches!(*l, "[[sources]]" | "[[calendars]]" | "[[feeds]]") {
                    return true;
                }
                l.split_once(" = ")
                    .is_some_and(|(key, _)| key.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
            });
            format!("{}\n", shown.unwrap_or(line))
        })
        .collect();
    let read: Config = toml::from_str(&whole).unwrap();
    assert!(read.database_url.is_some() && read.slack.bot_token.is_some());
    assert!(read.slack.signing_secret.is_some() && read.slack.app_token.is_some());
    assert!(read.slack.client_id.is_some() && read.slack.client_secret.is_some());
    assert!(read.keys.file.is_some() && read.keys.ring.is_some() && read.lists.aliases.is_some());
    let named: toml::Table = toml::from_str(&whole).unwrap();
    let shown = format!("{:#?}", Config::default());
    // `Debug` of the structs is the one list of fields that cannot forget one.
    let fields: BTreeSet<&str> =
        shown.lines().filter_map(|l| l.trim().split_once(": ").map(|(key, _)| key)).collect();
    let mut keys: BTreeSet<&str> = named.keys().map(String::as_str).collect();
    keys.extend(named.values().filter_map(toml::Value::as_table).flat_map(|t| t.keys().map(String::as_str)));
    assert_eq!(keys, fields);
    let sources = named["sources"].as_array().unwrap().iter().filter_map(toml::Value::as_table);
    let named: BTreeSet<&str> = sources.flat_map(|t| t.keys().map(String::as_str)).collect();
    let shown = format!("{:#?}", read.sources[0]);
    let fields = shown.lines().filter(|l| l.starts_with("    ") && !l.starts_with("     "));
    let fields: BTreeSet<&str> =
        fields.filter_map(|l| l.trim().split_once(": ").map(|(key, _)| key)).collect();
    assert_eq!(named, fields);
    assert_eq!(read.sources.len(), 5);
    let named = named_calendar(&whole);
    let shown = format!("{:#?}", read.calendars[0]);
    let fields = shown.lines().filter(|l| l.starts_with("    ") && !l.starts_with("     "));
    let fields: BTreeSet<String> =
        fields.filter_map(|l| l.trim().split_once(": ").map(|(key, _)| key.to_owned())).collect();
    assert_eq!(named, fields);
}

fn named_calendar(whole: &str) -> BTreeSet<String> {
    let named: toml::Table = toml::from_str(whole).unwrap();
    let calendars = named["calendars"].as_array().unwrap().iter().filter_map(toml::Value::as_table);
    calendars.flat_map(|t| t.keys().cloned()).collect()
}

fn error_of(text: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tandem.toml");
    std::fs::write(&file, text).unwrap();
    let error = sources::file(&file).and_then(sources::read).unwrap_err().to_string();
    error.replace(&file.display().to_string(), "tandem.toml")
}

#[test]
fn a_wrong_setting_is_told_without_what_stands_there() {
    insta::assert_snapshot!(error_of("[slack]\nbot_token = \"xoxb-secret"), @r#"the configuration cannot be read: tandem.toml, line 2: invalid basic string, expected `"`"#);
    insta::assert_snapshot!(error_of("slack = \"xoxb-secret\""), @"the configuration cannot be read: slack is a text, and should be a table");
    insta::assert_snapshot!(error_of("[slack]\nbot_token = 12"), @"the configuration cannot be read: slack.bot_token is a number, and should be a string");
    insta::assert_snapshot!(error_of("[slack]\nbot_tokn = \"xoxb-secret\""), @"the configuration cannot be read: there is no setting bot_tokn; there are mode, bot_token, signing_secret, app_token, client_id, client_secret, api_url, timeout_seconds, message_interval_ms");
    insta::assert_snapshot!(error_of("[slack]\nmode = \"xoxb-secret\""), @"the configuration cannot be read: slack.mode can be http, socket");
    insta::assert_snapshot!(error_of("listen = \"xoxb-secret\""), @"the configuration cannot be read: listen: invalid socket address syntax");
}

#[test]
fn a_kind_of_source_that_is_not_known_is_told_with_those_that_are() {
    let said = error_of("[[sources]]\nname = \"northwind\"\nkind = \"ftp\"");
    assert!(said.contains("kind can be folder, url, webhook, crossbeam, partnertap"), "{said}");
    let said = error_of("[[sources]]\nname = \"northwind\"\nkind = \"url\"\npassword = \"hidden\"");
    assert!(said.contains("there is no setting password") && !said.contains("hidden"), "{said}");
}

#[test]
fn the_pages_that_install_need_http_and_both_halves() {
    let mut config = Config::default();
    config.slack.signing_secret = Some("s".into());
    config.slack.client_id = Some("1.2".into());
    assert!(config.validate().unwrap_err().to_string().starts_with("slack.client_secret is not set"));
    config.slack.client_secret = Some("s".into());
    assert!(config.validate().is_ok(), "a bot token comes with the installation");
    config.slack.mode = Mode::Socket;
    assert!(config.validate().unwrap_err().to_string().contains("mode = \"http\""));
}

#[test]
fn a_blank_secret_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tandem.toml");
    std::fs::write(
        &file,
        "database_url = \" \"\n[slack]\nbot_token = \"\"\nclient_id = \"\"\n[keys]\nring = \"\"\n",
    )
    .unwrap();
    let config = sources::file(&file).and_then(sources::read).unwrap();
    assert!(config.database_url.is_none() && config.keys.ring.is_none());
    assert!(config.slack.client_id.is_none());
    assert!(config.validate().unwrap_err().to_string().starts_with("slack.bot_token is not set"));
}

#[test]
fn numbers_out_of_range_are_refused_alike() {
    type Change = fn(&mut Config);
    let changes: [(Change, &str); 6] = [
        (|c| c.slack.timeout_seconds = 0, "slack.timeout_seconds cannot be \"0\": give 1 to 60"),
        (|c| c.delivery.lease_seconds = 601, "delivery.lease_seconds cannot be \"601\": give 1 to 600"),
        (|c| c.delivery.doubt_seconds = 0, "delivery.doubt_seconds cannot be \"0\": give 1 to 600"),
        (|c| c.delivery.handled_days = 1, "delivery.handled_days cannot be \"1\": give 2 or more"),
        (|c| c.delivery.sent_days = 0, "delivery.sent_days cannot be \"0\": give 2 or more"),
        (|c| c.delivery.shown_days = 0, "delivery.shown_days cannot be \"0\": give 30 or more"),
    ];
    for (change, said) in changes {
        let mut config = Config::default();
        config.slack.bot_token = Some("xoxb-1".into());
        config.slack.signing_secret = Some("s".into());
        assert!(config.validate().is_ok());
        change(&mut config);
        let error = config.validate().unwrap_err().to_string();
        assert!(error.starts_with(said), "{error}");
    }
}
