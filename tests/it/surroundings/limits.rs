//! Limits of the system: lengths of paths, memory, stack, threads, open files, and the clock.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use super::{shell, workplace};
use crate::harness::Workplace;

/// SQLite opens no path of more than some 500 bytes: that is said at once, by every command.
#[test]
fn a_store_with_too_long_a_path_is_refused_by_its_length() {
    let here = workplace();
    let long = vec!["x".repeat(200); 15].join("/");
    fs::create_dir_all(here.path().join(&long)).unwrap();
    let results = format!("{long}/results");
    for command in [&["run", "tiny.yaml"][..], &["list"], &["show", "tiny"], &["report", "tiny"], &["gc"]] {
        let refused = here.crossfold(&[command, &["--results", &results]].concat()).expect(30);
        assert!(refused.stderr.contains("SQLite opens at most 504"), "{command:?}: {}", refused.stderr);
        assert!(refused.stderr.contains("--results DIR"), "{command:?}: {}", refused.stderr);
        assert!(!refused.stderr.contains("training"), "{}", refused.stderr);
    }
    // One that is just short enough is used by all.
    let room = 504 - here.path().canonicalize().unwrap().as_os_str().len() - "//crossfold.db".len();
    let results = format!("{}/{}/{}", "x".repeat(200), "y".repeat(100), "z".repeat(room - 302));
    for command in [&["run", "tiny.yaml"][..], &["list"], &["show", "tiny"], &["report", "tiny"], &["gc"]] {
        here.crossfold(&[command, &["--results", &results]].concat()).expect(0);
    }
}

/// Case 61: what the process may take counts, not only what the machine has free.
#[cfg(target_os = "linux")]
#[test]
fn a_limit_of_memory_counts_as_memory() {
    let here = Workplace::new();
    let row = format!("{}1\n", "0.123456789,".repeat(19));
    let header = (0..19).map(|column| format!("c{column},")).collect::<String>() + "y\n";
    fs::write(here.path().join("big.csv"), header + &row.repeat(200_000)).unwrap();
    let limited = |kilobytes: u32| shell(&here, &format!("ulimit -v {kilobytes}; exec \"$0\" data big.csv"));
    let refused = limited(120_000).expect(11);
    assert!(refused.stderr.contains("of memory that are left"), "{}", refused.stderr);
    limited(4_000_000).expect(0);
    let refused = shell(&here, "cat big.csv | (ulimit -v 120000; exec \"$0\" data -)").expect(11);
    assert!(refused.stderr.contains("memory"), "{}", refused.stderr);
}

/// Case 53: a command has a stack of its own.
#[test]
fn a_small_stack_is_enough() {
    let here = workplace();
    shell(&here, "ulimit -s 128; exec \"$0\" run tiny.yaml").expect(0);
    shell(&here, "ulimit -s 128; exec \"$0\" man").expect(0);
}

#[test]
fn too_few_files_or_threads_are_an_error_that_says_so() {
    let here = workplace();
    // Without root's privileges, which no limit of threads binds.
    let is_root = fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
    let limits: &[&str] = if is_root {
        fs::set_permissions(here.path(), fs::Permissions::from_mode(0o777)).unwrap();
        fs::copy(env!("CARGO_BIN_EXE_crossfold"), here.path().join("crossfold")).unwrap();
        &["exec prlimit --nproc=1 setpriv --reuid=65533 --clear-groups ./crossfold"]
    } else {
        &["exec prlimit --nproc=1 \"$0\""]
    };
    let files = (4..14).map(|count| format!("ulimit -n {count}; exec \"$0\""));
    for limit in limits.iter().map(|&limit| limit.to_owned()).chain(files) {
        let _ = fs::remove_dir_all(here.path().join("limited"));
        for command in ["run tiny.yaml", "plan tiny.yaml", "list"] {
            let ended = shell(&here, &format!("{limit} {command} --results limited"));
            assert!(!ended.stderr.contains("panicked"), "{limit} {command}: {}", ended.stderr);
            let is_told = ["Too many open files", "can't be started", "temporarily unavailable", "unable to open"];
            let is_told = ended.code == 0 || is_told.iter().any(|words| ended.stderr.contains(words));
            assert!(is_told, "{limit} {command}: {} {}", ended.code, ended.stderr);
            assert!([0, 1, 10, 11, 30].contains(&ended.code), "{limit} {command}: {} {}", ended.code, ended.stderr);
            assert_eq!(ended.code == 0, !ended.stderr.contains("error: "), "{limit} {command}: {}", ended.stderr);
        }
    }
}

/// A clock that shows no time that a record can have.
#[cfg(target_os = "linux")]
#[test]
fn a_clock_past_the_year_9999_is_told_of() {
    let here = workplace();
    let source = "#include <time.h>\n#include <unistd.h>\n#include <sys/syscall.h>\n\
                  int clock_gettime(clockid_t clock, struct timespec *time) {\n\
                  int done = syscall(SYS_clock_gettime, clock, time);\n\
                  if (clock == CLOCK_REALTIME) time->tv_sec = 253402300800; return done; }\n";
    fs::write(here.path().join("clock.c"), source).unwrap();
    // Building this program takes a C compiler, so there is one.
    shell(&here, "cc -shared -fPIC -o clock.so clock.c").expect(0);
    here.crossfold(&["run", "tiny.yaml"]).expect(0);
    for command in ["run tiny.yaml", "run tiny.yaml --until 07:00", "report tiny"] {
        let told = shell(&here, &format!("LD_PRELOAD=$PWD/clock.so exec \"$0\" {command}")).expect(30);
        assert!(told.stderr.contains("this machine's clock shows"), "{command}: {}", told.stderr);
    }
}
