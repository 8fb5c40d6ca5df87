"""dramatiq (https://dramatiq.io) with a proxy as its Redis: python dramatiq_actors.py 127.0.0.1:5299"""

import signal
import time
from uuid import uuid4

import dramatiq
from dramatiq import Worker, group, pipeline
from dramatiq.brokers.redis import RedisBroker
from dramatiq.rate_limits import ConcurrentRateLimiter, RateLimitExceeded
from dramatiq.rate_limits.backends import RedisBackend as RedisLimits
from dramatiq.results import Results
from dramatiq.results.backends import RedisBackend as RedisResults

import jobs
from suite import check, expect

host, port = jobs.address()
broker = RedisBroker(host=host, port=port)
broker.add_middleware(Results(backend=RedisResults(host=host, port=port)))
dramatiq.set_broker(broker)
limits = RedisLimits(host=host, port=port)


@dramatiq.actor(store_results=True)
def add(a, b):
    return a + b


@dramatiq.actor(max_retries=3, min_backoff=100, max_backoff=200)
def succeed_at_third(job):
    jobs.ran(job)
    if jobs.runs()[job] < 3:
        raise ValueError("on purpose")


@dramatiq.actor
def run(job):
    jobs.ran(job)


@check
def actor_has_a_result():
    expect(add.send(1, 2).get_result(block=True, timeout=10_000), 3)


@check
def group_has_all_results():
    messages = group([add.message(number, 1) for number in range(20)]).run()
    expect(list(messages.get_results(block=True, timeout=10_000)), list(range(1, 21)))


@check
def pipeline_passes_results_on():
    expect((add.message(1, 2) | add.message(3)).run().get_result(block=True, timeout=10_000), 6)


@check
def actor_is_retried():
    job = str(uuid4())
    succeed_at_third.send(job)
    jobs.awaits(job, 3)


@check
def message_is_delayed():
    begin = time.monotonic()
    expect(add.send_with_options(args=(1, 1), delay=1000).get_result(block=True, timeout=10_000), 2)
    expect(time.monotonic() - begin >= 1, True)


@check
def limiter_counts():
    limiter = ConcurrentRateLimiter(limits, f"limiter-{uuid4()}", limit=1)
    with limiter.acquire():
        try:
            with limiter.acquire():
                raise AssertionError("no exception")
        except RateLimitExceeded:
            pass
    with limiter.acquire():
        pass


def work():
    # Before the threads are there, which take this over.
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    worker = Worker(broker, worker_threads=2)
    worker.start()
    signal.sigwait([signal.SIGTERM])
    worker.stop()


if __name__ == "__main__":
    jobs.main(work, run.send)
