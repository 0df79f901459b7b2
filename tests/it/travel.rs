//! Fits that move to the stores of other machines: exports, imports and merges, and what is refused.

use std::fs;
use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

use crate::harness::{Outcome, Workplace, snapshot};
#[cfg(unix)]
use crate::harness::{finish, full_stdout};

/// Studies of this name train networks of these numbers of nodes, on two folds.
fn spec(here: &Workplace, name: &str, nodes: &str) -> String {
    let text = "version: 1\nname: NAME\ndata: {source: csv, path: DATA/anes96/anes96.csv, target: vote, test_share: 0.2}\n\
        model: {kind: mlp, layers: 1}\ntraining: {epochs: 2}\nsearch: {space: {nodes: NODES}}\n\
        cross_validation: {folds: 2}\nfinal: {refit: best, test: true, variables: false}\nbaselines: []\n";
    let text = text.replace("NAME", name).replace("NODES", nodes);
    here.spec(&format!("{name}.yaml"), &text).display().to_string()
}

fn run(here: &Workplace, spec: &str, results: &str) -> Outcome {
    here.crossfold(&["run", spec, "--results", results]).expect(0)
}

/// A store in `results` with the study `votes`, and its export.
fn exported() -> (Workplace, String, Vec<u8>) {
    let here = Workplace::new();
    let spec = spec(&here, "votes", "[2, 4, 8]");
    run(&here, &spec, "results");
    let wrote = here.crossfold(&["store", "export", "votes", "-o", "votes.cfx"]).expect(0);
    assert_eq!(wrote.stderr, "wrote 6 fits and 1 retrained network to votes.cfx\n");
    let bytes = fs::read(here.path().join("votes.cfx")).unwrap();
    (here, spec, bytes)
}

