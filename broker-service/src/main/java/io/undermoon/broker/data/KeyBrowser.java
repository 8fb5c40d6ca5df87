package io.undermoon.broker.data;

import io.undermoon.broker.data.Dialogue.Answer;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.resp.RespValue;
import io.undermoon.slot.Slot;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Lists the keys of a cluster, shows one, deletes it or has it expire. Keys are given as {@link EscapedText}. */
public final class KeyBrowser {
    /** For how long a page is looked for before it is shown with what was found. */
    private static final Duration PAGE_TIME = Duration.ofMillis(1500);

    private static final String NONE = "none";

    private final DataAccess access;
    private final LongSupplier nanos;

    public KeyBrowser(DataAccess access, LongSupplier nanos) {
        this.access = access;
        this.nanos = nanos;
    }

    /**
     * Lists keys.
     *
     * @param pattern as of {@code SCAN}; empty for all keys
     * @param type null for any
     * @param cursor of the page before; null for the first page
     * @param wanted about how many; there may be some more, and fewer where few keys have the pattern
     */
    public KeyPage scan(
            Members members,
            ClusterLogin login,
            String pattern,
            @Nullable String type,
            @Nullable String cursor,
            int wanted) {
        ScanPosition from = cursor == null ? null : ScanPosition.parse(cursor);
        return access.request(members, login, dialogue -> {
            long start = nanos.getAsLong();
            return new KeyScan(dialogue, pattern, type, wanted)
                    .page(from, () -> nanos.getAsLong() - start > PAGE_TIME.toNanos());
        });
    }

    /** Shows a key with the beginning of its value. */
    public KeyValue look(Members members, ClusterLogin login, String key) {
        byte[] bytes = EscapedText.parse(key);
        return access.request(members, login, dialogue -> look(dialogue, bytes));
    }

    /** Removes a key; returns whether there was one. */
    public boolean delete(Members members, ClusterLogin login, String key) {
        return change(members, login, EscapedText.parse(key), "UNLINK");
    }

    /**
     * Sets when a key expires; returns whether something has changed.
     *
     * @param ttlMs from now on; null for never
     */
    public boolean expire(Members members, ClusterLogin login, String key, @Nullable Long ttlMs) {
        byte[] bytes = EscapedText.parse(key);
        return ttlMs == null
                ? change(members, login, bytes, "PERSIST")
                : change(members, login, bytes, "PEXPIRE", ttlMs.toString());
    }

    private boolean change(Members members, ClusterLogin login, byte[] key, String command, String... arguments) {
        return access.request(members, login, dialogue -> {
            Answer answer = ask(dialogue, key, Replies.command(command, key, arguments));
            return Long.valueOf(1).equals(Replies.numberOrNull(answer.reply()));
        });
    }

    private static Answer ask(Dialogue dialogue, byte[] key, List<byte[]> command) {
        Answer answer = dialogue.ask(dialogue.members().toAsk(Slot.of(key)), command);
        Replies.accepted(answer.proxy(), answer.reply());
        return answer;
    }

    private static KeyValue look(Dialogue dialogue, byte[] key) {
        Answer typed = ask(dialogue, key, Replies.command("TYPE", key));
        ProxyAddress proxy = typed.proxy();
        String type = Replies.textOrNull(typed.reply());
        if (type == null) {
            throw Replies.unexpected(proxy, "TYPE");
        }
        if (type.equals(NONE)) {
            return new KeyValue(
                    EscapedText.of(key), Slot.of(key), proxy, type, null, null, null, null, List.of(), false, null);
        }
        List<RespValue> facts = dialogue.exchange(
                proxy,
                List.of(
                        Replies.command("PTTL", key),
                        Replies.command(List.of("MEMORY", "USAGE"), key),
                        Replies.command(List.of("OBJECT", "ENCODING"), key)));
        Value value = value(dialogue, proxy, ValueView.of(type), key);
        return new KeyValue(
                EscapedText.of(key),
                Slot.of(key),
                proxy,
                type,
                Replies.ttlOrNull(facts.get(0)),
                Replies.numberOrNull(facts.get(1)),
                Replies.textOrNull(facts.get(2)),
                value.length(),
                value.shown().elements(),
                value.shown().isTruncated(),
                value.problem());
    }

    private record Value(
            @Nullable Long length,
            ValueView.Shown shown,
            @Nullable String problem) {
        static Value unknown(@Nullable Long length, String problem) {
            return new Value(length, new ValueView.Shown(List.of(), true), problem);
        }
    }

    /** Facts without the value, which may be too long for a reply, are of use as well. */
    private static Value value(Dialogue dialogue, ProxyAddress proxy, @Nullable ValueView view, byte[] key) {
        if (view == null) {
            return Value.unknown(null, "values of this type are shown by commands of their module only");
        }
        Long length = Replies.numberOrNull(
                dialogue.exchange(proxy, List.of(view.lengthCommand(key))).get(0));
        try {
            RespValue reply =
                    dialogue.exchange(proxy, List.of(view.command(key))).get(0);
            if (reply instanceof RespValue.Failure && view == ValueView.STRING) {
                // Proxies do not cut a part out of a value that may be compressed.
                reply = dialogue.exchange(proxy, List.of(Replies.command("GET", key)))
                        .get(0);
            }
            if (reply instanceof RespValue.Failure failure) {
                return Value.unknown(length, proxy + ": " + failure.text());
            }
            return new Value(length, view.shown(reply, length), null);
        } catch (UndermoonException e) {
            if (e.code() != ErrorCode.NO_REPLY_OF_CLUSTER) {
                throw e;
            }
            return Value.unknown(length, String.valueOf(e.getMessage()));
        }
    }
}
