//! A session is asked for by command, answered by the partner's manager, and both see how it stands.

use crate::support::stage::{ALEX, INTAKE, MAYA, Stage};

crate::flows!(a_request_is_answered);

async fn a_request_is_answered(stage: Stage) {
    let (alex, maya) = (stage.person(ALEX), stage.person(MAYA));
    alex.post(INTAKE, "New overlap with Northwind: Hooli (hooli.com), our open opp $80k, their customer")
        .await
        .unwrap();
    stage.settle().await;
    alex.command(INTAKE, "/partner session request hooli with northwind by friday").await.unwrap();
    stage.settle().await;
    let modal = stage.sandbox.modal(ALEX).expect("the form opens, filled in");
    assert!(modal.to_string().contains("2026-03-06"), "the date is shown back before it is saved: {modal:#}");
    alex.submit(serde_json::json!({})).await.unwrap();
    stage.settle().await;
    let im = stage.sandbox.im(MAYA);
    let card = stage.sandbox.messages(&im).pop().expect("the manager is asked");
    let ts = card["ts"].as_str().unwrap().to_owned();
    insta::assert_snapshot!(crate::support::stage::text(&card), @r"
    *Session on Hooli (hooli.com) with Northwind*
    <@U0ALEX> asks <@U0MAYA> for a session by Fri 6 Mar.
    ");
    maya.click(&im, &ts, "request.accept").await.unwrap();
    stage.settle().await;
    insta::assert_snapshot!(crate::support::stage::text(&stage.sandbox.message(&im, &ts).unwrap()), @r"
    *Session on Hooli (hooli.com) with Northwind*
    Accepted by <@U0MAYA>: a session by Fri 6 Mar.
    ");
    insta::assert_snapshot!(stage.direct(ALEX).join("\n---\n"), @r"
    *Session on Hooli (hooli.com) with Northwind*
    Accepted by <@U0MAYA>: a session by Fri 6 Mar.
    ---
    Hooli (hooli.com) with Northwind: Accepted by <@U0MAYA>: a session by Fri 6 Mar.
    ");
    stage.end().await;
}
