use super::*;

fn said(toml: &str) -> String {
    #[derive(serde::Deserialize)]
    struct File {
        sources: Vec<ListSource>,
    }
    let file: File = toml::from_str(toml).unwrap();
    match configured(&file.sources) {
        Ok(all) => all.iter().map(|s| format!("{s:?}\n")).collect(),
        Err(error) => error.to_string(),
    }
}

fn wrong(lines: &str) -> String {
    let said = said(&format!("[[sources]]\nname = \"northwind\"\n{lines}\n"));
    said.strip_prefix("the configuration cannot be used: the source \"northwind\": ")
        .map_or(said.clone(), str::to_owned)
}

#[test]
fn what_is_wrong_is_said_with_the_fix() {
    let all = [
        "kind = \"folder\"",
        "kind = \"url\"",
        "kind = \"url\"\nurl = \"lists\"",
        "kind = \"url\"\nurl = \"ftp://lists.example.com/a.csv\"",
        "kind = \"url\"\nurl = \"http://lists.example.com/a.csv\"",
        "kind = \"url\"\nurl = \"http://127.0.0.1/a.csv\"",
        "kind = \"url\"\nurl = \"https://10.0.0.7/a.csv?key=hidden\"",
        "kind = \"url\"\nurl = \"https://lists.example.com/a.csv\"\nsecret = \"hidden\"",
        "kind = \"url\"\nurl = \"https://lists.example.com/a.csv\"\nevery_minutes = 0",
        "kind = \"url\"\nurl = \"https://lists.example.com/a.csv\"\nexpected_days = 7",
        "kind = \"folder\"\nfolder = \"/lists\"\npopulation = \"friends\"",
        "kind = \"webhook\"\nsecret = \"hidden\"",
        "kind = \"crossbeam\"",
        "kind = \"partnertap\"",
        "kind = \"partnertap\"\napi_key = \"hidden\"\nreport = \"a/../b\"",
    ]
    .map(wrong);
    assert!(!all.join("").contains("hidden"));
    insta::assert_snapshot!(all.join("\n"), @r"
    folder is not set: the folder that is watched
    url is not set: where the list is
    url is no address; write one such as https://lists.example.com/overlaps.csv
    url: it must begin with https://
    url: it must begin with https://
    url: it is on this machine; private_addresses = true allows that
    url: it is on this machine or in a private network; private_addresses = true allows that
    secret means nothing for this kind; leave it out
    every_minutes is a number from 1 to 43200, which is 30 days
    expected_days needs partner: without it each partner has its own interval
    population is customers, prospects or open opportunities
    the secret is shorter than 16 characters; `openssl rand -hex 32` makes one
    client_id is not set: of the integration at app.crossbeam.com/integrations
    api_key is not set: made under Admin Center, Data, API Keys
    report has letters, digits, - and _ only
    ");
}

#[test]
fn two_whole_lists_would_take_from_each_other() {
    let folder = |name: &str, more: &str| {
        format!("[[sources]]\nname = \"{name}\"\nkind = \"folder\"\nfolder = \"/lists\"\n{more}\n")
    };
    let both = |more: &str| said(&(folder("one", "partner = \"Northwind\"") + &folder("two", more)));
    assert!(both("partner = \"Northwind Inc.\"").contains("list = \"addition\""));
    assert!(both("").contains("list = \"addition\""), "its rows may name Northwind");
    let customers = folder("one", "partner = \"Northwind\"\npopulation = \"customers\"");
    let prospects = folder("two", "partner = \"Northwind\"\npopulation = \"prospects\"");
    assert!(said(&(customers + &prospects)).starts_with("Source {"));
    assert!(both("partner = \"Globex\"").starts_with("Source {"));
    assert!(both("partner = \"Northwind\"\nlist = \"addition\"").starts_with("Source {"));
    assert!(said(&(folder("one", "") + &folder("one", ""))).contains("two of this name"));
}

#[test]
fn no_secret_is_shown() {
    let shown = said(
        "[[sources]]\nname = \"a\"\nkind = \"url\"\nurl = \"https://lists.example.com/a.csv?key=hidden\"\ntoken = \"hidden\"\n\
         [[sources]]\nname = \"b\"\nkind = \"webhook\"\nsecret = \"hidden hidden hidden\"\n",
    );
    assert!(shown.contains("lists.example.com") && !shown.contains("hidden"), "{shown}");
}
