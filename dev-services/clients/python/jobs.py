"""For programs around queues of jobs: a worker in a process of its own, and a load that follows every job."""

import collections
import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time

import suite
from suite import describe, eventually, report

PAUSE_SECONDS = 0.02
SECONDS_FOR_THE_REST = 60
LOG = "JOBS_LOG"
UNKNOWN_OUTCOME = "the command may have been executed"


def address():
    """The host and the port of the proxy that the first argument names first."""
    return suite.seeds()[0]


def ran(job):
    """A job calls it, so that it is known how often it was run."""
    with open(os.environ[LOG], "a", encoding="utf-8") as log:
        log.write(f"{job}\n")


def runs():
    """How often each job was run until now."""
    with open(os.environ[LOG], encoding="utf-8") as log:
        return collections.Counter(log.read().split())


def awaits(job, times=1):
    """Waits until a job was run so many times."""
    eventually(lambda: runs()[str(job)] >= times)


def main(work, submit):
    """
    Runs the checks and the load with a worker beside them.

    `work` serves the queues until the process is told to end; `submit` submits the job with the name that it is given, which
    calls `ran` with it.
    """
    if sys.argv[2:] == ["worker"]:
        work()
        return
    with worker_process() as worker:
        passed = suite.run(lambda: run_load(submit, worker))
        status = worker.process.poll()
        passed = report("worker_is_there", None if status is None else f"it ended with {status}") and passed
    sys.exit(0 if passed else 1)


class Worker(threading.Thread):
    """A worker, and how many of its commands have an unknown outcome. What it says is passed on."""

    def __init__(self):
        super().__init__()
        command = [sys.executable, sys.argv[0], sys.argv[1], "worker"]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.unknown = 0

    def run(self):
        for line in self.process.stderr:
            self.unknown += UNKNOWN_OUTCOME in line
            print(line, end="", file=sys.stderr, flush=True)

    def end(self):
        self.process.terminate()
        self.process.wait()
        self.join()


@contextlib.contextmanager
def worker_process():
    with tempfile.NamedTemporaryFile() as log:
        os.environ[LOG] = log.name
        worker = Worker()
        worker.start()
        try:
            yield worker
        finally:
            worker.end()


def run_load(submit, worker):
    load = Load(submit)
    load.start()
    suite.until_input_ends(lambda: print(load.tally(), flush=True))
    load.stop()
    print(load.tally(), flush=True)
    missing = load.missing()
    twice = load.run_twice()
    # A worker whose command ends with an error has taken a job or not, and does not run it when it has.
    lost = missing if len(missing) > worker.unknown else []
    said = f"{len(lost)} were not run, after {worker.unknown} errors of the worker: {lost[:10]}"
    passed = report("load_runs_every_job", lost and said)
    return report("load_runs_no_job_twice", twice and f"{len(twice)} were: {twice[:10]}") and passed


class Load(threading.Thread):
    """Submits jobs, one after the other, and remembers those that were accepted."""

    def __init__(self, submit):
        super().__init__()
        self.submit = submit
        self.accepted = []
        self.errors = 0
        self.stopping = False

    def run(self):
        number = 0
        while not self.stopping:
            number += 1
            job = f"job-{number}"
            try:
                self.submit(job)
                self.accepted.append(job)
            except Exception as error:
                self.errors += 1
                print(f"# error in submit: {describe(error)}", flush=True)
            time.sleep(PAUSE_SECONDS)

    def stop(self):
        """Once all accepted jobs were run, or there is no hope for the rest."""
        self.stopping = True
        self.join()
        deadline = time.monotonic() + SECONDS_FOR_THE_REST
        while self.missing() and time.monotonic() < deadline:
            time.sleep(0.1)

    def missing(self):
        done = runs()
        return [job for job in self.accepted if not done[job]]

    def run_twice(self):
        return [job for job, times in runs().items() if job.startswith("job-") and times > 1]

    def tally(self):
        done = sum(1 for job in runs() if job.startswith("job-"))
        return f"# done={done} errors={self.errors} lost=0"
