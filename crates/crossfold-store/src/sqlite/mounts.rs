//! Whether a folder is on a network file system. There SQLite's write-ahead log is unsafe, because its shared memory isn't
//! shared between machines (<https://sqlite.org/wal.html>).

use std::path::Path;

/// The types of Linux file systems that other machines may write to.
const NETWORK: [&str; 17] = [
    "nfs",
    "nfs4",
    "cifs",
    "smb",
    "smb2",
    "smb3",
    "smbfs",
    "9p",
    "afs",
    "ceph",
    "lustre",
    "gpfs",
    "beegfs",
    "fuse.sshfs",
    "fuse.glusterfs",
    "fuse.s3fs",
    "fuse.rclone",
];

/// The type of network file system that `folder` is on, if any. The folder's path is absolute and without links.
///
/// `mounts` are lines as in proc(5): the mount point is the fifth field, the type the first after a lone `-`. Of nested
/// mounts the innermost counts, of several on one point the last.
pub(super) fn network_kind(mounts: &str, folder: &Path) -> Option<&'static str> {
    let mount = |line: &str| {
        let (before, after) = line.split_once(" - ")?;
        let point = before.split(' ').nth(4)?.replace("\\040", " ");
        let kind = after.split(' ').next()?.to_owned();
        folder.starts_with(&point).then_some((point.len(), kind))
    };
    let (_, kind) = mounts.lines().filter_map(mount).max_by_key(|(length, _)| *length)?;
    NETWORK.into_iter().find(|network| *network == kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
40 22 0:35 / /home rw,relatime shared:20 - nfs4 server:/home rw,vers=4.2
41 40 254:1 / /home/me/local\\040disk rw - xfs /dev/vdb rw
42 22 0:36 / /mnt/lab rw - fuse.sshfs me@lab:/ rw
43 22 0:37 / /tmp rw shared:5 master:1 - tmpfs tmpfs rw
";

    #[test]
    fn the_innermost_mount_counts() {
        let kind = |folder: &str| network_kind(MOUNTS, Path::new(folder));
        assert_eq!(kind("/home/me/results"), Some("nfs4"));
        assert_eq!(kind("/home/me/local disk/results"), None);
        assert_eq!(kind("/mnt/lab"), Some("fuse.sshfs"));
        assert_eq!(kind("/mnt/laboratory"), None);
        assert_eq!(kind("/tmp/x"), None);
        assert_eq!(network_kind("", Path::new("/")), None);
    }
}
