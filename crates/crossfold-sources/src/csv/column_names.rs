//! What the name of a column says about its values.

/// What people number.
const ENTITIES: [&str; 48] = [
    "account",
    "animal",
    "applicant",
    "application",
    "case",
    "claim",
    "client",
    "contract",
    "customer",
    "device",
    "employee",
    "house",
    "household",
    "invoice",
    "item",
    "loan",
    "member",
    "order",
    "participant",
    "passenger",
    "patient",
    "person",
    "phone",
    "player",
    "policy",
    "product",
    "record",
    "reg",
    "registration",
    "respondent",
    "roll",
    "row",
    "sample",
    "school",
    "serial",
    "session",
    "specimen",
    "station",
    "student",
    "subject",
    "telephone",
    "ticket",
    "transaction",
    "unit",
    "user",
    "vehicle",
    "visit",
    "worker",
];

/// Whether values in a column with this name most likely identify rows, if they are all different: `id`, `PassengerId`, `caseid`, `Case No`.
pub(super) fn names_rows(name: &str) -> bool {
    let words = words(name);
    let Some((last, before)) = words.split_last() else { return false };
    let is_entity = |word: &str| ENTITIES.contains(&word);
    let end_of_entity =
        || ["id", "no", "num", "number"].iter().any(|end| last.strip_suffix(end).is_some_and(is_entity));
    match last.as_str() {
        "id" | "uuid" | "guid" | "nr" | "no" | "rownames" => true,
        "index" | "row" => before.is_empty(),
        "num" | "number" => before.last().is_some_and(|word| is_entity(word)),
        // German writes both as one word.
        last => end_of_entity() || (last.len() > 4 && last.ends_with("nr")),
    }
}

/// Whether a column with this name most likely identifies subjects, which may have several rows each.
pub(crate) fn names_subjects(name: &str) -> bool {
    // Numbers within a group, a grid's rows, and nitric oxide.
    const OTHERS: [&str; 4] = ["index", "row", "no", "rownames"];
    names_rows(name) && !OTHERS.contains(&name.to_lowercase().as_str())
}

/// Whether whole numbers in a column with this name are most likely codes: `zip`, `PLZ`, `country_code`.
pub(super) fn names_codes(name: &str) -> bool {
    const CODES: [&str; 8] = ["zip", "zipcode", "postcode", "postalcode", "plz", "fips", "pincode", "code"];
    words(name).last().is_some_and(|last| CODES.contains(&last.as_str()))
}

/// The words of a name in lower case: `case`, `no` of `Case No.`, `case_no`, `CaseNo` and `CASE-NO`.
fn words(name: &str) -> Vec<String> {
    let (mut words, mut before) = (vec![String::new()], [' ', ' ']);
    for c in name.chars() {
        let ends_capitals = c.is_lowercase() && before[0].is_uppercase() && before[1].is_uppercase();
        if ends_capitals {
            // `IDNumber`
            let last = words.last_mut().and_then(String::pop);
            words.push(last.into_iter().collect());
        } else if !c.is_alphanumeric() || (c.is_uppercase() && before[1].is_lowercase()) {
            words.push(String::new());
        }
        if let (true, Some(word)) = (c.is_alphanumeric(), words.last_mut()) {
            word.extend(c.to_lowercase());
        }
        before = [before[1], c];
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_many_names() {
        for name in [
            "id",
            "ID",
            "Id",
            "customer_id",
            "PassengerId",
            "CustomerID",
            "UserId",
            "caseid",
            "CASEID",
            "Case No",
            "Case No.",
            "Kundennr",
            "kunden_nr",
            "RowNumber",
            "row number",
            "No",
            "uuid",
            "rownames",
            "index",
            "Order ID",
            "IDNr",
        ] {
            assert!(names_rows(name), "{name}");
        }
        for name in
            ["paid", "acid", "Covid", "AtomicNumber", "number", "glucose index", "humid", "piano", "Volcano", ""]
        {
            assert!(!names_rows(name), "{name}");
        }
        assert!(["zip", "ZIP Code", "zipCode", "PLZ", "country_code"].into_iter().all(names_codes));
        assert!(!["zipper", "decode", "codes per day"].into_iter().any(names_codes));
    }
}
