//! The command answers in private.

use crate::support::stage::{ALEX, INTAKE, Stage};

crate::flows!(help_is_private);

async fn help_is_private(stage: Stage) {
    stage.person(ALEX).command(INTAKE, "/partner help").await.unwrap();
    stage.settle().await;
    assert!(stage.last_private(ALEX).starts_with("*What you can say*"), "{}", stage.last_private(ALEX));
    assert!(stage.texts(INTAKE).is_empty());
    stage.end().await;
}
