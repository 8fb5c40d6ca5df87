"""Runs the checks and the load of a client program, and prints what came of them as TAP (testanything.org)."""

import sys
import threading
import time
import traceback

KEYS_OF_A_WORKER = 20
PAUSE_SECONDS = 0.005

_checks = []
_steps = []


def check(function):
    """Marks a function without parameters that raises when the cluster does not do what it should."""
    _checks.append(function)
    return function


def load(function):
    """Marks a function (key, number) that stores the number and returns the one it found before, 0 if none."""
    _steps.append(function)
    return function


def expect(actual, expected):
    if actual != expected:
        raise AssertionError(f"expected {shorten(expected)}, got {shorten(actual)}")


def eventually(condition):
    """Replicas and subscriptions follow a moment later."""
    deadline = time.monotonic() + 10
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("nothing of the kind happened within 10 s")
        time.sleep(0.01)


def shorten(value):
    if isinstance(value, (set, list, tuple)) and len(value) > 10:
        return f"{len(value)} elements"
    return repr(value)


def seeds():
    """The hosts and ports that the first argument names: some proxies of the cluster."""
    if len(sys.argv) < 2:
        sys.exit(f"usage: {sys.argv[0]} <host>:<port>[,<host>:<port>...] [load]")
    return [(host, int(port)) for host, port in (seed.rsplit(":", 1) for seed in sys.argv[1].split(","))]


def main(prefix):
    """Runs the checks; with the argument `load` then the load on keys with this prefix, and the checks again."""
    sys.exit(0 if run(lambda: run_load(prefix)) else 1)


def run(load_until_input_ends):
    """The same with a load of one's own, a function that says whether all went well. So does this one."""
    passed = run_checks()
    if sys.argv[2:] == ["load"]:
        passed = load_until_input_ends() and passed
        passed = run_checks() and passed
    return passed


def run_checks():
    return all([report(function.__name__, attempt(function)) for function in _checks])


def report(name, problem):
    print(f"not ok - {name}: {problem}" if problem else f"ok - {name}", flush=True)
    return not problem


def attempt(function):
    try:
        function()
        return None
    except Exception as error:
        traceback.print_exc()
        return describe(error)


def describe(error):
    return f"{type(error).__name__}: {error}".replace("\n", " ")


def run_load(prefix):
    workers = [Worker(step, f"{prefix}load:{step.__name__}:") for step in _steps]
    for worker in workers:
        worker.start()
    until_input_ends(lambda: print(tally(workers), flush=True))
    for worker in workers:
        worker.stop()
    print(tally(workers), flush=True)
    lost = sum(worker.lost for worker in workers)
    return report("load_keeps_acknowledged_writes", f"{lost} are lost" if lost else None)


def until_input_ends(say):
    """Calls the function twice a second until standard input ends."""
    ended = threading.Thread(target=sys.stdin.read, daemon=True)
    ended.start()
    while ended.is_alive():
        ended.join(0.5)
        say()


def tally(workers):
    done, errors, lost = (sum(getattr(worker, name) for worker in workers) for name in ("done", "errors", "lost"))
    return f"# done={done} errors={errors} lost={lost}"


class Worker(threading.Thread):
    """One thread that does one step over and over, on a few keys of its own, and knows what was acknowledged."""

    def __init__(self, step, prefix):
        super().__init__()
        self.step = step
        self.acknowledged = {f"{prefix}{number}": 0 for number in range(KEYS_OF_A_WORKER)}
        self.number = self.done = self.errors = self.lost = 0
        self.stopping = False

    def run(self):
        while not self.stopping:
            self.once_on_every_key()

    def stop(self):
        """Once all keys were looked at a last time."""
        self.stopping = True
        self.join()
        self.once_on_every_key()

    def once_on_every_key(self):
        for key, least in self.acknowledged.items():
            self.number += 1
            try:
                found = self.step(key, self.number)
                if found < least:
                    self.lost += 1
                    print(f"# lost in {self.step.__name__}: {key} has {found}, not {least}", flush=True)
                self.acknowledged[key] = self.number
                self.done += 1
            except Exception as error:
                self.errors += 1
                print(f"# error in {self.step.__name__}: {describe(error)}", flush=True)
            time.sleep(PAUSE_SECONDS)
