/* Preloaded into crossfold: lets the n-th call of a system call fail, or a disk be full. For Linux.
 *
 * FAULT_CALL   the function that fails, such as `write`; or `count`: none does, and FAULT_REPORT gets how often each was called
 * FAULT_AT     which of its calls, from 1
 * FAULT_ERRNO  with what; -1: a write takes only a part of its bytes
 * FAULT_ON     if set, all later calls fail, too
 * FAULT_ROOM   bytes that can be written before ENOSPC
 *
 * Only files are counted and fail, never terminals, pipes and sockets.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <ucontext.h>
#include <unistd.h>

enum { WRITE, FSYNC, RENAME, OPEN, MKDIR, UNLINK, FTRUNCATE, READ, MMAP, FALLOCATE, FLOCK, STAT, CALLS };
static const char *const NAMES[CALLS] = {"write", "fsync", "rename", "open", "mkdir", "unlink",
                                         "ftruncate", "read", "mmap", "fallocate", "flock", "stat"};

static atomic_long calls[CALLS];
static atomic_long written;
static int failing = -1, fault, on, counting;
static long at, room = -1;
static const char *report;

static void trap_renames(void);

__attribute__((constructor)) static void begin(void) {
    const char *call = getenv("FAULT_CALL"), *value;
    report = getenv("FAULT_REPORT");
    counting = call && strcmp(call, "count") == 0;
    for (int i = 0; call && i < CALLS; i++)
        if (strcmp(call, NAMES[i]) == 0) failing = i;
    if ((value = getenv("FAULT_AT"))) at = atol(value);
    if ((value = getenv("FAULT_ERRNO"))) fault = atoi(value);
    if ((value = getenv("FAULT_ROOM"))) room = atol(value);
    on = getenv("FAULT_ON") != NULL;
    if (counting || failing == RENAME) trap_renames();
}

__attribute__((destructor)) static void end(void) {
    if (!counting || !report) return;
    FILE *out = fopen(report, "w");
    for (int i = 0; out && i < CALLS; i++) fprintf(out, "%s %ld\n", NAMES[i], (long)calls[i]);
    if (out) fclose(out);
}

/* Whether this call fails. */
static int fails(int call) {
    long number = ++calls[call];
    if (call != failing || (on ? number < at : number != at)) return 0;
    if (fault < 0) return -1;
    errno = fault;
    return 1;
}

static int is_file(int fd) {
    static int (*real)(int, struct stat *);
    if (!real) real = dlsym(RTLD_NEXT, "fstat");
    int kept = errno;
    struct stat found;
    int answer = real ? real(fd, &found) == 0 && S_ISREG(found.st_mode) : fd > 2;
    errno = kept;
    return answer;
}

/* How many bytes of a write there is room for; -1 if for none. */
static ssize_t fitting(size_t bytes) {
    if (room < 0) return bytes;
    long before = atomic_fetch_add(&written, (long)bytes);
    if (before >= room) {
        errno = ENOSPC;
        return -1;
    }
    return before + (long)bytes <= room ? (ssize_t)bytes : room - before;
}

#define REAL(name) __typeof__(name) *real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

#define WRITES(name, signature, call, bytes)                         \
    ssize_t name signature {                                         \
        REAL(name);                                                  \
        if (is_file(fd)) {                                           \
            int failed = fails(WRITE);                               \
            if (failed > 0) return -1;                               \
            if (failed < 0 && bytes > 1) bytes /= 2;                 \
            ssize_t fit = fitting(bytes);                            \
            if (fit < 0) return -1;                                  \
            bytes = fit;                                             \
        }                                                            \
        return real call;                                            \
    }

WRITES(write, (int fd, const void *from, size_t bytes), (fd, from, bytes), bytes)
WRITES(pwrite, (int fd, const void *from, size_t bytes, off_t place), (fd, from, bytes, place), bytes)
WRITES(pwrite64, (int fd, const void *from, size_t bytes, off64_t place), (fd, from, bytes, place), bytes)

ssize_t writev(int fd, const struct iovec *parts, int count) {
    REAL(writev);
    if (is_file(fd)) {
        int failed = fails(WRITE);
        if (failed > 0) return -1;
        if (failed < 0 && count > 1) count = 1;
        size_t bytes = 0;
        for (int i = 0; i < count; i++) bytes += parts[i].iov_len;
        if (fitting(bytes) < 0) return -1;
    }
    return real(fd, parts, count);
}

