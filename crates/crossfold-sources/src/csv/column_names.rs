//! What the name of a column says about its values.

/// What people number.
const ENTITIES: [&str; 49] = [
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
    "resp",
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
    let words = name_words(name);
    let Some((last, before)) = words.split_last() else { return false };
    let is_entity = |word: &str| ENTITIES.contains(&word);
    let end_of_entity =
        || ["id", "no", "num", "number"].iter().any(|end| last.strip_suffix(end).is_some_and(is_entity));
    match last.as_str() {
        "id" | "idno" | "idnr" | "uid" | "uuid" | "guid" | "nr" | "no" | "rownames" => true,
        "index" | "row" | "serial" => before.is_empty(),
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
    name_words(name).last().is_some_and(|last| CODES.contains(&last.as_str()))
}

/// Whether numbers in a column with this name are most likely times: `year`, `Month`, `day_of_year`.
pub(crate) fn names_time(name: &str) -> bool {
    const TIMES: [&str; 36] = [
        "year",
        "yr",
        "quarter",
        "month",
        "mo",
        "week",
        "day",
        "date",
        "datetime",
        "hour",
        "minute",
        "second",
        "time",
        "timestamp",
        "epoch",
        "period",
        "season",
        "step",
        "tick",
        "wave",
        "round",
        "t",
        "ts",
        "jahr",
        "monat",
        "woche",
        "tag",
        "datum",
        "zeit",
        "annee",
        "mois",
        "jour",
        "ano",
        "mes",
        "years",
        "days",
    ];
    name_words(name).iter().any(|word| TIMES.contains(&word.as_str()))
}

/// The words of a name in lower case: `case`, `no` of `Case No.`, `case_no`, `CaseNo` and `CASE-NO`.
pub(crate) fn name_words(name: &str) -> Vec<String> {
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
            "idno",
            "respid",
            "RESPID",
            "uid",
            "serial",
            "Serial No",
        ] {
            assert!(names_rows(name), "{name}");
        }
        for name in
            ["paid", "acid", "Covid", "AtomicNumber", "number", "glucose index", "humid", "piano", "Volcano", ""]
        {
            assert!(!names_rows(name), "{name}");
        }
        assert!(["year", "Month", "day_of_year", "t", "startDate"].into_iter().all(names_time));
        assert!(!["price", "daylight", "timeliness"].into_iter().any(names_time));
        assert!(["zip", "ZIP Code", "zipCode", "PLZ", "country_code"].into_iter().all(names_codes));
        assert!(!["zipper", "decode", "codes per day"].into_iter().any(names_codes));
    }
}
