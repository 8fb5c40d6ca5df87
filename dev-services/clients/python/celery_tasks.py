"""Celery (https://docs.celeryq.dev) with a proxy as broker and result backend: python celery_tasks.py 127.0.0.1:5299"""

from datetime import datetime, timedelta, timezone
from uuid import uuid4

from celery import Celery, chain, chord, group

import jobs
from suite import check, eventually, expect

host, port = jobs.address()
app = Celery("checks", broker=f"redis://{host}:{port}/0", backend=f"redis://{host}:{port}/0")
app.conf.update(
    # A worker waits for all its queues, one for each priority, in one command, so they have to be in one slot.
    broker_transport_options={"global_keyprefix": "{celery}:"},
    # So have those that a chord counts its results with.
    result_backend_transport_options={"global_keyprefix": "{celery}:"},
    broker_connection_retry_on_startup=True,
    result_expires=600,
)


@app.task(name="add")
def add(a, b):
    return a + b


@app.task(name="total")
def total(numbers):
    return sum(numbers)


@app.task(name="fail")
def fail():
    raise ValueError("on purpose")


@app.task(name="succeed_at_third", bind=True, max_retries=3)
def succeed_at_third(self, job):
    jobs.ran(job)
    if self.request.retries < 2:
        raise self.retry(countdown=0.1)
    return self.request.retries


@app.task(name="run")
def run(job):
    jobs.ran(job)


@check
def worker_answers():
    eventually(lambda: app.control.ping(timeout=1))


@check
def task_has_a_result():
    expect(add.delay(1, 2).get(timeout=10), 3)


@check
def failure_reaches_the_caller():
    result = fail.delay()
    expect(str(result.get(timeout=10, propagate=False)), "on purpose")
    expect(result.state, "FAILURE")


@check
def group_has_all_results():
    expect(group(add.s(number, number) for number in range(20)).apply_async().get(timeout=10), list(range(0, 40, 2)))


@check
def chain_passes_results_on():
    expect(chain(add.s(1, 2), add.s(3), add.s(4)).apply_async().get(timeout=10), 10)


@check
def chord_runs_when_all_are_done():
    expect(chord((add.s(number, 1) for number in range(20)), total.s()).apply_async().get(timeout=10), 210)


@check
def task_is_retried():
    job = str(uuid4())
    expect(succeed_at_third.delay(job).get(timeout=10), 2)
    expect(jobs.runs()[job], 3)


@check
def countdown_and_eta_delay():
    due = datetime.now(timezone.utc) + timedelta(seconds=1)
    later = [add.apply_async((1, 1), countdown=1), add.apply_async((2, 2), eta=due)]
    expect([result.get(timeout=10) for result in later], [2, 4])
    expect(all(result.date_done >= due for result in later), True)


@check
def priorities_are_accepted():
    results = [add.apply_async((priority, 0), priority=priority) for priority in (0, 3, 6, 9)]
    expect([result.get(timeout=10) for result in results], [0, 3, 6, 9])


@check
def revoked_task_is_not_run():
    job = str(uuid4())
    result = run.apply_async((job,), countdown=1)
    result.revoke()
    expect(str(result.get(timeout=10, propagate=False)), "revoked")
    expect(jobs.runs()[job], 0)


def work():
    app.worker_main(["worker", "--concurrency=2", "--loglevel=WARNING", "--without-mingle"])


if __name__ == "__main__":
    jobs.main(work, run.delay)
