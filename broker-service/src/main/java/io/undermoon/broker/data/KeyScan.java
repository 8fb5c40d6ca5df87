package io.undermoon.broker.data;

import io.undermoon.broker.data.KeyPage.Entry;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.resp.RespValue;
import io.undermoon.slot.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One page of a scan: goes on until it has enough keys, the keys end, or its time is over, which with a pattern that
 * few keys have comes first. Where each proxy scans the keys behind it alone, it goes from proxy to proxy.
 */
final class KeyScan {
    private static final String ALL = "*";
    /** Keys that a proxy looks at for one call: as many as are wanted, or more where few of them fit. */
    private static final int FILTERED_COUNT = 1000;

    private final Dialogue dialogue;
    private final List<ProxyAddress> order;
    private final String pattern;
    private final @Nullable String type;
    private final int wanted;

    /** @param type of the keys; null for any */
    KeyScan(Dialogue dialogue, String pattern, @Nullable String type, int wanted) {
        this.dialogue = dialogue;
        this.order = dialogue.members().proxies().stream().sorted().toList();
        this.pattern = pattern.isEmpty() ? ALL : pattern;
        this.type = type;
        this.wanted = wanted;
    }

    /** @param isOver whether the page has to end */
    KeyPage page(@Nullable ScanPosition from, BooleanSupplier isOver) {
        ScanPosition position = from == null ? first() : from;
        List<Entry> keys = new ArrayList<>();
        do {
            ProxyAddress proxy = proxy(position);
            List<RespValue> reply = Replies.array(
                    proxy, dialogue.exchange(proxy, List.of(command(position))).get(0));
            if (reply.size() != 2) {
                throw Replies.unexpected(proxy, "SCAN");
            }
            keys.addAll(entries(proxy, Replies.array(proxy, reply.get(1))));
            position = next(position, proxy, new String(Replies.bytes(reply.get(0)), Replies.CHARSET));
        } while (position != null && keys.size() < wanted && !isOver.getAsBoolean());
        return new KeyPage(keys, position == null ? null : position.toString());
    }

    private ScanPosition first() {
        ProxyAddress asked = dialogue.firstReachable(dialogue.members().proxies());
        return new ScanPosition(dialogue.redirects(asked) ? null : order.get(0).value(), ScanPosition.START);
    }

    private ProxyAddress proxy(ScanPosition position) {
        if (position.proxy() == null) {
            return dialogue.firstReachable(dialogue.members().proxies());
        }
        return order.stream()
                .filter(proxy -> proxy.value().equals(position.proxy()))
                .findFirst()
                .orElseThrow(() -> new UndermoonException(
                        ErrorCode.NO_REPLY_OF_CLUSTER,
                        "the scan has come to proxy '" + position.proxy() + "', which has no masters of cluster "
                                + dialogue.members().cluster() + "; begin again"));
    }

    private List<byte[]> command(ScanPosition position) {
        boolean isFiltered = type != null || !pattern.equals(ALL);
        List<String> words = new ArrayList<>(List.of("SCAN", position.cursor()));
        if (!pattern.equals(ALL)) {
            words.addAll(List.of("MATCH", pattern));
        }
        words.addAll(List.of("COUNT", Integer.toString(isFiltered ? FILTERED_COUNT : wanted)));
        if (type != null) {
            words.addAll(List.of("TYPE", type));
        }
        return Replies.command(words);
    }

    private @Nullable ScanPosition next(ScanPosition position, ProxyAddress proxy, String cursor) {
        if (!cursor.equals(ScanPosition.START)) {
            return position.at(cursor);
        }
        int index = order.indexOf(proxy) + 1;
        return position.proxy() == null || index == order.size()
                ? null
                : new ScanPosition(order.get(index).value(), ScanPosition.START);
    }

    private List<Entry> entries(ProxyAddress proxy, List<RespValue> found) {
        if (found.isEmpty()) {
            return List.of();
        }
        List<List<byte[]>> questions = new ArrayList<>();
        for (RespValue key : found) {
            questions.add(Replies.command("TYPE", Replies.bytes(key)));
            questions.add(Replies.command("PTTL", Replies.bytes(key)));
        }
        List<RespValue> answers = dialogue.exchange(proxy, questions);
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < found.size(); i++) {
            byte[] key = Replies.bytes(found.get(i));
            entries.add(new Entry(
                    EscapedText.of(key),
                    Slot.of(key),
                    proxy,
                    Replies.textOrNull(answers.get(2 * i)),
                    Replies.ttlOrNull(answers.get(2 * i + 1))));
        }
        return entries;
    }
}
