"""Valkey GLIDE (https://glide.valkey.io) as a cluster client: python glide.py 127.0.0.1:5299"""

import threading

from glide_sync import (
    AllPrimaries,
    ClusterBatch,
    ClusterScanCursor,
    GlideClusterClient,
    GlideClusterClientConfiguration,
    ListDirection,
    NodeAddress,
    ReadFrom,
    Script,
)

from suite import check, eventually, expect, load, main, seeds

PREFIX = "glide:"
KEYS = {f"{PREFIX}{number}".encode() for number in range(5000)}


def connect(read_from=ReadFrom.PRIMARY):
    # The default, 250 ms, is short for a machine that runs all nodes and the tests.
    configuration = GlideClusterClientConfiguration(
        addresses=[NodeAddress(host, port) for host, port in seeds()], read_from=read_from, request_timeout=5000
    )
    return GlideClusterClient.create(configuration)


client = connect()
reader = connect(ReadFrom.PREFER_REPLICA)

swap_script = Script("local old = redis.call('GET', KEYS[1]); redis.call('SET', KEYS[1], ARGV[1]); return old")


@check
def pipeline_writes():
    pipeline = ClusterBatch(is_atomic=False)
    for key in KEYS:
        pipeline.set(key, key)
    expect(set(client.exec(pipeline, raise_on_error=True)), {"OK"})


@check
def scan_finds_every_key():
    found = set()
    cursor = ClusterScanCursor()
    while not cursor.is_finished():
        cursor, keys = client.scan(cursor, match=f"{PREFIX}*", count=1000)
        found.update(keys)
    expect(len(KEYS & found), len(KEYS))


@check
def keys_finds_every_key():
    expect(len(KEYS.intersection(client.custom_command(["KEYS", f"{PREFIX}*"]))), len(KEYS))


@check
def dbsize_counts_every_key():
    expect(min(client.dbsize(), len(KEYS)), len(KEYS))


@check
def script_runs_on_every_shard():
    code = "return redis.call('GET', KEYS[1])"
    digest = client.custom_command(["SCRIPT", "LOAD", code], AllPrimaries())
    digest = set(digest.values()).pop() if isinstance(digest, dict) else digest
    for key in list(KEYS)[:200]:
        expect(client.custom_command(["EVALSHA", digest, "1", key]), key)


@check
def function_runs_on_every_shard():
    code = "redis.register_function{function_name='glide_get', flags={'no-writes'}, callback=function(keys) "
    client.function_load("#!lua name=glide\n" + code + "return redis.call('GET', keys[1]) end}", replace=True)
    for key in list(KEYS)[:200]:
        expect(client.fcall("glide_get", [key]), key)


@check
def replicas_serve_reads():
    for key in list(KEYS)[:1000]:
        eventually(lambda: reader.get(key) == key)


@check
def published_message_arrives():
    subscriber = connect()
    subscriber.subscribe({f"{PREFIX}channel"}, timeout_ms=10_000)
    client.publish("hello", f"{PREFIX}channel")
    eventually(lambda: (message := subscriber.try_get_pubsub_message()) and message.message == b"hello")
    subscriber.close()


@check
def sharded_message_arrives():
    subscriber = connect()
    subscriber.ssubscribe({f"{PREFIX}channel"}, timeout_ms=10_000)
    client.publish("hello", f"{PREFIX}channel", sharded=True)
    eventually(lambda: (message := subscriber.try_get_pubsub_message()) and message.message == b"hello")
    subscriber.close()


@check
def blocking_pop_waits():
    threading.Timer(0.1, client.rpush, (f"{PREFIX}list", ["element"])).start()
    consumer = connect()
    expect(consumer.blpop([f"{PREFIX}list"], timeout=10), [f"{PREFIX}list".encode(), b"element"])
    consumer.close()


@check
def transaction_is_executed():
    transaction = ClusterBatch(is_atomic=True)
    transaction.set(f"{PREFIX}{{t}}1", "one").set(f"{PREFIX}{{t}}2", "two").get(f"{PREFIX}{{t}}1")
    expect(client.exec(transaction, raise_on_error=True), ["OK", "OK", b"one"])


@check
def transaction_is_aborted_when_a_watched_key_changes():
    watcher = connect()
    watcher.watch([f"{PREFIX}{{t}}1"])
    client.set(f"{PREFIX}{{t}}1", "changed")
    transaction = ClusterBatch(is_atomic=True)
    transaction.set(f"{PREFIX}{{t}}1", "lost")
    expect(watcher.exec(transaction, raise_on_error=True), None)
    expect(client.get(f"{PREFIX}{{t}}1"), b"changed")
    watcher.close()


@check
def delete_removes_every_key():
    expect(client.delete(list(KEYS)), len(KEYS))


@load
def set_and_get(key, number):
    found = int(client.get(key) or 0)
    client.set(key, str(number))
    return found


@load
def pipeline(key, number):
    pipeline = ClusterBatch(is_atomic=False)
    for part in range(10):
        pipeline.get(f"{key}:{part}").set(f"{key}:{part}", str(number))
    return min(int(found or 0) for found in client.exec(pipeline, raise_on_error=True)[::2])


@load
def transaction(key, number):
    transaction = ClusterBatch(is_atomic=True).get(key).set(key, str(number))
    return int(client.exec(transaction, raise_on_error=True)[0] or 0)


@load
def script(key, number):
    return int(client.invoke_script(swap_script, [key], [str(number)]) or 0)


consumer = connect()


@load
def blocking(key, number):
    client.rpush(key, [str(number)])
    moved = consumer.blmove(key, f"{{{key}}}:moved", ListDirection.LEFT, ListDirection.LEFT, 5)
    # A library that has lost its connection sends the command again; the one before may have been executed.
    if moved is None and int(client.lindex(f"{{{key}}}:moved", 0) or 0) == number:
        return number
    return int(moved or 0)


@load
def replica_read(key, number):
    reader.get(key)
    return number


main(PREFIX)
