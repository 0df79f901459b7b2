"""Runs `crossfold` under limits, and says what no command may ever do: crash, hang, take too much memory, end with an
undocumented exit code."""

import os
import pathlib
import re
import resource
import signal
import subprocess
import tempfile
import threading

# Wall seconds after which a command hangs. No command here computes for more than a few seconds.
HANGS_AFTER = 120

# What a command may need for itself, in MB, beside four times the file it reads.
OWN_MEMORY = 256

UNWANTED = ("CROSSFOLD_LOG", "GITHUB_STEP_SUMMARY", "RUST_BACKTRACE", "LD_PRELOAD")


class Outcome:
    """How a command ended."""

    def __init__(self, arguments, code, stdout, stderr, megabytes, hung):
        self.arguments, self.code, self.stdout, self.stderr = arguments, code, stdout, stderr
        self.megabytes, self.hung = megabytes, hung

    def __str__(self):
        shown = self.stderr.decode("utf-8", "replace").strip()
        return f"`{' '.join(map(str, self.arguments))}` ended with {self.code}: {shown[-1500:]}"


class Program:
    """The binary under test."""

    def __init__(self, path):
        self.path = pathlib.Path(path).resolve()
        text = subprocess.run([self.path, "--help"], capture_output=True, text=True, check=True).stdout
        codes = {int(code): meaning for code, meaning in re.findall(r"^ +(\d+) +(.+)$", text.split("Exit codes:")[1], re.M)}
        # A bug ends with a code of its own, which is documented and yet never right.
        self.codes = {code for code, meaning in codes.items() if "bug" not in meaning}

    def start(self, folder, *arguments, env=None, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL):
        """Starts a command in a folder, with default signals and an environment that changes nothing."""
        environment = {key: value for key, value in os.environ.items() if key not in UNWANTED}
        environment |= {"NO_COLOR": "1", **(env or {})}
        command = [self.path, *map(str, arguments)]
        # `restore_signals` doesn't cover those that a shell's `&` or `nohup` has ignored.
        return subprocess.Popen(
            command, cwd=folder, env=environment, stdin=stdin, stdout=stdout, stderr=stderr, preexec_fn=default_signals
        )

    def run(self, folder, *arguments, env=None, seconds=HANGS_AFTER):
        """Runs a command to its end, or kills it after `seconds`."""
        with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
            started = self.start(folder, *arguments, env=env, stdout=stdout, stderr=stderr)
            ended = threading.Event()
            hung = []

            def watch():
                if not ended.wait(seconds):
                    hung.append(True)
                    os.kill(started.pid, signal.SIGKILL)

            watching = threading.Thread(target=watch)
            watching.start()
            # Not reaped before the watching ends, so that its process number stays its own.
            os.waitid(os.P_PID, started.pid, os.WEXITED | os.WNOWAIT)
            ended.set()
            watching.join()
            _, status, used = os.wait4(started.pid, 0)
            started.returncode = os.waitstatus_to_exitcode(status)
            stdout.seek(0), stderr.seek(0)
            megabytes = used.ru_maxrss / 1024
            return Outcome(arguments, started.returncode, stdout.read(), stderr.read(), megabytes, bool(hung))

    def fault(self, outcome, file_bytes=0):
        """What a command did that none may do; `None` if nothing."""
        said = outcome.stdout + outcome.stderr
        if outcome.hung:
            return f"hangs: {outcome}"
        if b"panicked at" in said or b"internal error" in said or outcome.code not in self.codes:
            return f"crashes: {outcome}"
        bound = OWN_MEMORY + 4 * file_bytes / 1e6
        # A process counts the memory of the one that started it as its own, as of that time.
        inherited = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        if outcome.megabytes > max(bound, inherited):
            return f"takes {outcome.megabytes:.0f} MB where {bound:.0f} are the bound: {outcome}"
        return None


def default_signals():
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
    # A crash leaves no core file.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
