"""redis-py (https://redis.readthedocs.io) as a cluster client: python redis_py.py 127.0.0.1:5299"""

import threading

from redis import VERSION
from redis.cluster import ClusterNode, RedisCluster
from redis.exceptions import WatchError

from suite import check, eventually, expect, load, main, seeds

PREFIX = "redis-py:"
KEYS = {f"{PREFIX}{number}" for number in range(5000)}
# Cluster clients before version 6 have no transactions.
HAS_TRANSACTIONS = VERSION >= (6,)


def connect(**options):
    nodes = [ClusterNode(host, port) for host, port in seeds()]
    return RedisCluster(startup_nodes=nodes, decode_responses=True, **options)


redis = connect()
reader = connect(read_from_replicas=True)

swap_script = redis.register_script(
    "local old = redis.call('GET', KEYS[1]); redis.call('SET', KEYS[1], ARGV[1]); return old"
)


@check
def pipeline_writes():
    with redis.pipeline() as pipeline:
        for key in KEYS:
            pipeline.set(key, key)
        expect(all(pipeline.execute()), True)


@check
def scan_finds_every_key():
    expect(len(KEYS.intersection(redis.scan_iter(match=f"{PREFIX}*", count=1000))), len(KEYS))


@check
def keys_finds_every_key():
    expect(len(KEYS.intersection(redis.keys(f"{PREFIX}*", target_nodes=RedisCluster.PRIMARIES))), len(KEYS))


@check
def dbsize_counts_every_key():
    expect(min(redis.dbsize(target_nodes=RedisCluster.PRIMARIES), len(KEYS)), len(KEYS))


@check
def script_runs_on_every_shard():
    digest = redis.script_load("return redis.call('GET', KEYS[1])")
    for key in list(KEYS)[:200]:
        expect(redis.evalsha(digest, 1, key), key)


@check
def function_runs_on_every_shard():
    code = "redis.register_function{function_name='redis_py_get', flags={'no-writes'}, callback=function(keys) "
    redis.function_load("#!lua name=redis_py\n" + code + "return redis.call('GET', keys[1]) end}", replace=True)
    for key in list(KEYS)[:200]:
        expect(redis.fcall("redis_py_get", 1, key), key)


@check
def replicas_serve_reads():
    for key in list(KEYS)[:1000]:
        eventually(lambda: reader.get(key) == key)


@check
def published_message_arrives():
    with redis.pubsub() as subscription:
        subscription.subscribe(f"{PREFIX}channel")
        eventually(lambda: (subscription.get_message(timeout=1) or {}).get("type") == "subscribe")
        redis.publish(f"{PREFIX}channel", "hello")
        eventually(lambda: (subscription.get_message(timeout=1) or {}).get("data") == "hello")


@check
def sharded_message_arrives():
    with redis.pubsub() as subscription:
        subscription.ssubscribe(f"{PREFIX}channel")
        eventually(lambda: (subscription.get_sharded_message(timeout=1) or {}).get("type") == "ssubscribe")
        redis.spublish(f"{PREFIX}channel", "hello")
        eventually(lambda: (subscription.get_sharded_message(timeout=1) or {}).get("data") == "hello")


@check
def blocking_pop_waits():
    threading.Timer(0.1, redis.rpush, (f"{PREFIX}list", "element")).start()
    expect(redis.blpop(f"{PREFIX}list", timeout=10), (f"{PREFIX}list", "element"))


if HAS_TRANSACTIONS:

    @check
    def transaction_is_executed():
        with redis.pipeline(transaction=True) as transaction:
            transaction.set(f"{PREFIX}{{t}}1", "one").set(f"{PREFIX}{{t}}2", "two").get(f"{PREFIX}{{t}}1")
            expect(transaction.execute()[2], "one")

    @check
    def transaction_is_aborted_when_a_watched_key_changes():
        with redis.pipeline(transaction=True) as transaction:
            transaction.watch(f"{PREFIX}{{t}}1")
            redis.set(f"{PREFIX}{{t}}1", "changed")
            transaction.multi()
            transaction.set(f"{PREFIX}{{t}}1", "lost")
            try:
                transaction.execute()
            except WatchError:
                pass
        expect(redis.get(f"{PREFIX}{{t}}1"), "changed")


@check
def delete_removes_every_key():
    expect(redis.delete(*KEYS), len(KEYS))


@load
def set_and_get(key, number):
    found = int(redis.get(key) or 0)
    redis.set(key, number)
    return found


@load
def pipeline(key, number):
    with redis.pipeline() as pipeline:
        for part in range(10):
            pipeline.get(f"{key}:{part}").set(f"{key}:{part}", number)
        return min(int(found or 0) for found in pipeline.execute()[::2])


if HAS_TRANSACTIONS:

    @load
    def transaction(key, number):
        with redis.pipeline(transaction=True) as transaction:
            return int(transaction.get(key).set(key, number).execute()[0] or 0)


@load
def script(key, number):
    return int(swap_script([key], [number]) or 0)


@load
def blocking(key, number):
    redis.rpush(key, number)
    moved = redis.blmove(key, f"{{{key}}}:moved", 5, "LEFT", "LEFT")
    # A library that has lost its connection sends the command again; the one before may have been executed.
    if moved is None and int(redis.lindex(f"{{{key}}}:moved", 0) or 0) == number:
        return number
    return int(moved or 0)


@load
def replica_read(key, number):
    reader.get(key)
    return number


main(PREFIX)