#[test]
fn an_imported_study_trains_nothing_and_has_the_same_results() {
    let (here, spec, bytes) = exported();
    let added = here.crossfold(&["store", "import", "votes.cfx", "--results", "other"]).expect(0);
    assert!(added.stdout.starts_with("added 6 fits and 1 retrained network, about "), "{}", added.stdout);
    assert!(added.stdout.ends_with("; 0 fits and 0 retrained networks stored already\n"), "{}", added.stdout);
    let again = here.crossfold(&["store", "import", "votes.cfx", "votes.cfx", "--results", "other"]).expect(0);
    let nothing =
        "added 0 fits and 0 retrained networks, about 0 kB; 12 fits and 2 retrained networks stored already\n";
    assert_eq!(again.stdout, nothing);
    let ran = run(&here, &spec, "other");
    assert!(ran.stderr.contains("all 6 fits of the search are stored"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("retraining"), "{}", ran.stderr);
    assert_eq!(here.results("other/votes"), here.results("results/votes"));
    let report = here.crossfold(&["store", "verify", "--results", "other"]).expect(0).stdout;
    snapshot("travel", "verified", &report);
    // Neither the way here nor the number of threads is in an export.
    for (number, results) in ["other", "one"].into_iter().enumerate() {
        if number > 0 {
            here.crossfold(&["run", &spec, "--results", results, "--jobs", "1"]).expect(0);
        }
        here.crossfold(&["store", "export", "--all", "-o", "again.cfx", "--results", results]).expect(0);
        assert!(fs::read(here.path().join("again.cfx")).unwrap() == bytes, "{results}");
    }
}

/// Vectors of each width stand for machines of other widths: `results/` is of the narrowest one.
#[test]
fn fits_of_a_machine_of_another_width_are_not_trained() {
    let here = Workplace::new();
    let spec = spec(&here, "votes", "[2, 4, 8]");
    here.crossfold(&["run", &spec, "--vectors", "sse"]).expect(0);
    here.crossfold(&["store", "export", "votes", "-o", "votes.cfx"]).expect(0);
    for vectors in ["avx2", "avx512"] {
        here.crossfold(&["store", "import", "votes.cfx", "--results", vectors]).expect(0);
        let ran = here.crossfold(&["run", &spec, "--vectors", vectors, "--results", vectors]).expect(0);
        assert!(ran.stderr.contains("all 6 fits of the search are stored"), "{}", ran.stderr);
        assert!(!ran.stderr.contains("retraining"), "{}", ran.stderr);
        assert_eq!(here.results(&format!("{vectors}/votes")), here.results("results/votes"));
    }
    // Trained there, the fits are the same, so neither machine's are preferred.
    here.crossfold(&["run", &spec, "--vectors", "avx2", "--results", "trained"]).expect(0);
    let added = here.crossfold(&["store", "import", "votes.cfx", "--results", "trained"]).expect(0).stdout;
    assert!(added.ends_with("; 6 fits and 1 retrained network stored already\n"), "{added}");
}

/// Imports are killed when their folder has reached certain sizes. None can end before: its stdout is full.
#[cfg(unix)]
#[test]
fn a_killed_import_has_taken_all_or_nothing() {
    let (here, _, bytes) = exported();
    let size = |results: &str| -> Option<u64> {
        let files = fs::read_dir(here.path().join(results)).ok()?;
        // SQLite may have removed a file since it was listed.
        let sizes = files.filter_map(|file| Some(file.ok()?.metadata().ok()?.len()));
        Some(sizes.sum())
    };
    here.crossfold(&["store", "import", "votes.cfx", "--results", "whole"]).expect(0);
    let whole = size("whole").unwrap();
    for part in 0..5 {
        let results = format!("part{part}");
        let (_reader, stdout) = full_stdout();
        let mut child = here.start_into(stdout, &["store", "import", "votes.cfx", "--results", &results]);
        while size(&results).is_none_or(|size| size < whole * part / 5) {
            assert!(child.try_wait().unwrap().is_none(), "part {part}: the import ended by itself");
            std::thread::yield_now();
        }
        child.kill().unwrap();
        assert_eq!(finish(child).code, -1, "part {part}");
        let added = here.crossfold(&["store", "import", "votes.cfx", "--results", &results]).expect(0).stdout;
        let [nothing, all] = ["added 6 fits and 1 retrained network, ", "added 0 fits and 0 retrained networks, "];
        assert!(added.starts_with(nothing) || added.starts_with(all), "part {part}: {added}");
        here.crossfold(&["store", "verify", "--results", &results]).expect(0);
        here.crossfold(&["store", "export", "--all", "-o", "again.cfx", "--results", &results]).expect(0);
        assert!(fs::read(here.path().join("again.cfx")).unwrap() == bytes, "part {part}");
    }
}

/// The shell steps of "Train only what changed" in `docs/ci.md`. Each job starts without a results folder.
#[cfg(unix)]
#[test]
fn jobs_of_ci_train_what_changed() {
    let (here, _, _) = exported();
    here.crossfold(&["baseline", "votes", "-o", "votes.json"]).expect(0);
    let changed = here.read("votes.yaml").replace("[2, 4, 8]", "[2, 4, 8, 16]");
    let job = |command: &str| {
        fs::remove_dir_all(here.path().join("results")).unwrap();
        let script = format!("\"$0\" {command} --cache store.cfx && \"$0\" store export --all -o store.cfx");
        finish(here.start_shell_script(&script)).expect(0).stderr
    };
    let first = job("gate votes.json --cached");
    assert!(first.contains("the cache `store.cfx` is not there") && first.contains("2/2 fits"), "{first}");
    let second = job("gate votes.json --cached");
    assert!(!second.contains("2/2 fits"), "{second}");
    // The winner's fits are those of the gate.
    let third = job("run votes.yaml");
    assert!(third.contains("2 fits are stored; training 4"), "{third}");
    here.spec("votes.yaml", &changed);
    let fourth = job("run votes.yaml");
    assert!(fourth.contains("6 fits are stored; training 2"), "{fourth}");
    assert!(fourth.contains("wrote 8 fits"), "{fourth}");
    // A job exports what it used.
    let fifth = job("gate votes.json --cached");
    assert!(!fifth.contains("2/2 fits") && fifth.contains("wrote 2 fits"), "{fifth}");
}

#[test]
fn stores_with_overlapping_halves_are_merged() {
    let here = Workplace::new();
    let [first, second, all] =
        [("first", "[2, 4]"), ("second", "[4, 8]"), ("all", "[2, 4, 8]")].map(|(name, nodes)| spec(&here, name, nodes));
    run(&here, &first, "results");
    run(&here, &second, "other");
    let before = fs::read(here.path().join("other/crossfold.db")).unwrap();
    let merge = ["store", "merge", "other/crossfold.db"];
    let merged = here.crossfold(&merge).expect(0).stdout;
    assert!(merged.starts_with("added 2 fits and ") && merged.contains("; 2 fits and "), "{merged}");
    assert!(here.crossfold(&merge).expect(0).stdout.starts_with("added 0 fits and 0 retrained networks, "));
    assert_eq!(fs::read(here.path().join("other/crossfold.db")).unwrap(), before);
    assert!(here.crossfold(&["store", "verify"]).expect(0).stdout.starts_with("fits               6\n"));
    let ran = run(&here, &all, "results");
    assert!(ran.stderr.contains("all 6 fits of the search are stored"), "{}", ran.stderr);
    run(&here, &all, "whole");
    assert_eq!(here.results("results/all"), here.results("whole/all"));
    let refused = here.crossfold(&["store", "merge", "results"]).expect(30);
    assert!(refused.stderr.contains("it is the store itself"), "{}", refused.stderr);
    here.crossfold(&["store", "merge", "nowhere.db"]).expect(30);
}

/// A fit of more epochs is taken, and one of fewer changes nothing.
#[test]
fn the_longer_fit_is_kept() {
    let (here, spec, _) = exported();
    let longer = ["run", &spec, "--results", "longer", "--set", "training.epochs=3"];
    here.crossfold(&longer).expect(0);
    here.crossfold(&["store", "export", "votes", "-o", "longer.cfx", "--results", "longer"]).expect(0);
    let added = here.crossfold(&["store", "import", "longer.cfx"]).expect(0).stdout;
    assert!(added.contains("; extended 6 fits and 0 retrained networks; 0 fits"), "{added}");
    let added = here.crossfold(&["store", "import", "votes.cfx"]).expect(0).stdout;
    assert!(added.ends_with("; 6 fits and 1 retrained network stored already\n"), "{added}");
    let ran = here.crossfold(&["run", &spec, "--set", "training.epochs=3"]).expect(0);
    assert!(ran.stderr.contains("all 6 fits of the search are stored"), "{}", ran.stderr);
    assert_eq!(here.results("results/votes"), here.results("longer/votes"));
}

/// The parts of a file in the format of exports: its first line, each record without its digest, and the end without its.
fn records(plain: &[u8]) -> Vec<Vec<u8>> {
    let first = plain.iter().position(|&byte| byte == b'\n').unwrap() + 1;
    let (mut records, mut at) = (vec![plain[..first].to_vec()], first);
    while plain[at] != 0 {
        let length = u32::from_le_bytes(plain[at + 37..at + 41].try_into().unwrap()) as usize;
        records.push(plain[at..at + 41 + length].to_vec());
        at += 41 + length + 8;
    }
    assert_eq!(plain.len(), at + 17 + 32);
    records.push(plain[at..at + 17].to_vec());
    records
}

/// Writes a file whose digests are right.
fn with_digests(records: &[Vec<u8>]) -> Vec<u8> {
    let mut plain = Vec::new();
    for (number, record) in records.iter().enumerate() {
        plain.extend(record);
        let digest = Sha256::digest(&plain);
        let length = if number == 0 {
            0
        } else if number + 1 < records.len() {
            8
        } else {
            32
        };
        plain.extend(&digest[..length]);
    }
    plain
}

fn decompressed(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    GzDecoder::new(bytes).read_to_end(&mut plain).unwrap();
    plain
}

fn compressed(plain: &[u8]) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::fast());
    out.write_all(plain).unwrap();
    out.finish().unwrap()
}

