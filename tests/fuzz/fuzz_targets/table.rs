//! Whatever bytes are dropped as a list, looking at them ends with a peek or with a reason.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tandem::map::intake::table::peek;

fuzz_target!(|bytes: &[u8]| {
    let folder = tempfile::tempdir().expect("a folder for the list");
    for name in ["list.csv", "list.xlsx"] {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("the list is written");
        if let Err(reason) = peek(&path, name) {
            assert!(!reason.to_string().is_empty());
        }
    }
});
