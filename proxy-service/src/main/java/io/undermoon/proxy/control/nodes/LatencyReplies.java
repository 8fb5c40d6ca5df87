package io.undermoon.proxy.control.nodes;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.control.nodes.NodeQuery.Answer;
import io.undermoon.resp.RespValue;
import io.undermoon.resp.RespWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The replies of several nodes to {@code LATENCY} merged to one in the shape of Redis. A node that answers with an
 * error is left out, unless all do.
 */
final class LatencyReplies {
    private LatencyReplies() {}

    /** An event in {@code LATENCY LATEST}: when it was last, in Unix seconds, and its latencies in milliseconds. */
    private record Event(long time, long latest, long max) {
        static Event merge(Event one, Event other) {
            Event later = one.time >= other.time ? one : other;
            return new Event(later.time, later.latest, Math.max(one.max, other.max));
        }
    }

    /** {@code LATENCY LATEST}: each event once, with the latest occurrence and the worst latency at any node. */
    static void latest(List<Answer> answers, ByteBuf out) {
        if (refuses(answers, out)) {
            return;
        }
        Map<String, Event> events = new TreeMap<>();
        for (RespValue item : items(answers)) {
            List<RespValue> fields = ((RespValue.Array) item).items();
            String name = ((RespValue.Bulk) fields.get(0)).text();
            events.merge(
                    name, new Event(number(fields.get(1)), number(fields.get(2)), number(fields.get(3))), Event::merge);
        }
        RespWriter.array(out, events.size());
        events.forEach((name, event) -> {
            RespWriter.array(out, 4);
            RespWriter.bulk(out, name);
            RespWriter.integer(out, event.time());
            RespWriter.integer(out, event.latest());
            RespWriter.integer(out, event.max());
        });
    }

    /** {@code LATENCY HISTORY}: the occurrences at all nodes in the order of their times. */
    static void history(List<Answer> answers, ByteBuf out) {
        if (refuses(answers, out)) {
            return;
        }
        List<RespValue> occurrences = new ArrayList<>(items(answers));
        occurrences.sort(Comparator.comparingLong(
                occurrence -> number(((RespValue.Array) occurrence).items().get(0))));
        new RespValue.Array(occurrences).write(out);
    }

    /** {@code LATENCY RESET}: how many events were reset at all nodes. */
    static void reset(List<Answer> answers, ByteBuf out) {
        if (!refuses(answers, out)) {
            RespWriter.integer(
                    out,
                    answers.stream()
                            .filter(answer -> !answer.isError())
                            .mapToLong(answer -> number(answer.reply()))
                            .sum());
        }
    }

    private static boolean refuses(List<Answer> answers, ByteBuf out) {
        if (answers.isEmpty() || !answers.stream().allMatch(Answer::isError)) {
            return false;
        }
        answers.get(0).reply().write(out);
        return true;
    }

    private static List<RespValue> items(List<Answer> answers) {
        return answers.stream()
                .map(Answer::reply)
                .filter(RespValue.Array.class::isInstance)
                .flatMap(reply -> ((RespValue.Array) reply).items().stream())
                .toList();
    }

    private static long number(RespValue value) {
        return value instanceof RespValue.Int number ? number.value() : 0;
    }
}