/// Other results under the same keys: the stored ones stay, and the rest of the file is taken.
#[test]
fn results_that_differ_are_not_taken() {
    let (here, _, bytes) = exported();
    let mut parts = records(&decompressed(&bytes));
    assert_eq!(with_digests(&parts), decompressed(&bytes));
    // The last bytes of a fit are of its last epoch, and those of a network's weights are before its scores.
    let (fit, network) = (parts[1].len(), parts.len() - 2);
    parts[1][fit - 9] ^= 1;
    let weights = u32::from_le_bytes(parts[network][41..45].try_into().unwrap()) as usize;
    parts[network][45 + weights - 1] ^= 1;
    fs::write(here.path().join("other.cfx"), compressed(&with_digests(&parts))).unwrap();
    let import = ["store", "import", "other.cfx"];
    let refused = here.crossfold(&import).expect(31);
    let lines: Vec<&str> = refused.stdout.lines().collect();
    assert!(lines[0].ends_with("; 5 fits and 0 retrained networks stored already"), "{lines:?}");
    let key: String = parts[1][1..9].iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(lines[1].starts_with("not taken, because it differs: epoch 2 of `"), "{lines:?}");
    assert!(lines[1].ends_with(&format!("(fit {key})")) && lines[1].contains(" on repeat 1, fold "), "{lines:?}");
    assert!(lines[2].contains("epoch 2 of a retrained network on all rows"), "{lines:?}");
    assert!(
        refused.stderr.contains("(and 1 more) differs from the result in the store `results`"),
        "{}",
        refused.stderr
    );
    assert!(refused.stderr.contains("\nhint: the stored results stay"), "{}", refused.stderr);
    // The stored fits are those from before.
    here.crossfold(&["store", "export", "votes", "-o", "after.cfx"]).expect(0);
    assert!(fs::read(here.path().join("after.cfx")).unwrap() == bytes);
    // Elsewhere nothing is known to be wrong with them, until the spec is run there.
    here.crossfold(&["store", "import", "other.cfx", "--results", "empty"]).expect(0);
    let merged = here.crossfold(&["store", "merge", "empty"]).expect(31);
    assert!(merged.stdout.contains(&key), "{}", merged.stdout);
}

