"""django-redis (https://github.com/jazzband/django-redis) with a proxy as its Redis: python django_cache.py 127.0.0.1:5299"""

from django.conf import settings

from suite import check, eventually, expect, load, main, seeds

host, port = seeds()[0]
settings.configure(
    CACHES={
        "default": {
            "BACKEND": "django_redis.cache.RedisCache",
            "LOCATION": f"redis://{host}:{port}/0",
            "KEY_PREFIX": "checks",
        }
    },
)

from django.core.cache import cache  # noqa: E402 - needs the settings

VALUES = {f"value-{number}": number for number in range(500)}


@check
def set_many_and_get_many():
    cache.set_many(VALUES, timeout=60)
    expect(cache.get_many(VALUES), VALUES)


@check
def objects_are_kept():
    cache.set("object", {"list": [1, 2.5, "three", None]})
    expect(cache.get("object"), {"list": [1, 2.5, "three", None]})


@check
def keys_and_patterns():
    expect(len(cache.keys("value-*")), len(VALUES))
    expect(len(list(cache.iter_keys("value-*"))), len(VALUES))


@check
def timeouts():
    cache.set("short", 1, timeout=60)
    expect(0 < cache.ttl("short") <= 60, True)
    cache.persist("short")
    expect(cache.ttl("short"), None)
    expect(cache.expire("short", timeout=0), True)
    eventually(lambda: cache.get("short") is None)
    expect(cache.touch("value-1", 120), True)


@check
def counters_and_add():
    cache.set("counter", 1, timeout=None)
    expect((cache.incr("counter"), cache.decr("counter", 2)), (2, 0))
    cache.delete("added")
    expect((cache.add("added", 1), cache.add("added", 2), cache.get("added")), (True, False, 1))
    expect(cache.get_or_set("computed", lambda: 7), 7)


@check
def versions():
    cache.set("versioned", "old", version=1)
    expect(cache.incr_version("versioned"), 2)
    expect(cache.get("versioned", version=2), "old")
    cache.delete("versioned", version=2)


@check
def lock_keeps_others_out():
    with cache.lock("lock", timeout=30):
        expect(cache.lock("lock", timeout=30).acquire(blocking=False), False)
    other = cache.lock("lock", timeout=30)
    expect(other.acquire(blocking=False), True)
    other.release()


@check
def delete_many_and_delete_pattern():
    cache.delete_many(list(VALUES)[:100])
    expect(len(cache.get_many(VALUES)), len(VALUES) - 100)
    expect(cache.delete_pattern("value-*"), len(VALUES) - 100)
    expect(cache.get_many(VALUES), {})


@load
def many(key, number):
    parts = [f"{key}:{part}" for part in range(10)]
    found = cache.get_many(parts)
    cache.set_many(dict.fromkeys(parts, number), timeout=None)
    return min((found.get(part, 0) for part in parts))


@load
def one(key, number):
    found = cache.get(key, 0)
    cache.set(key, number, timeout=None)
    return found


@load
def lock(key, number):
    with cache.lock(f"lock:{key}", timeout=30):
        found = cache.get(key, 0)
        cache.set(key, number, timeout=None)
    return found


main("django-redis:")