#define FAILS(kind, result, name, signature, call, when)   \
    result name signature {                                \
        REAL(name);                                        \
        if ((when) && fails(kind) > 0) return (result)-1;  \
        return real call;                                  \
    }

FAILS(READ, ssize_t, read, (int fd, void *to, size_t bytes), (fd, to, bytes), is_file(fd))
FAILS(READ, ssize_t, pread, (int fd, void *to, size_t bytes, off_t place), (fd, to, bytes, place), is_file(fd))
FAILS(READ, ssize_t, pread64, (int fd, void *to, size_t bytes, off64_t place), (fd, to, bytes, place), is_file(fd))
FAILS(FSYNC, int, fsync, (int fd), (fd), 1)
FAILS(FSYNC, int, fdatasync, (int fd), (fd), 1)
FAILS(MKDIR, int, mkdir, (const char *path, mode_t mode), (path, mode), 1)
FAILS(UNLINK, int, unlink, (const char *path), (path), 1)
FAILS(UNLINK, int, rmdir, (const char *path), (path), 1)
FAILS(FTRUNCATE, int, ftruncate, (int fd, off_t bytes), (fd, bytes), 1)
FAILS(FTRUNCATE, int, ftruncate64, (int fd, off64_t bytes), (fd, bytes), 1)
FAILS(FALLOCATE, int, fallocate, (int fd, int mode, off_t from, off_t bytes), (fd, mode, from, bytes), 1)
FAILS(FLOCK, int, flock, (int fd, int what), (fd, what), 1)
FAILS(STAT, int, stat64, (const char *path, struct stat64 *found), (path, found), 1)
FAILS(STAT, int, fstat64, (int fd, struct stat64 *found), (fd, found), is_file(fd))
/* Without a file it is memory. */
FAILS(MMAP, void *, mmap, (void *where, size_t bytes, int prot, int flags, int fd, off_t from), (where, bytes, prot, flags, fd, from), fd >= 0)
FAILS(MMAP, void *, mmap64, (void *where, size_t bytes, int prot, int flags, int fd, off64_t from), (where, bytes, prot, flags, fd, from), fd >= 0)

#define OPENS(name, signature, call)                                     \
    int name signature {                                                 \
        REAL(name);                                                      \
        mode_t mode = 0;                                                 \
        if (flags & (O_CREAT | O_TMPFILE)) {                             \
            va_list more;                                                \
            va_start(more, flags);                                       \
            mode = va_arg(more, mode_t);                                 \
            va_end(more);                                                \
        }                                                                \
        /* Not what the program asks the system, before it does anything. */ \
        if (strncmp(path, "/proc/", 6) && strncmp(path, "/sys/", 5) && fails(OPEN) > 0) return -1; \
        return real call;                                                \
    }

OPENS(open, (const char *path, int flags, ...), (path, flags, mode))
OPENS(open64, (const char *path, int flags, ...), (path, flags, mode))

/* The program renames files without the C library, so the system is asked to send a signal in place of the call. */

/* The last argument of our own calls, which are let through. No call of rename has that many arguments. */
#define OURS 0x5AFEL

static void on_rename(int signal, siginfo_t *what, void *context) {
    (void)signal;
    ucontext_t *at_call = context;
#if defined(__x86_64__)
    greg_t *r = at_call->uc_mcontext.gregs, *answer = &r[REG_RAX];
    long arguments[] = {r[REG_RDI], r[REG_RSI], r[REG_RDX], r[REG_R10], r[REG_R8]};
#elif defined(__aarch64__)
    unsigned long long *r = at_call->uc_mcontext.regs, *answer = &r[0];
    long arguments[] = {r[0], r[1], r[2], r[3], r[4]};
#endif
    int kept = errno;
    if (fails(RENAME) > 0) {
        *answer = -fault;
    } else {
        long done = syscall(what->si_syscall, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], OURS);
        *answer = done < 0 ? -errno : done;
    }
    errno = kept;
}

static void trap_renames(void) {
#ifdef SYS_rename
#define OLD_RENAME SYS_rename
#else
#define OLD_RENAME SYS_renameat
#endif
    struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OLD_RENAME, 3, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_renameat, 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_renameat2, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[5])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OURS, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {sizeof program / sizeof *program, program};
    struct sigaction action = {.sa_sigaction = on_rename, .sa_flags = SA_SIGINFO | SA_NODEFER};
    sigaction(SIGSYS, &action, NULL);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter)) perror("faults: no renames fail");
}