/// A forged file, with right digests, whose fits of a classification have learnt numbers: they are retrained, and differ.
#[test]
fn forged_fits_of_another_task_do_no_harm() {
    let (here, spec, bytes) = exported();
    let mut parts = records(&decompressed(&bytes));
    let sums = [1.0_f64, 2.0, 3.0].map(f64::to_le_bytes).concat();
    let evaluation = [&[1, 100, 0, 0, 0][..], &sums, &[0]].concat();
    for part in parts.iter_mut().filter(|part| part[0] == 1) {
        let configuration = u32::from_le_bytes(part[41..45].try_into().unwrap()) as usize;
        // Behind it are the fold, in 9 bytes, how the fit ended, in 1, and the number of epochs, in 4.
        part.truncate(45 + configuration + 10);
        part.extend([&[1, 0, 0, 0][..], &evaluation, &[1], &evaluation, &[0, 0]].concat());
        let length = (part.len() - 41) as u32;
        part[37..41].copy_from_slice(&length.to_le_bytes());
    }
    fs::write(here.path().join("forged.cfx"), compressed(&with_digests(&parts))).unwrap();
    here.crossfold(&["store", "import", "forged.cfx", "--results", "new"]).expect(0);
    let refused = here.crossfold(&["run", &spec, "--results", "new"]).expect(31);
    assert!(refused.stderr.contains("did not reproduce its stored result"), "{}", refused.stderr);
}

