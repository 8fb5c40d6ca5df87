"""RQ (https://python-rq.org) with a proxy as its Redis: python rq_jobs.py 127.0.0.1:5299"""

import os
from datetime import timedelta
from uuid import uuid4

# Jobs that depend on others are watched together, and are moved between lists, so all keys have to be in one slot.
os.environ["RQ_KEY_PREFIX"] = "{rq}"

from redis import Redis
from rq import Queue, Retry, SimpleWorker
from rq.job import Job

import jobs
from suite import check, eventually, expect

redis = Redis(*jobs.address())
high, low = Queue("high", connection=redis), Queue("low", connection=redis)


def add(a, b):
    return a + b


def fail():
    raise ValueError("on purpose")


def fail_at_first(job):
    jobs.ran(job)
    if jobs.runs()[job] < 2:
        raise ValueError("on purpose")


def awaits_result(job):
    eventually(lambda: job.get_status(refresh=True) == "finished")
    return job.return_value()


@check
def job_has_a_result():
    expect(awaits_result(high.enqueue("rq_jobs.add", 1, 2)), 3)
    expect(awaits_result(low.enqueue("rq_jobs.add", 3, 4)), 7)


@check
def failed_job_is_in_its_registry():
    job = high.enqueue("rq_jobs.fail")
    eventually(lambda: job.get_status(refresh=True) == "failed")
    expect(job.id in high.failed_job_registry.get_job_ids(), True)
    expect("on purpose" in job.latest_result().exc_string, True)
    high.failed_job_registry.remove(job, delete_job=True)
    expect(Job.exists(job.id, redis), False)


@check
def many_jobs_are_enqueued_at_once():
    data = [Queue.prepare_data("rq_jobs.add", (number, 1)) for number in range(20)]
    expect([awaits_result(job) for job in high.enqueue_many(data)], list(range(1, 21)))


@check
def job_is_retried():
    name = str(uuid4())
    job = high.enqueue("rq_jobs.fail_at_first", name, retry=Retry(max=3))
    awaits_result(job)
    expect(jobs.runs()[name], 2)


@check
def job_is_scheduled():
    job = low.enqueue_in(timedelta(seconds=1), "rq_jobs.add", 1, 1)
    expect(job.id in low.scheduled_job_registry, True)
    expect(awaits_result(job), 2)


@check
def cancelled_job_is_not_run():
    name = str(uuid4())
    job = low.enqueue_in(timedelta(seconds=60), "jobs.ran", name)
    job.cancel()
    expect(job.get_status(refresh=True), "canceled")
    expect(jobs.runs()[name], 0)


@check
def job_waits_for_another():
    first = high.enqueue("rq_jobs.add", 1, 2)
    second = high.enqueue("rq_jobs.add", 3, 4, depends_on=first)
    expect(awaits_result(second), 7)


@check
def worker_is_registered():
    expect([worker.get_state() in ("idle", "busy") for worker in SimpleWorker.all(connection=redis)], [True])


def work():
    # The scheduler is a process that ends with the first error that it does not expect, and is started again so often.
    worker = SimpleWorker([high, low], connection=redis, maintenance_interval=5)
    worker.work(with_scheduler=True, logging_level="WARNING")


if __name__ == "__main__":
    jobs.main(work, lambda job: high.enqueue("jobs.ran", job, result_ttl=60))
