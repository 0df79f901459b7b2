//! Whole specs, read.
use super::*;

#[test]
fn scratch() {
    for kind in ["bad", "good"] {
        let mut files: Vec<_> =
            std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/specs").to_owned() + "/" + kind)
                .unwrap()
                .map(|f| f.unwrap().path())
                .filter(|p| p.extension().is_some_and(|e| e == "yaml"))
                .collect();
        files.sort();
        for file in files {
            let bytes = std::fs::read(&file).unwrap();
            println!("== {kind}/{}", file.file_stem().unwrap().to_str().unwrap());
            match read(&bytes, &[]) {
                Ok(study) => println!(
                    "OK {} {:?} {:?}",
                    study.fixed.iter().map(|s| format!("{}={s}", s.param())).collect::<Vec<_>>().join(" "),
                    study.space.dimensions().iter().map(|d| d.param).collect::<Vec<_>>(),
                    study.splits
                ),
                Err(m) => {
                    for m in m.iter() {
                        let Place::File(r) = &m.place else { panic!() };
                        println!(
                            "  `{}`: {} | {:?} | at {:?}{}",
                            m.path,
                            m.message,
                            m.hint,
                            String::from_utf8_lossy(&bytes[r.clone()]),
                            match &m.other {
                                Some((Place::File(r), t)) =>
                                    format!(" | {t}: {:?}", String::from_utf8_lossy(&bytes[r.clone()])),
                                _ => String::new(),
                            }
                        );
                    }
                }
            }
        }
    }
    std::fs::write("/tmp/schema.json", schema()).unwrap();
}
