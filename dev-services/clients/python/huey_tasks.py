"""huey (https://huey.readthedocs.io) with a proxy as its Redis: python huey_tasks.py 127.0.0.1:5299"""

from datetime import datetime, timedelta
from uuid import uuid4

from huey import RedisHuey
from huey.exceptions import TaskException

import jobs
from suite import check, eventually, expect

host, port = jobs.address()
huey = RedisHuey("checks", host=host, port=port)


@huey.task()
def add(a, b):
    return a + b


@huey.task()
def fail():
    raise ValueError("on purpose")


@huey.task(retries=2)
def succeed_at_third(job):
    jobs.ran(job)
    if jobs.runs()[job] < 3:
        raise ValueError("on purpose")


@huey.task()
@huey.lock_task("alone")
def run_alone(job):
    jobs.ran(job)


@huey.task()
def run(job):
    jobs.ran(job)


@huey.periodic_task(lambda moment: True)
def tick():
    pass


@check
def task_has_a_result():
    expect(add(1, 2).get(blocking=True, timeout=10), 3)


@check
def failure_reaches_the_caller():
    try:
        fail().get(blocking=True, timeout=10)
        raise AssertionError("no exception")
    except TaskException as error:
        expect("on purpose" in str(error), True)


@check
def results_of_many_tasks():
    expect(add.map([(number, 1) for number in range(20)]).get(blocking=True, timeout=10), list(range(1, 21)))


@check
def task_is_retried():
    job = str(uuid4())
    succeed_at_third(job)
    jobs.awaits(job, 3)


@check
def task_is_scheduled():
    begin = datetime.now()
    result = add.schedule((1, 1), delay=1)
    expect(result.get(blocking=True, timeout=10), 2)
    expect(datetime.now() - begin >= timedelta(seconds=1), True)


@check
def pipeline_passes_results_on():
    results = huey.enqueue(add.s(1, 2).then(add, 3))
    expect(results.get(blocking=True, timeout=10), [3, 6])


@check
def lock_keeps_others_out():
    job = str(uuid4())
    with huey.lock_task("alone"):
        held = run_alone(job)
        try:
            held.get(blocking=True, timeout=10)
            raise AssertionError("no exception")
        except TaskException as error:
            expect("TaskLockedException" in str(error), True)
    run_alone(job)
    jobs.awaits(job)
    expect(jobs.runs()[job], 1)


@check
def revoked_task_is_not_run():
    job = str(uuid4())
    result = run.schedule((job,), delay=1)
    result.revoke()
    expect(result.is_revoked(), True)
    add.schedule((1, 1), delay=2).get(blocking=True, timeout=10)
    expect(jobs.runs()[job], 0)


def work():
    huey.create_consumer(workers=2, periodic=True).run()


if __name__ == "__main__":
    jobs.main(work, run)
