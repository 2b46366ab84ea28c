use super::*;

const NONE: [LastReceipt; 0] = [];

fn numbers(known: &[(&str, u64)]) -> BTreeMap<String, u64> {
    let known = known.iter();
    known
        .map(|(issuer, number)| ((*issuer).to_owned(), *number))
        .collect()
}

fn said(text: &str) -> [LastReceipt; 1] {
    [text.parse().unwrap()]
}

#[test]
fn the_former_database_is_kept_as_a_file_that_changes_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("chargetap.db");
    std::fs::write(&database, "former").unwrap();
    std::fs::write(suffixed(&database, ".lock"), "").unwrap();
    std::fs::write(suffixed(&database, "-wal"), "log").unwrap();
    let former = Former {
        exists: true,
        last_receipts: BTreeMap::new(),
    };
    let kept = former.keep(&database).unwrap().unwrap();
    // As if the restore had been cut off, and the gateway started again.
    std::fs::write(&database, "later").unwrap();
    assert_eq!(std::fs::read_to_string(&kept).unwrap(), "former");
    let log = std::fs::read_to_string(suffixed(&kept, "-wal"));
    assert_eq!(log.unwrap(), "log");
    assert!(!suffixed(&database, "-wal").exists());
}

#[tokio::test]
async fn a_copy_that_did_not_end_is_no_former_database() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chargetap.db");
    let database = DatabaseFile::open(&path).unwrap();
    copies::begin(&database).await.unwrap();
    drop(database);
    let error = Former::read(&path).await.err().unwrap().to_string();
    assert!(error.contains("is a copy that did not end"), "{error}");
}

#[test]
fn receipts_go_on_after_what_the_former_database_knows() {
    let (copy, former) = (numbers(&[("SE1", 7)]), numbers(&[("SE1", 9), ("SE2", 1)]));
    assert_eq!(last_receipts(&copy, &former, &NONE).unwrap(), former);
}

#[test]
fn without_a_former_database_the_number_has_to_be_said() {
    let copy = numbers(&[("SE1", 7)]);
    let error = last_receipts(&copy, &numbers(&[]), &NONE).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("--after-receipt SE1=NUMBER (SE1=7 if there was none)"),
        "{error}"
    );
    let last = last_receipts(&copy, &numbers(&[]), &said("SE1=12")).unwrap();
    assert_eq!(last, numbers(&[("SE1", 12)]));
}

#[test]
fn a_number_that_was_given_out_is_not_given_out_again() {
    let (copy, former) = (numbers(&[("SE1", 7)]), numbers(&[("SE1", 9)]));
    for number in ["SE1=6", "SE1=8"] {
        let error = last_receipts(&copy, &former, &said(number)).unwrap_err();
        assert!(error.to_string().contains("9 was given out"), "{error}");
    }
    // A database that began anew knows nothing of those before.
    let error = last_receipts(&former, &copy, &NONE).unwrap_err();
    assert!(error.to_string().contains("the copy is newer"), "{error}");
}

#[test]
fn a_number_that_is_far_too_large_is_doubted() {
    let copy = numbers(&[("SE1", 7)]);
    let error = last_receipts(&copy, &copy, &said("SE1=20261129")).unwrap_err();
    assert!(
        error.to_string().contains("is that number right"),
        "{error}"
    );
}

#[test]
fn numbers_are_said_without_prefix() {
    for (text, problem) in [
        ("SE1", "say ISSUER=NUMBER"),
        ("SE1=L-7", "leave out its prefix"),
    ] {
        let error = text.parse::<LastReceipt>().unwrap_err();
        assert!(error.contains(problem), "{error}");
    }
}