/// A bit of a stored record is noticed wherever the record is read.
#[test]
fn a_flipped_bit_is_found_and_named() {
    let (here, _, bytes) = exported();
    let parts = records(&decompressed(&bytes));
    let key = &parts[1][1..33];
    let name: String = key[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    let store = here.path().join("results/crossfold.db");
    let mut file = fs::read(&store).unwrap();
    // In its row, the key is followed by the configuration.
    let length = u32::from_le_bytes(parts[1][41..45].try_into().unwrap()) as usize;
    let row = [key, &parts[1][45..45 + length]].concat();
    let places: Vec<usize> = (0..file.len() - row.len()).filter(|&at| file[at..].starts_with(&row)).collect();
    assert!(!places.is_empty());
    places.into_iter().for_each(|at| file[at + row.len() - 1] ^= 1);
    fs::write(&store, file).unwrap();
    let found = here.crossfold(&["store", "verify"]).expect(30);
    assert!(found.stdout.contains("\ndamaged            1\n"), "{}", found.stdout);
    assert!(found.stdout.contains(&format!("fit {name} (")), "{}", found.stdout);
    assert!(found.stderr.contains("does not match its digest\nhint: `crossfold run FILE --retry`"), "{}", found.stderr);
    for command in [
        &["store", "merge", "results/crossfold.db", "--results", "new"][..],
        &["store", "export", "votes", "-o", "new.cfx"],
    ] {
        let refused = here.crossfold(command).expect(30);
        assert!(refused.stderr.contains(&format!("fit {name} does not match its digest")), "{}", refused.stderr);
    }
    assert!(!here.path().join("new.cfx").exists());
    // An import that meets it takes nothing.
    let refused = here.crossfold(&["store", "import", "votes.cfx"]).expect(30);
    assert!(refused.stderr.contains(&name), "{}", refused.stderr);
    let nothing = here.crossfold(&["store", "verify", "--results", "new"]).expect(0).stdout;
    assert!(nothing.starts_with("fits               0\n"), "{nothing}");
}

/// Seeded changes of a file: bytes, ends, parts that are repeated or left out, with and without the checksum of the
/// compressed data.
#[test]
fn changed_exports_are_refused() {
    let (here, _, bytes) = exported();
    let plain = decompressed(&bytes);
    let mut state = 1_u64;
    let mut below = |limit: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % limit
    };
    let mut counts = [0, 0];
    for number in 0..300 {
        let is_plain = number % 2 == 0;
        let mut changed = if is_plain { plain.clone() } else { bytes.clone() };
        let at = below(changed.len());
        match number / 2 % 4 {
            0 => changed[at] ^= 1 << below(8),
            1 => changed.truncate(at),
            2 => drop(changed.splice(at..at, changed[at..(at + 60).min(changed.len())].to_vec())),
            _ => drop(changed.drain(at..(at + 1 + below(60)).min(changed.len()))),
        }
        fs::write(here.path().join("changed.cfx"), if is_plain { compressed(&changed) } else { changed }).unwrap();
        let Outcome { code, stdout, stderr } = here.crossfold(&["store", "import", "changed.cfx", "--results", "new"]);
        match code {
            30 => {
                assert!(
                    stderr.contains("can't import `changed.cfx`: ") && stderr.contains("; nothing was imported"),
                    "{stderr}"
                );
                assert!(!here.path().join("new").exists(), "{number}");
            }
            // Bits that mean nothing, in the header and at the end of the compressed data.
            0 => fs::remove_dir_all(here.path().join("new")).unwrap(),
            _ => panic!("{number}: {code}\n{stdout}{stderr}"),
        }
        counts[usize::from(code == 0)] += 1;
    }
    assert!(counts[0] > 290, "{counts:?}");
    for (file, reason) in [("votes.yaml", "was not written by"), (".", "not a regular file"), ("none", "No such file")]
    {
        let refused = here.crossfold(&["store", "import", file]).expect(30);
        assert!(refused.stderr.contains(reason), "{}", refused.stderr);
    }
    // One file of two is damaged.
    fs::write(here.path().join("cut.cfx"), &bytes[..bytes.len() / 2]).unwrap();
    let refused = here.crossfold(&["store", "import", "votes.cfx", "cut.cfx", "--results", "new"]).expect(30);
    assert!(refused.stderr.contains("cut.cfx") && !here.path().join("new").exists(), "{}", refused.stderr);
}

