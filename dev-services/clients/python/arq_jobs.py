"""arq (https://arq-docs.helpmanual.io) with a proxy as its Redis: python arq_jobs.py 127.0.0.1:5299"""

import asyncio
from datetime import timedelta
from uuid import uuid4

from arq import Retry, create_pool
from arq.connections import RedisSettings
from arq.jobs import JobStatus
from arq.worker import Worker

import jobs
from suite import check, expect

# The slot of the one key of arq whose name is fixed. Queue and jobs with this prefix need no split transactions. The jobs
# of the load are in any slots; those that are asked for their state are not, because that takes one transaction.
PREFIX = "{arq:abort}:"
QUEUE = PREFIX + "queue"

settings = RedisSettings(*jobs.address())
loop = asyncio.new_event_loop()


async def add(context, a, b):
    return a + b


async def fail(context):
    raise ValueError("on purpose")


async def succeed_at_third(context, job):
    jobs.ran(job)
    if context["job_try"] < 3:
        raise Retry(defer=timedelta(milliseconds=100))
    return context["job_try"]


async def run(context, job):
    jobs.ran(job)


pool = None


def await_(awaitable):
    return loop.run_until_complete(awaitable)


def enqueue(name, *arguments, **options):
    global pool
    pool = pool or await_(create_pool(settings, default_queue_name=QUEUE))
    return await_(pool.enqueue_job(name, *arguments, **options))


def new_id():
    return f"{PREFIX}{uuid4()}"


def result(job):
    return await_(job.result(timeout=10, poll_delay=0.05))


@check
def job_has_a_result():
    expect(result(enqueue("add", 1, 2, _job_id=new_id())), 3)


@check
def failure_reaches_the_caller():
    try:
        result(enqueue("fail", _job_id=new_id()))
        raise AssertionError("no exception")
    except ValueError as error:
        expect(str(error), "on purpose")


@check
def job_is_retried():
    name = new_id()
    expect(result(enqueue("succeed_at_third", name, _job_id=name)), 3)
    expect(jobs.runs()[name], 3)


@check
def job_is_deferred():
    job = enqueue("add", 1, 1, _job_id=new_id(), _defer_by=timedelta(seconds=1))
    expect(await_(job.status()), JobStatus.deferred)
    expect(result(job), 2)


@check
def same_id_is_enqueued_once():
    name = new_id()
    first = enqueue("run", name, _job_id=name, _defer_by=timedelta(milliseconds=200))
    expect(enqueue("run", name, _job_id=name), None)
    result(first)
    expect(jobs.runs()[name], 1)


@check
def aborted_job_is_not_run():
    name = new_id()
    job = enqueue("run", name, _job_id=name, _defer_by=timedelta(seconds=60))
    expect(await_(job.abort(timeout=10)), True)
    expect(jobs.runs()[name], 0)


def work():
    asyncio.set_event_loop(loop)
    Worker(
        [add, fail, succeed_at_third, run],
        queue_name=QUEUE,
        redis_settings=settings,
        poll_delay=0.1,
        allow_abort_jobs=True,
    ).run()


def submit(job):
    if enqueue("run", job) is None:
        raise AssertionError("not accepted, as if there were a job with this new id")


if __name__ == "__main__":
    jobs.main(work, submit)
