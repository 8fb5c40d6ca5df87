package io.undermoon.dev.backups.restore;

import io.undermoon.dev.clusterclient.Reply;
import io.undermoon.dev.imports.destination.SlotTags;
import io.undermoon.dev.imports.destination.Target;
import io.undermoon.dev.imports.wire.RedisConnection;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.metadata.HostPort;
import io.undermoon.resp.RespValue;
import io.undermoon.resp.RespValue.Failure;
import io.undermoon.slot.Slot;
import java.io.IOException;
import java.util.UUID;

/**
 * Keeps two restores from working on the same destination, and notes there that one goes on, so that what it leaves
 * when it is ended is not taken for data.
 */
final class Guard {
    private static final long LOCK_MILLIS = 20_000;
    static final long RENEW_MILLIS = 5_000;

    private static final String PROLONG = """
            if redis.call('GET', KEYS[1]) == ARGV[1] then
              return redis.call('PEXPIRE', KEYS[1], ARGV[2])
            end
            return 0
            """;

    private final Target target;
    private final String own = UUID.randomUUID().toString();

    Guard(Target target) {
        this.target = target;
    }

    /**
     * Takes the lock, or has it go on. As long as nothing was written it may have run out meanwhile.
     *
     * @throws LaunchException another process restores into this destination
     */
    void lock() throws IOException {
        RespValue reply = target.call(OwnKeys.LOCK, "SET", OwnKeys.LOCK, own, "NX", "PX", LOCK_MILLIS);
        if (Reply.isNull(reply) && !isOwn()) {
            throw new LaunchException("another process restores into this cluster; if it has been ended, try again in "
                    + LOCK_MILLIS / 1000 + " s");
        }
        renew();
    }

    private boolean isOwn() throws IOException {
        RespValue holder = target.call(OwnKeys.LOCK, "GET", OwnKeys.LOCK);
        return !Reply.isNull(holder) && Reply.text(holder).equals(own);
    }

    /**
     * Has the lock go on.
     *
     * @throws LaunchException it has run out, and another process may have begun
     */
    void renew() throws IOException {
        RespValue reply = target.call(OwnKeys.LOCK, "EVAL", PROLONG, 1, OwnKeys.LOCK, own, LOCK_MILLIS);
        if (Reply.number(reply) == 0) {
            throw new LaunchException("this restore did not get to prolong its lock within " + LOCK_MILLIS / 1000
                    + " s, and another one may have begun; begin it anew");
        }
    }

    /** Which backup was being restored when that was interrupted; empty if none was. */
    String interrupted() throws IOException {
        RespValue reply = target.call(OwnKeys.MARKER, "GET", OwnKeys.MARKER);
        return Reply.isNull(reply) ? "" : Reply.text(reply);
    }

    /** Notes that a restore begins. */
    void begin(String backup) throws IOException {
        // It went with the keys, if these were removed.
        lock();
        target.call(OwnKeys.MARKER, "SET", OwnKeys.MARKER, backup);
    }

    /** Notes that all is there. */
    void end() throws IOException {
        target.call(OwnKeys.MARKER, "DEL", OwnKeys.MARKER);
    }

    void unlock() throws IOException {
        if (isOwn()) {
            target.call(OwnKeys.LOCK, "DEL", OwnKeys.LOCK);
        }
    }

    /** The keys of the destination, its own ones included. */
    long keys() throws IOException {
        long keys = 0;
        for (HostPort server : target.owners().all()) {
            try (RedisConnection connection = target.open(server)) {
                long own = Reply.number(connection.demand("DBSIZE"));
                if (speaksForAll(connection)) {
                    return own;
                }
                keys += own;
            }
        }
        return keys;
    }

    /** Whether a proxy executes commands for keys of other proxies too, and so counts their keys. */
    private boolean speaksForAll(RedisConnection connection) throws IOException {
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            HostPort owner = target.owners().owner(slot);
            if (owner != null && !owner.equals(connection.address())) {
                return !(connection.call("EXISTS", SlotTags.of(slot)) instanceof Failure);
            }
        }
        return true;
    }

    /** The number of the destination's own keys that are there. */
    long ownKeys() throws IOException {
        return Reply.number(target.call(OwnKeys.MARKER, "EXISTS", OwnKeys.MARKER))
                + Reply.number(target.call(OwnKeys.LOCK, "EXISTS", OwnKeys.LOCK));
    }

    /** Removes all keys of the destination. */
    void empty() throws IOException {
        for (HostPort server : target.owners().all()) {
            try (RedisConnection connection = target.open(server)) {
                if (connection.call("FLUSHDB") instanceof Failure failure) {
                    throw new LaunchException(server + " does not remove its keys: " + failure.text());
                }
            }
        }
    }
}