#[test]
fn an_export_is_of_a_stored_study() {
    let (here, _, _) = exported();
    let unknown = here.crossfold(&["store", "export", "vote", "-o", "x"]).expect(2);
    assert!(unknown.stderr.contains("there is no stored study `vote`"), "{}", unknown.stderr);
    here.crossfold(&["store", "export", "-o", "x"]).expect(2);
    here.crossfold(&["store", "export", "votes", "--all", "-o", "x"]).expect(2);
    let over = here.crossfold(&["store", "export", "votes", "-o", "results/crossfold.db"]).expect(30);
    assert!(over.stderr.contains("it is a database file"), "{}", over.stderr);
    here.crossfold(&["store", "export", "--all", "-o", "x", "--results", "none"]).expect(30);
    here.crossfold(&["store", "verify", "--results", "none"]).expect(30);
}

/// Another store, or its export, is looked into before anything is trained; the option takes precedence over the variable.
#[test]
fn what_a_cache_has_is_not_trained() {
    let (here, spec, _) = exported();
    let cache = fs::read(here.path().join("results/crossfold.db")).unwrap();
    for (number, path) in ["results", "results/crossfold.db", "votes.cfx"].into_iter().enumerate() {
        let own = format!("own{number}");
        let ran = here.crossfold(&["run", &spec, "--results", &own, "--cache", "nowhere", "--cache", path]).expect(0);
        assert!(ran.stderr.contains("all 6 fits of the search are stored"), "{}", ran.stderr);
        assert!(ran.stderr.contains("the cache `nowhere` is not there"), "{}", ran.stderr);
        assert!(!ran.stderr.contains("retraining"), "{}", ran.stderr);
        assert_eq!(here.results(&format!("{own}/votes")), here.results("results/votes"));
        // What was taken is stored: the cache is no longer needed.
        here.crossfold(&["report", "votes", "--results", &own]).expect(0);
        assert!(run(&here, &spec, &own).stderr.contains("all 6 fits of the search are stored"));
    }
    let plan = ["plan", &spec, "--results", "planned", "--cache", "nowhere"];
    let planned = here.crossfold(&plan).expect(0);
    assert!(planned.stdout.contains("6 fits") && planned.stderr.contains("the cache `nowhere` is not there"));
    let planned = here.crossfold(&[&plan[..], &["--cache", "votes.cfx"]].concat()).expect(0);
    assert!(planned.stdout.contains("nothing to train"), "{}", planned.stdout);
    assert!(!here.path().join("planned").exists());
    assert!(fs::read(here.path().join("results/crossfold.db")).unwrap() == cache);
    let variable = |value: &str, more: &[&str]| {
        let _ = fs::remove_dir_all(here.path().join("by"));
        let arguments = [&["run", &spec, "--results", "by"], more].concat();
        here.crossfold_with("CROSSFOLD_CACHE", value, &arguments).expect(0).stderr
    };
    let is_cached = |stderr: String| stderr.contains("all 6 fits of the search are stored");
    assert!(is_cached(variable("nowhere:votes.cfx", &[])));
    assert!(!is_cached(variable("", &[])) && !is_cached(variable("votes.cfx", &["--cache", "nowhere"])));
    assert!(!is_cached(variable("votes.cfx", &["--fresh"])));
    // Fits that the cache has with fewer epochs, and one more than it has.
    let more = here.spec("more.yaml", &here.read("votes.yaml").replace("[2, 4, 8]", "[2, 4, 8, 16]"));
    let ran = here.crossfold(&["run", more.to_str().unwrap(), "--results", "more", "--cache", "votes.cfx"]).expect(0);
    assert!(ran.stderr.contains("6 fits are stored; training 2"), "{}", ran.stderr);
    let longer = ["run", &spec, "--set", "training.epochs=3", "--results"];
    here.crossfold(&[&longer[..], &["longer", "--cache", "results"]].concat()).expect(0);
    here.crossfold(&[&longer[..], &["whole"]].concat()).expect(0);
    assert_eq!(here.results("longer/votes"), here.results("whole/votes"));
    // The other way round: the own fits are the shorter ones.
    let ran = here.crossfold(&[&longer[..], &["own0", "--cache", "whole"]].concat()).expect(0);
    assert!(is_cached(ran.stderr));
}

