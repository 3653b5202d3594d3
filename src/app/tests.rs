use super::*;

const SOON: Duration = Duration::from_millis(50);

fn committer() -> JoinHandle<()> {
    tokio::spawn(std::future::pending())
}

#[tokio::test]
async fn a_fault_while_it_stops_is_told() {
    let stop = CancellationToken::new();
    let mut parts = JoinSet::new();
    for (name, outcome) in [("fine", Ok(())), ("outbox", Err(Error::fault("the disk is full")))] {
        let stop = stop.clone();
        parts.spawn(async move {
            stop.cancelled().await;
            (name, outcome)
        });
    }
    stop.cancel();
    let error = supervise(parts, committer(), &stop, GRACE).await.unwrap_err();
    assert_eq!(error.to_string(), "outbox: the disk is full");
}

#[tokio::test]
async fn a_panic_while_it_stops_is_told() {
    let stop = CancellationToken::new();
    let mut parts: JoinSet<Part> = JoinSet::new();
    let asked = stop.clone();
    parts.spawn(async move {
        asked.cancelled().await;
        panic!("half-way");
    });
    stop.cancel();
    let error = supervise(parts, committer(), &stop, GRACE).await.unwrap_err().to_string();
    assert!(error.starts_with("a part panicked"), "{error}");
}

#[tokio::test]
async fn a_committer_that_ends_takes_the_process_down() {
    let stop = CancellationToken::new();
    let mut parts: JoinSet<Part> = JoinSet::new();
    let asked = stop.clone();
    parts.spawn(async move {
        asked.cancelled().await;
        ("fine", Ok(()))
    });
    let committer = tokio::spawn(async { panic!("out of memory") });
    let error = supervise(parts, committer, &stop, GRACE).await.unwrap_err().to_string();
    assert!(error.starts_with("committer: ") && error.contains("out of memory"), "{error}");
}

#[tokio::test]
async fn what_does_not_end_is_cut_off() {
    let stop = CancellationToken::new();
    let mut parts: JoinSet<Part> = JoinSet::new();
    parts.spawn(std::future::pending());
    stop.cancel();
    supervise(parts, committer(), &stop, SOON).await.unwrap();
}
