//! Texts that people own: listed, edited, added, disabled, previewed, used in a draft, and given up again.

use serde_json::{Value, json};
use tandem::sql_value;

use super::drafts::{card, ground, waiting};
use crate::support::command::tandem;
use crate::support::stage::{
    ALEX, Backend, EVE, MAYA, OMAR, OPS, SHARED, Stage, WayIn, fields, play_on, text, with_buttons,
};

crate::flows!(
    a_text_is_edited_used_and_given_up_again,
    errors_stand_at_their_field,
    who_comes_second_loses_no_words,
    a_text_is_added_disabled_and_enabled,
    a_preview_is_on_the_workspaces_own_data,
    a_text_is_offered_where_the_account_is_what_it_says,
    who_may_not_is_refused,
    hostile_words_do_no_harm,
    a_reader_gets_what_is_written_for_them,
);

const TEXT: &str = "{{ recipient }}, one page for {{ account }}: {{ asset.title }}, {{ asset.url }}. You can send it under your own name.";

/// The private message that somebody got last.
fn private(stage: &Stage, user: &str) -> (Value, (String, String)) {
    let message = stage.sandbox.ephemerals(user).pop().expect("a private message");
    let at = (message["channel"].as_str().unwrap().to_owned(), message["ts"].as_str().unwrap().to_owned());
    (message, at)
}

/// Chooses in the `⋯` of a text in the list that somebody has before them.
async fn choose(stage: &Stage, user: &str, verb: &str, name: &str) {
    let ((list, at), wanted) = (private(stage, user), format!("{verb}:{name}:"));
    let options = list["blocks"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|b| b["accessory"]["options"].as_array().cloned().unwrap_or_default());
    let value = options
        .filter_map(|o| o["value"].as_str().map(str::to_owned))
        .find(|value| value.starts_with(&wanted))
        .unwrap_or_else(|| panic!("{wanted} is not in {}", text(&list)));
    // Every text has a menu of its own; what counts is what is chosen.
    let blocks = list["blocks"].as_array().unwrap();
    let block = blocks.iter().find(|b| b["accessory"].to_string().contains(&value)).unwrap();
    let action = json!({
        "action_id": "template.menu", "block_id": block["block_id"], "type": "overflow",
        "selected_option": {"text": {"type": "plain_text", "text": verb}, "value": value},
    });
    let surface = tandem::sandbox::Surface::Message { channel: at.0, ts: at.1 };
    stage.person(user).block_action(&surface, action, &Value::Null).await.unwrap();
    stage.settle().await;
}

async fn list(stage: &Stage, user: &str, words: &str) -> String {
    stage.say(user, OPS, format!("/partner draft templates {words}").trim()).await
}

/// Drafts a note that gives a document, and gives the card.
async fn draft(stage: &Stage) -> Value {
    let omar = stage.person(OMAR);
    omar.command(OPS, "/partner draft new acme").await.unwrap();
    stage.settle().await;
    omar.choose_in_view("draft.purpose", "prospecting").await.unwrap();
    stage.settle().await;
    omar.choose_in_view("draft.gift", "asset").await.unwrap();
    stage.settle().await;
    let values = json!({"asset_title": "Retail checklist", "asset_url": "https://example.com/checklist"});
    omar.submit(values).await.unwrap();
    stage.settle().await;
    stage.sandbox.messages(OPS).pop().unwrap()
}

