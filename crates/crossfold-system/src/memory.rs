//! The memory that the process can still take.

use std::fs;
use std::path::Path;

/// Reads a file of the kernel.
type Read<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Where a version of control groups has a group's figures. A group may use `limit` bytes; `usage` includes caches of files,
/// which the kernel drops before it kills a process.
struct Version {
    limit: &'static str,
    usage: &'static str,
    caches: [&'static str; 2],
}

const FIRST: Version = Version {
    limit: "memory.limit_in_bytes",
    usage: "memory.usage_in_bytes",
    caches: ["total_inactive_file", "total_active_file"],
};

const SECOND: Version =
    Version { limit: "memory.max", usage: "memory.current", caches: ["inactive_file", "active_file"] };

/// The bytes that the process can still take: what the machine has free, or less where a container or `ulimit` limits it.
/// `None` where that isn't known.
pub fn available() -> Option<u64> {
    available_by(&|path| fs::read_to_string(path).ok())
}

fn available_by(read: Read<'_>) -> Option<u64> {
    let free = read("/proc/meminfo").and_then(|text| kilobytes(&text, "MemAvailable:"));
    let limits = [
        control_groups(read),
        resource(read, "Max address space", "VmSize:"),
        resource(read, "Max data size", "VmData:"),
    ];
    free.into_iter().chain(limits.into_iter().flatten()).min()
}

/// A line such as `MemAvailable:    1234 kB`, in bytes.
fn kilobytes(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

/// What a limit of `ulimit` leaves of address space; see `proc_pid_limits(5)`.
fn resource(read: Read<'_>, name: &str, used: &str) -> Option<u64> {
    let limits = read("/proc/self/limits")?;
    let soft =
        limits.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()?.parse::<u64>().ok()?;
    Some(soft.saturating_sub(kilobytes(&read("/proc/self/status")?, used)?))
}

/// The least that any control group of the process has left; see `cgroups(7)`.
fn control_groups(read: Read<'_>) -> Option<u64> {
    let (groups, mounts) = (read("/proc/self/cgroup")?, read("/proc/self/mountinfo")?);
    let left = groups.lines().filter_map(|line| {
        let (_, group) = line.split_once(':')?;
        let (controllers, group) = group.split_once(':')?;
        let version = match controllers {
            "" => &SECOND,
            _ if controllers.split(',').any(|controller| controller == "memory") => &FIRST,
            _ => return None,
        };
        let (root, point) = mount(&mounts, controllers.is_empty())?;
        // In a container the group's path may be the host's; its mount shows the group itself then.
        let within = Path::new(group).strip_prefix(&root).unwrap_or(Path::new(""));
        let folder = Path::new(&point).join(within);
        let folders = folder.ancestors().take_while(|folder| folder.starts_with(&point));
        folders.filter_map(|folder| left_in(read, folder, version)).min()
    });
    left.min()
}

/// The root of the hierarchy for memory, and where it is mounted. Fields of a line are as in `proc_pid_mountinfo(5)`.
fn mount(mounts: &str, is_second: bool) -> Option<(String, String)> {
    mounts.lines().find_map(|line| {
        let (before, after) = line.split_once(" - ")?;
        let mut after = after.split(' ');
        let (kind, options) = (after.next()?, after.nth(1)?);
        let is_it = match kind {
            "cgroup2" => is_second,
            "cgroup" => !is_second && options.split(',').any(|option| option == "memory"),
            _ => false,
        };
        let mut fields = before.split(' ').skip(3);
        is_it.then_some((fields.next()?.to_owned(), fields.next()?.replace("\\040", " ")))
    })
}

/// What a group has left; `None` where it has no limit.
fn left_in(read: Read<'_>, folder: &Path, version: &Version) -> Option<u64> {
    let text = |name: &str| read(folder.join(name).to_str()?);
    let number = |name: &str| text(name)?.trim().parse::<u64>().ok();
    // `max` is no number, and a first version's lack of a limit is more than any machine has.
    let (limit, usage) = (number(version.limit)?, number(version.usage)?);
    let statistics = text("memory.stat").unwrap_or_default();
    let cache = |name: &&str| -> Option<u64> {
        let line = statistics.lines().find_map(|line| line.strip_prefix(*name)?.strip_prefix(' '))?;
        line.trim().parse().ok()
    };
    let caches: u64 = version.caches.iter().filter_map(cache).sum();
    Some(limit.saturating_sub(usage.saturating_sub(caches)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEMORY: (&str, &str) = ("/proc/meminfo", "MemTotal: 9000 kB\nMemAvailable:    8000000 kB\n");
    const STATUS: (&str, &str) = ("/proc/self/status", "VmSize:\t  100000 kB\nVmData:\t   50000 kB\n");

    fn check(files: &[(&str, &str)], expected: Option<u64>) {
        let read = |path: &str| files.iter().find(|(name, _)| *name == path).map(|(_, text)| (*text).to_owned());
        assert_eq!(available_by(&read), expected, "{files:?}");
    }

    #[test]
    fn a_machine_without_limits_has_what_is_free() {
        check(&[], None);
        check(&[MEMORY], Some(8_192_000_000));
        let unlimited = "Max data size             unlimited            unlimited            bytes\n";
        check(&[MEMORY, STATUS, ("/proc/self/limits", unlimited)], Some(8_192_000_000));
    }

    #[test]
    fn ulimit_leaves_what_is_not_taken_yet() {
        let limits = "Limit  Soft Limit  Hard Limit  Units\n\
                      Max data size             unlimited            unlimited            bytes\n\
                      Max address space         204800000            unlimited            bytes\n";
        check(&[MEMORY, STATUS, ("/proc/self/limits", limits)], Some(204_800_000 - 102_400_000));
    }

    /// As in a container of 400 MiB by systemd or Docker, with the second version of control groups.
    #[test]
    fn a_container_of_the_second_version_limits_memory() {
        let mounts = "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw\n";
        let group = [
            MEMORY,
            ("/proc/self/mountinfo", mounts),
            ("/proc/self/cgroup", "0::/system.slice/run.scope\n"),
            ("/sys/fs/cgroup/system.slice/run.scope/memory.max", "419430400\n"),
            ("/sys/fs/cgroup/system.slice/run.scope/memory.current", "100000000\n"),
            (
                "/sys/fs/cgroup/system.slice/run.scope/memory.stat",
                "anon 1\ninactive_file 30000000\nactive_file 10000000\n",
            ),
            ("/sys/fs/cgroup/system.slice/memory.max", "max\n"),
            ("/sys/fs/cgroup/system.slice/memory.current", "900000000\n"),
        ];
        check(&group, Some(419_430_400 - 60_000_000));
        // The group around it may have less left.
        let mut around = group;
        around[6].1 = "1000000000\n";
        check(&around, Some(100_000_000));
        // With a namespace of its own, a container is the root of the hierarchy.
        let namespaced = [
            MEMORY,
            ("/proc/self/mountinfo", mounts),
            ("/proc/self/cgroup", "0::/\n"),
            ("/sys/fs/cgroup/memory.max", "419430400\n"),
            ("/sys/fs/cgroup/memory.current", "19430400\n"),
        ];
        check(&namespaced, Some(400_000_000));
    }

    /// As in Docker with the first version: the group has the host's path, and its mount shows it as the root.
    #[test]
    fn a_container_of_the_first_version_limits_memory() {
        let mounts = "24 1 0:21 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n\
                      25 1 0:22 /docker/abc /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n";
        let groups = "5:cpu:/docker/abc\n4:memory:/docker/abc\n0::/docker/abc\n";
        let container = |limit: &'static str| {
            [
                MEMORY,
                ("/proc/self/mountinfo", mounts),
                ("/proc/self/cgroup", groups),
                ("/sys/fs/cgroup/memory/memory.limit_in_bytes", limit),
                ("/sys/fs/cgroup/memory/memory.usage_in_bytes", "119430400\n"),
                ("/sys/fs/cgroup/memory/memory.stat", "cache 9\ntotal_inactive_file 100000000\n"),
            ]
        };
        check(&container("419430400\n"), Some(400_000_000));
        check(&container("9223372036854771712\n"), Some(8_192_000_000));
        // On the host itself, or where the group's path is of another namespace.
        let host = [
            ("/proc/self/mountinfo", "25 1 0:22 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"),
            ("/proc/self/cgroup", "4:memory:/a/b\n"),
            ("/sys/fs/cgroup/memory/a/memory.limit_in_bytes", "5000\n"),
            ("/sys/fs/cgroup/memory/a/memory.usage_in_bytes", "2000\n"),
        ];
        check(&host, Some(3000));
    }
}