#[test]
fn a_gate_finds_cached_fits() {
    let (here, _, _) = exported();
    here.crossfold(&["baseline", "votes", "-o", "votes.json"]).expect(0);
    let gate = ["gate", "votes.json", "--results", "new", "--cache", "votes.cfx"];
    let trained = |stderr: String| stderr.contains("2/2 fits");
    assert!(trained(here.crossfold(&["gate", "votes.json", "--results", "other", "--cached"]).expect(0).stderr));
    assert!(!trained(here.crossfold(&[&gate[..], &["--cached"]].concat()).expect(0).stderr));
    here.crossfold(&gate).expect(2);
}

/// A damaged cache is named, and nothing of it is used.
#[test]
fn a_damaged_cache_is_named() {
    let (here, spec, bytes) = exported();
    fs::write(here.path().join("cut.cfx"), &bytes[..bytes.len() - 9]).unwrap();
    let refused = here.crossfold(&["run", &spec, "--results", "new", "--cache", "cut.cfx"]).expect(30);
    assert!(refused.stderr.contains("can't import `cut.cfx`: "), "{}", refused.stderr);
}

/// Without the option and the variable, the caches of the user's settings file are looked into.
#[test]
fn a_settings_file_names_caches() {
    let (here, spec, _) = exported();
    fs::create_dir_all(here.path().join("config/crossfold")).unwrap();
    let write = |text: &str| fs::write(here.path().join("config/crossfold/config.yaml"), text).unwrap();
    write("# My team's fits.\ncache: [../../votes.cfx]\n");
    let stored = |ran: Outcome| ran.stderr.contains("all 6 fits of the search are stored");
    assert!(stored(run(&here, &spec, "one")));
    // The variable takes precedence, and the option over both.
    let other = ["run", &spec, "--results", "two"];
    assert!(!stored(here.crossfold_with("CROSSFOLD_CACHE", "results-of-nobody", &other).expect(0)));
    assert!(!stored(here.crossfold(&["run", &spec, "--results", "three", "--cache", "nothing.cfx"]).expect(0)));
    let none = here.crossfold_with("CROSSFOLD_CACHE", "", &["run", &spec, "--results", "none"]).expect(0);
    assert!(!stored(none));
    fs::write(here.path().join("own.yaml"), "cache: [votes.cfx]\n").unwrap();
    write("cache: [nothing.cfx]\n");
    assert!(stored(
        here.crossfold_with("CROSSFOLD_CONFIG", "own.yaml", &["run", &spec, "--results", "four"]).expect(0)
    ));
    write("caches: [../../votes.cfx]\n");
    let refused = here.crossfold(&["run", &spec, "--results", "five"]).expect(10).stderr;
    assert!(refused.contains("`caches`: unknown key") && refused.contains("config.yaml:1:1"), "{refused}");
    let missing =
        here.crossfold_with("CROSSFOLD_CONFIG", "none.yaml", &["run", &spec, "--results", "six"]).expect(10).stderr;
    assert!(missing.starts_with("error: can't read the settings `none.yaml`"), "{missing}");
}
