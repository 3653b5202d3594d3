use super::*;

const PLACE: &str = "installations/T1/bot_token";

fn ring(lines: &[SecretString]) -> Keyring {
    let text = lines.iter().map(|l| l.expose_secret().to_owned()).collect::<Vec<_>>().join(",");
    Keyring::load(Source::Given(text.into())).unwrap().unwrap()
}

#[test]
fn what_is_sealed_opens_in_its_place_only() {
    let ring = ring(&[new_key()]);
    let sealed = ring.seal(PLACE, &"xoxb-1".into()).unwrap();
    assert!(!sealed.contains("xoxb"));
    assert_eq!(ring.open(PLACE, &sealed).unwrap().expose_secret(), "xoxb-1");
    assert!(ring.open("installations/T2/bot_token", &sealed).is_err());
    assert!(ring.open("installations/T1/refresh_token", &sealed).is_err());
    assert_ne!(ring.seal(PLACE, &"xoxb-1".into()).unwrap(), sealed, "every nonce is new");
}

#[test]
fn a_changed_byte_or_another_key_does_not_open() {
    let mine = ring(&[new_key()]);
    let sealed = mine.seal(PLACE, &"xoxb-1".into()).unwrap();
    let error = ring(&[new_key()]).open(PLACE, &sealed).unwrap_err().to_string();
    assert!(error.contains("put that key back"), "{error}");
    let head = sealed.rfind(':').unwrap() + 1;
    for at in head..sealed.len() {
        let mut bytes = sealed.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        assert!(mine.open(PLACE, std::str::from_utf8(&bytes).unwrap()).is_err(), "{at}");
    }
}

#[test]
fn an_older_key_opens_and_the_newest_seals() {
    let (old, new) = (new_key(), new_key());
    let sealed = ring(std::slice::from_ref(&old)).seal(PLACE, &"xoxb-1".into()).unwrap();
    let both = ring(&[new.clone(), old]);
    assert_eq!(both.open(PLACE, &sealed).unwrap().expose_secret(), "xoxb-1");
    assert!(!both.is_newest(&sealed));
    let again = both.seal(PLACE, &"xoxb-1".into()).unwrap();
    assert!(both.is_newest(&again));
    assert_eq!(ring(&[new]).open(PLACE, &again).unwrap().expose_secret(), "xoxb-1");
}

#[test]
fn a_key_that_was_added_to_the_file_is_found_by_a_process_that_runs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys/tandem.keys");
    assert!(Keyring::load(Source::File(path.clone())).unwrap().is_none());
    create(&path).unwrap();
    assert!(create(&path).is_err(), "an existing file is never overwritten");
    let running = Keyring::load(Source::File(path.clone())).unwrap().unwrap();
    renew(&path).unwrap();
    let sealed =
        Keyring::load(Source::File(path.clone())).unwrap().unwrap().seal(PLACE, &"x".into()).unwrap();
    assert_eq!(running.open(PLACE, &sealed).unwrap().expose_secret(), "x");
    drop_older(&path).unwrap();
    assert_eq!(lines(&std::fs::read_to_string(&path).unwrap()).count(), 1);
    assert!(Keyring::load(Source::File(path)).unwrap().unwrap().is_newest(&sealed));
}

#[cfg(unix)]
#[test]
fn the_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tandem.keys");
    create(&path).unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_wrong_ring_is_told_without_its_text() {
    for wrong in ["", "# none", "k1", "k1:!!!secret!!!", "k1:c2VjcmV0"] {
        let error = Keyring::load(Source::Given(wrong.into())).unwrap_err().to_string();
        assert!(!error.contains("secret") && !error.contains("c2VjcmV0"), "{error}");
        assert!(error.contains("tandem keys new"), "{error}");
    }
}

proptest::proptest! {
    #[test]
    fn nothing_that_is_not_sealed_opens(text in ".{0,80}") {
        let ring = ring(&[new_key()]);
        proptest::prop_assert!(ring.open(PLACE, &text).is_err());
        let with_format = format!("v1:k:{text}");
        proptest::prop_assert!(ring.open(PLACE, &with_format).is_err());
    }
}