async fn a_text_is_edited_used_and_given_up_again(stage: Stage) {
    ground(&stage).await;
    insta::assert_snapshot!(list(&stage, MAYA, "first conversation").await, @r"
    *Templates that notes are drafted from*
    *Prospecting*
    *An asset for a first conversation* · A document for their clients · E-mail · as shipped
    [Add a template]
    ");
    choose(&stage, MAYA, "edit", "prospecting-asset").await;
    insta::assert_snapshot!(stage.form(MAYA), @r"
    Title: An asset for a first conversation
    Purpose: Prospecting
    Gift: A document for their clients
    Channel: E-mail
    Subject: {{ asset.title }}, for {{ account }}
    Written for: -
    Our side: -
    Their side: -
    Language: en
    Text: Hi {{ recipient }},

    For your first conversation with {{ account }}: {{ asset.title }}. You can send it under your own name.

    {{ asset.url }}

    If {{ account }} comes back with questions, pass them to me and I will answer the same day.
    ");
    stage.submit(MAYA, json!({"channel": "slack", "subject": "", "text": TEXT})).await;
    insta::assert_snapshot!(stage.last_private(MAYA), @"Saved version 1 of *An asset for a first conversation*. Notes that are drafted from now on use it. Drafts that wait stay as they are.");
    insta::assert_snapshot!(list(&stage, OMAR, "first conversation").await, @r"
    *Templates that notes are drafted from*
    *Prospecting*
    *An asset for a first conversation* · A document for their clients · Slack · your version 1, by <@U0MAYA> on 4 March
    [Add a template]
    ");
    let shown = draft(&stage).await;
    assert!(text(&shown).contains("Sam, one page for Acme Corp: Retail checklist"), "{shown}");
    let line = shown["blocks"]
        .as_array()
        .unwrap()
        .iter()
        .find_map(|b| b["elements"][0]["text"].as_str().filter(|t| t.starts_with("Stands on")));
    insta::assert_snapshot!(line.unwrap(), @"Stands on: Acme Corp, overlap seen 4 March · Document: <https://example.com/checklist|Retail checklist>, added by <@U0OMAR> · Template: An asset for a first conversation, version 1");
    // Back to what ships: a new draft has it again, and the one that waits stays as it is.
    list(&stage, MAYA, "first conversation").await;
    choose(&stage, MAYA, "restore", "prospecting-asset").await;
    let back = text(&private(&stage, MAYA).0);
    let line = back.lines().find(|l| l.contains("first conversation")).unwrap();
    insta::assert_snapshot!(line, @"*An asset for a first conversation* · A document for their clients · E-mail · as shipped");
    assert_eq!(
        waiting(&stage).await.note.template_used.unwrap().words(),
        "Template: An asset for a first conversation, version 1"
    );
    let audit = stage.say(MAYA, OPS, "/partner status audit").await;
    for deed in [
        "Maya Lindholm edited the text prospecting-asset",
        "went back to what is behind the text prospecting-asset",
    ] {
        assert!(audit.contains(deed), "{audit}");
    }
    stage.end().await;
}

async fn errors_stand_at_their_field(stage: Stage) {
    list(&stage, MAYA, "first conversation").await;
    choose(&stage, MAYA, "edit", "prospecting-asset").await;
    let maya = stage.person(MAYA);
    let refused = async |values: Value| fields(&maya.submit(values).await.unwrap_err());
    insta::assert_snapshot!(refused(json!({"text": "Hi {{ recipient }},\n\nfor {{ acount }}"})).await, @"text: Line 3: There is no fact called acount. Known facts: recipient, partner, account, our_population, their_population, owner, our_contact, asset, our_launch, their_launch, their_focus, result, next_step.");
    insta::assert_snapshot!(refused(json!({"text": "Hi\n{% for x in account %}x{% endfor %}"})).await, @"text: Line 2: A text may use if, elif, else and endif, and not {% for %}.");
    insta::assert_snapshot!(refused(json!({"text": "Hi {{ asset }}"})).await, @"text: Line 1: This fact has parts: write one of them.");
    insta::assert_snapshot!(refused(json!({"text": "Hi\n\n{{ recipient"})).await, @"text: Line 3: This can't be read: unexpected end of input, expected end of variable block. A fact stands in double braces, such as {{ account }}.");
    insta::assert_snapshot!(refused(json!({"text": TEXT, "channel": "slack"})).await, @"subject: Only an e-mail has a subject: leave it out.");
    insta::assert_snapshot!(refused(json!({"text": TEXT, "channel": "email", "subject": ""})).await, @"subject: An e-mail has a subject: write what it is about.");
    insta::assert_snapshot!(refused(json!({"text": TEXT, "channel": "slack", "language": "no language"})).await, @"language: Write a language as in BCP 47, such as en, de or pt-BR.");
    stage.submit(MAYA, json!({"text": TEXT, "language": "de"})).await;
    assert!(stage.last_private(MAYA).starts_with("Saved version 1"), "{}", stage.last_private(MAYA));
    stage.end().await;
}

async fn who_comes_second_loses_no_words(stage: Stage) {
    for user in [MAYA, OMAR] {
        list(&stage, user, "first conversation").await;
        choose(&stage, user, "edit", "prospecting-asset").await;
    }
    stage.submit(OMAR, json!({"text": TEXT})).await;
    let refused = stage.person(MAYA).submit(json!({"text": TEXT})).await.unwrap_err();
    insta::assert_snapshot!(fields(&refused), @"text: Somebody changed this template meanwhile. Copy your words, close this, and edit the template as it stands now.");
    // A list from before shows what is no longer so.
    choose(&stage, MAYA, "disable", "prospecting-asset").await;
    insta::assert_snapshot!(stage.last_private(MAYA), @"<@U0OMAR> changed this template meanwhile: it is version 1 now. Yours was not saved. `/partner draft templates` shows it as it stands.");
    let mut tx = stage.db.read().await.unwrap();
    let sql = "SELECT COUNT(*) FROM template_versions";
    assert_eq!(sql_value!(&mut tx, i64, sql).unwrap(), 1);
    tx.rollback().await.unwrap();
    stage.end().await;
}

async fn a_text_is_added_disabled_and_enabled(stage: Stage) {
    ground(&stage).await;
    list(&stage, OMAR, "season").await;
    let (_, at) = private(&stage, OMAR);
    stage.press(OMAR, &at, "template.add").await;
    let new = json!({
        "name": "Presales Asset", "title": "One page", "purpose": "prospecting", "gift": "asset", "text": TEXT,
    });
    let with = |name: &str| {
        let mut new = new.clone();
        new["name"] = name.into();
        new
    };
    let omar = stage.person(OMAR);
    let refused = omar.submit(new.clone()).await.unwrap_err();
    insta::assert_snapshot!(fields(&refused), @"name: Up to 50 lower case letters, digits and dashes, a letter first, such as expansion-webinar.");
    let refused = omar.submit(with("presales-asset")).await.unwrap_err();
    insta::assert_snapshot!(fields(&refused), @"name: There is a template of this name: “A technical document for a live deal”. Edit that one, or choose another name.");
    stage.submit(OMAR, with("one-page")).await;
    insta::assert_snapshot!(list(&stage, OMAR, "one page").await, @r"
    *Templates that notes are drafted from*
    *Prospecting*
    *One page* · A document for their clients · Slack · your version 1, by <@U0OMAR> on 4 March
    [Add a template]
    ");
    // It is not the only text that gives a document: both are there to choose from.
    assert!(text(&draft(&stage).await).contains("> For your first conversation with Acme Corp"));
    choose_list(&stage, OMAR, "prospecting-asset", "disable").await;
    insta::assert_snapshot!(list(&stage, OMAR, "first conversation").await, @r"
    *Templates that notes are drafted from*
    *Prospecting*
    *An asset for a first conversation* · A document for their clients · E-mail · as shipped, disabled by <@U0OMAR> on 4 March
    [Add a template]
    ");
    assert!(text(&draft(&stage).await).contains("> Sam, one page for Acme Corp"));
    choose_list(&stage, OMAR, "prospecting-asset", "enable").await;
    assert!(text(&draft(&stage).await).contains("> For your first conversation with Acme Corp"));
    stage.end().await;
}

async fn choose_list(stage: &Stage, user: &str, name: &str, verb: &str) {
    list(stage, user, name).await;
    choose(stage, user, verb, name).await;
}

async fn a_preview_is_on_the_workspaces_own_data(stage: Stage) {
    choose_list(&stage, MAYA, "expansion-introduction", "preview").await;
    insta::assert_snapshot!(shown(&stage, MAYA), @r"
    *An introduction inside a customer*
    An introduction · E-mail · for: sales rep, partner manager
    Only where the account is our customer or open deal.
    No current overlap fits this template yet. What follows is made up.
    *Subject:* Dana Reyes at Acme Corp, Thursday 19 March
    > Hi Sam,
    > 
    > Lena meets Dana Reyes, head of operations at Acme Corp, on Thursday 19 March. There is a seat for you in that meeting: fifteen minutes on what you do for companies like theirs. Lena will introduce you and take the notes.
    > 
    > Does Thursday 19 March suit you?
    ");
    ground(&stage).await;
    choose_list(&stage, MAYA, "expansion-introduction", "preview").await;
    insta::assert_snapshot!(shown(&stage, MAYA), @r"
    *An introduction inside a customer*
    An introduction · E-mail · for: sales rep, partner manager
    Only where the account is our customer or open deal.
    Acme Corp with Northwind, to Sam Whitfield. Made up is what the form asks for: somebody we know there, the day of the next step.
    *Subject:* Dana Reyes at Acme Corp, Thursday 19 March
    > Hi Sam,
    > 
    > Alex Rivera meets Dana Reyes, head of operations at Acme Corp, on Thursday 19 March. There is a seat for you in that meeting: fifteen minutes on what you do for companies like theirs. Alex Rivera will introduce you and take the notes.
    > 
    > Does Thursday 19 March suit you?
    ");
    // Where nothing is made up, it is checked as a note would be.
    stage.say(OMAR, OPS, "/partner library add Retail checklist").await;
    stage.submit(OMAR, json!({"url": "https://docs.meridian.example/checklist", "partner": "all"})).await;
    choose_list(&stage, MAYA, "prospecting-asset", "preview").await;
    insta::assert_snapshot!(shown(&stage, MAYA), @r"
    *An asset for a first conversation*
    A document for their clients · E-mail · for: sales rep, partner manager
    Only where the account is their prospect.
    Acme Corp with Northwind, to Sam Whitfield.
    *Subject:* Retail checklist, for Acme Corp
    > Hi Sam,
    > 
    > For your first conversation with Acme Corp: Retail checklist. You can send it under your own name.
    > 
    > https://docs.meridian.example/checklist
    > 
    > If Acme Corp comes back with questions, pass them to me and I will answer the same day.
    Relevance: passes 23 of 23 · Acme Corp, seen 0 days ago · Gives an asset · Note 1 of 4 in 30 days
    ");
    choose_list(&stage, MAYA, "executive-result", "preview").await;
    insta::assert_snapshot!(shown(&stage, MAYA), @r"
    *A result to take upstairs*
    What came of their help · E-mail · for: executive, partner manager
    Acme Corp with Northwind. Nobody whom it is written for is on record there, so its reader is made up. Made up is what the form asks for: what came of it.
    *Subject:* Acme Corp: what your team did
    > Dear Sam,
    > 
    > Thanks to your team, Acme Corp went live two weeks early. I wanted you to hear it from us. Alex Rivera can write the half-page summary that you use in your own review, and Northwind is credited in ours.
    ");
    stage.end().await;
}

/// What is chosen in a menu of Maya's form.
fn populations(stage: &Stage, id: &str) -> Vec<String> {
    let modal = stage.sandbox.modal(MAYA).expect("a form");
    let blocks = modal["blocks"].as_array().unwrap().iter();
    let menu = blocks.map(|b| &b["element"]).find(|e| e["action_id"] == id).expect("its menu");
    let chosen = menu["initial_options"].as_array().into_iter().flatten();
    chosen.map(|option| option["value"].as_str().unwrap().to_owned()).collect()
}

async fn a_text_is_offered_where_the_account_is_what_it_says(stage: Stage) {
    ground(&stage).await;
    choose_list(&stage, MAYA, "presales-offer-of-help", "edit").await;
    assert_eq!(
        [populations(&stage, "ours"), populations(&stage, "theirs")],
        [Vec::<String>::new(), Vec::new()]
    );
    stage
        .submit(MAYA, json!({"ours": ["open_opportunity"], "theirs": ["customer", "open_opportunity"]}))
        .await;
    choose_list(&stage, MAYA, "presales-offer-of-help", "preview").await;
    let said = shown(&stage, MAYA);
    let only = "Only where the account is our open deal and their customer or open deal.";
    assert!(said.contains(only) && said.contains("No current overlap fits this template yet."), "{said}");
    choose_list(&stage, MAYA, "presales-offer-of-help", "edit").await;
    assert_eq!(populations(&stage, "ours"), ["open_opportunity"]);
    assert_eq!(populations(&stage, "theirs"), ["customer", "open_opportunity"]);
    stage.submit(MAYA, json!({"ours": [], "theirs": []})).await;
    choose_list(&stage, MAYA, "presales-offer-of-help", "preview").await;
    assert!(!shown(&stage, MAYA).contains("Only where"), "{}", shown(&stage, MAYA));
    stage.end().await;
}

/// The texts of the modal on top.
fn shown(stage: &Stage, user: &str) -> String {
    let modal = stage.sandbox.modal(user).expect("a modal");
    let line = |b: &Value| {
        let text = b["text"]["text"].as_str().or(b["elements"][0]["text"].as_str());
        text.unwrap_or_default().to_owned()
    };
    modal["blocks"].as_array().unwrap().iter().map(line).collect::<Vec<_>>().join("\n")
}

async fn who_may_not_is_refused(stage: Stage) {
    insta::assert_snapshot!(list(&stage, ALEX, "").await, @"Only partner managers, operations and admins can do that. Ask one of them, or an admin for the role.");
    for (action, value) in [
        ("template.list", "all"),
        ("template.add", "new"),
        ("template.menu", "disable:expansion-asset:0"),
        ("template.menu", "restore:expansion-asset:0"),
        ("template.menu", "edit:expansion-asset:0"),
    ] {
        let forged = stage.forged(OPS, action, value).await;
        stage.press(EVE, &forged, action).await;
        assert!(stage.sandbox.modal(EVE).is_none(), "{action} {value}");
    }
    let mut tx = stage.db.read().await.unwrap();
    assert_eq!(sql_value!(&mut tx, i64, "SELECT COUNT(*) FROM template_versions").unwrap(), 0);
    let sql = "SELECT COUNT(*) FROM audit WHERE actor = $1 AND outcome = 'refused'";
    assert_eq!(sql_value!(&mut tx, i64, sql, EVE).unwrap(), 5);
    tx.rollback().await.unwrap();
    // What was never offered does nothing either.
    let forged = stage.forged(OPS, "template.menu", "restore:presales-asset:0").await;
    stage.press(MAYA, &forged, "template.menu").await;
    insta::assert_snapshot!(stage.last_private(MAYA), @"Nothing else is behind *A technical document for a live deal* to go back to. Disable it instead.");
    stage.end().await;
}

async fn hostile_words_do_no_harm(stage: Stage) {
    ground(&stage).await;
    choose_list(&stage, MAYA, "prospecting-asset", "edit").await;
    let hostile = "<!channel> <@U0MAYA> <https://evil.example|here> *b* <b>x</b> {{ account }} {{ asset.title }} {{ asset.url }}";
    let title = "<!here> &amp; *x*";
    stage.submit(MAYA, json!({"title": title, "channel": "slack", "subject": "", "text": hostile})).await;
    let said = stage.last_private(MAYA);
    assert!(said.contains("&lt;!here&gt;") && !said.contains("<!here>"), "{said}");
    let listed = list(&stage, MAYA, "prospecting-asset").await;
    assert!(listed.contains("&lt;!here&gt;") && !listed.contains("<!here>"), "{listed}");
    choose(&stage, MAYA, "preview", "prospecting-asset").await;
    let preview = stage.sandbox.modal(MAYA).unwrap()["blocks"].to_string();
    assert!(preview.contains("&lt;!channel&gt;") && !preview.contains("<!channel>"), "{preview}");
    stage.person(MAYA).close_view().await.unwrap();
    let card = draft(&stage).await;
    let said = card["blocks"].to_string() + &text(&card);
    assert!(
        said.contains("&lt;!channel&gt;") && !said.contains("<!channel>") && !said.contains("<!here>"),
        "{said}"
    );
    assert_eq!(stage.texts(SHARED), [""; 0]);
    stage.end().await;
}

async fn a_reader_gets_what_is_written_for_them(stage: Stage) {
    ground(&stage).await;
    let omar = stage.person(OMAR);
    omar.command(OPS, "/partner draft new acme").await.unwrap();
    stage.settle().await;
    let offered = |stage: &Stage| {
        let modal = stage.sandbox.modal(OMAR).expect("the form");
        let blocks = modal["blocks"].as_array().unwrap().clone();
        let purposes = blocks.iter().find(|b| b["label"]["text"] == "Purpose").unwrap();
        let labels = purposes["element"]["options"].as_array().unwrap().iter();
        labels.map(|o| o["text"]["text"].as_str().unwrap().to_owned()).collect::<Vec<_>>().join(", ")
    };
    insta::assert_snapshot!(offered(&stage), @"Prospecting, Expansion, Pre-sales");
    omar.choose_in_view("draft.contact", "new").await.unwrap();
    stage.settle().await;
    omar.choose_in_view("draft.role", "partner_executive").await.unwrap();
    stage.settle().await;
    insta::assert_snapshot!(offered(&stage), @"Executive");
    omar.choose_in_view("draft.purpose", "executive").await.unwrap();
    stage.settle().await;
    omar.choose_in_view("draft.gift", "result").await.unwrap();
    stage.settle().await;
    let values = json!({"contact_name": "Kim Lund", "result": "signed on 3 March", "route": "by_hand"});
    omar.submit(values).await.unwrap();
    stage.settle().await;
    let shown = stage.sandbox.messages(OPS).pop().unwrap();
    insta::assert_snapshot!(card(&stage, shown["ts"].as_str().unwrap()), @r"
    *Note to Kim Lund at Northwind* · by hand of <@U0ALEX> · *External: Kim Lund will see this*
    From <@U0ALEX> · executive · Acme Corp
    > Subject: Acme Corp: what your team did
    > 
    > Dear Kim,
    > 
    > Thanks to your team, Acme Corp signed on 3 March. I wanted you to hear it from us. Alex Rivera can write the half-page summary that you use in your own review, and Northwind is credited in ours.
    Relevance: passes 23 of 23 · Acme Corp, seen 0 days ago · Gives a result · Note 1 of 4 in 30 days
    Stands on: Acme Corp, overlap seen 4 March · Acme Corp signed on 3 March · Template: A result to take upstairs, as shipped
    Version 1, drafted by <@U0OMAR>. <@U0MAYA> decides.
    ");
    stage.end().await;
}

#[test]
fn a_folder_stands_in_for_what_ships_and_a_bad_file_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let good = format!(
        "+++\ntitle = \"From our folder\"\npurpose = \"prospecting\"\ngift = \"asset\"\nchannel = \"slack\"\ntheirs = [\"prospect\"]\n+++\n{TEXT}\n"
    );
    std::fs::write(folder.path().join("prospecting-asset.md"), good).unwrap();
    std::fs::write(folder.path().join("broken.md"), "no front matter").unwrap();
    let path = folder.path().to_owned();
    let stage = Stage::with(Backend::Sqlite, WayIn::Http, move |config| {
        config.templates_folder = Some(path);
    });
    play_on(stage, async |stage: Stage| {
        ground(&stage).await;
        insta::assert_snapshot!(list(&stage, MAYA, "from our folder").await, @r"
        *Templates that notes are drafted from*
        *Prospecting*
        *From our folder* · A document for their clients · Slack · from the folder
        Not used: broken.md, line 1: The first line must be +++, followed by title, purpose, gift and channel.
        [Add a template]
        ");
        let card = draft(&stage).await;
        assert!(card["blocks"].to_string().contains("Template: From our folder, from the folder"), "{card}");
        let settings = format!("templates_folder = {:?}\n", stage.config.templates_folder.as_ref().unwrap());
        std::fs::write(stage.config.data_dir.join("tandem.toml"), settings).unwrap();
        let (well, said) = tandem(&stage.config.data_dir, &[], &["doctor"]);
        assert!(
            well && said.contains(": 1 used, 1 not\n  broken.md, line 1: The first line must be"),
            "{said}"
        );
        // The workspace's own stands above it, and is given up for it.
        choose_list(&stage, MAYA, "prospecting-asset", "edit").await;
        stage.submit(MAYA, json!({"title": "Ours"})).await;
        assert!(with_buttons(&private(&stage, MAYA).0).starts_with("Saved version 1 of *Ours*."));
        choose_list(&stage, MAYA, "prospecting-asset", "restore").await;
        let line = text(&private(&stage, MAYA).0);
        assert!(
            line.contains("*From our folder* · A document for their clients · Slack · from the folder"),
            "{line}"
        );
        stage.end().await;
    });
}

#[test]
fn the_command_line_prints_the_texts_and_names_what_is_wrong() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("texts");
    std::fs::create_dir(&folder).unwrap();
    let front =
        "+++\ntitle = \"One page\"\npurpose = \"prospecting\"\ngift = \"asset\"\nchannel = \"slack\"\n+++\n";
    std::fs::write(folder.join("one-page.md"), format!("{front}{TEXT}\n")).unwrap();
    let (well, said) = tandem(data.path(), &[], &["templates", "check", "texts"]);
    assert_eq!((well, said.as_str()), (true, "The one text in it can be used\n"));
    std::fs::write(folder.join("broken.md"), format!("{front}Hi\n{{{{ acount }}}}\n")).unwrap();
    let (well, said) = tandem(data.path(), &[], &["templates", "check", "texts"]);
    assert!(!well);
    insta::assert_snapshot!(said, @r"
    texts/broken.md:8: There is no fact called acount. Known facts: recipient, partner, account, our_population, their_population, owner, our_contact, asset, our_launch, their_launch, their_focus, result, next_step.
    tandem: 1 of 2 texts can't be used
    ");
    let configured = [("TANDEM_TEMPLATES_FOLDER", "texts")];
    let (well, page) = tandem(data.path(), &configured, &["templates", "preview"]);
    assert!(well && page.contains("\nOne page\n") && page.contains("Sam, one page for Acme Corp"), "{page}");
    assert!(
        page.contains("NOT USED\n========\ntexts/broken.md:8: There is no fact called acount."),
        "{page}"
    );
    let (well, said) = tandem(data.path(), &configured, &["templates", "preview", "--html", "page.html"]);
    assert_eq!((well, said.as_str()), (true, ""));
    let html = std::fs::read_to_string(data.path().join("page.html")).unwrap();
    assert!(html.contains("<h3>One page</h3>") && html.contains("size: A4"), "{html}");
}
