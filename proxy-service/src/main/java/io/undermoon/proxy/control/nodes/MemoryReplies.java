package io.undermoon.proxy.control.nodes;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.control.nodes.NodeQuery.Answer;
import io.undermoon.resp.Protocol;
import io.undermoon.resp.RespValue;
import io.undermoon.resp.RespWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The replies of several masters to {@code MEMORY} merged to one in the shape of Redis. None is an error. */
final class MemoryReplies {
    /** The database of clients; the others are left out, as the proxies keep records of migrations there. */
    private static final String DATABASE = "db.0";

    private MemoryReplies() {}

    /**
     * {@code MEMORY STATS}: amounts are summed up, and ratios are those of the sums; of a ratio that is not known here
     * the largest is taken.
     */
    static void stats(List<Answer> answers, Protocol protocol, ByteBuf out) {
        Map<String, List<RespValue>> fields =
                byField(answers.stream().map(Answer::reply).toList());
        Map<String, Long> sums = new LinkedHashMap<>();
        fields.forEach((name, values) -> sums.put(name, sum(values)));
        RespWriter.map(out, protocol, fields.size());
        fields.forEach((name, values) -> {
            RespWriter.bulk(out, name);
            RespValue first = values.get(0);
            if (first instanceof RespValue.Int) {
                RespWriter.integer(out, amount(name, sums));
            } else if (first instanceof RespValue.Bulk ratio) {
                RespWriter.decimal(out, protocol, values.size() == 1 ? decimal(ratio) : ratio(name, sums, values));
            } else {
                Map<String, List<RespValue>> overheads = byField(values);
                RespWriter.map(out, protocol, overheads.size());
                overheads.forEach((overhead, bytes) -> {
                    RespWriter.bulk(out, overhead);
                    RespWriter.integer(out, sum(bytes));
                });
            }
        });
    }

    /** {@code MEMORY DOCTOR}: what all say, or what each says after its address. */
    static void doctor(List<Answer> answers, Protocol protocol, ByteBuf out) {
        List<String> texts = answers.stream()
                .map(answer -> answer.reply().asText())
                .distinct()
                .toList();
        String text = texts.size() == 1
                ? texts.get(0)
                : answers.stream()
                        .map(answer -> answer.node() + ": " + answer.reply().asText())
                        .collect(Collectors.joining("\n"));
        RespWriter.verbatim(out, protocol, "txt", text);
    }

    /** The values of each field of several maps. */
    private static Map<String, List<RespValue>> byField(List<RespValue> maps) {
        Map<String, List<RespValue>> byField = new LinkedHashMap<>();
        for (RespValue map : maps) {
            List<RespValue> items = map instanceof RespValue.Array array ? array.items() : List.of();
            for (int i = 0; i + 1 < items.size(); i += 2) {
                String field = items.get(i).asText();
                if (!(items.get(i + 1) instanceof RespValue.Array) || field.equals(DATABASE)) {
                    byField.computeIfAbsent(field, name -> new ArrayList<>()).add(items.get(i + 1));
                }
            }
        }
        return byField;
    }

    private static long sum(List<RespValue> values) {
        return values.stream()
                .mapToLong(value -> value instanceof RespValue.Int amount ? amount.value() : 0)
                .sum();
    }

    private static long amount(String field, Map<String, Long> sums) {
        long keys = sums.getOrDefault("keys.count", 0L);
        return field.equals("keys.bytes-per-key") && keys > 0 ? netBytes(sums) / keys : sums.getOrDefault(field, 0L);
    }

    private static double ratio(String field, Map<String, Long> sums, List<RespValue> values) {
        long total = sums.getOrDefault("total.allocated", 0L);
        long allocated = sums.getOrDefault("allocator.allocated", 0L);
        long active = sums.getOrDefault("allocator.active", 0L);
        long resident = sums.getOrDefault("allocator.resident", 0L);
        return switch (field) {
            case "peak.percentage" -> 100.0 * total / sums.getOrDefault("peak.allocated", 0L);
            case "dataset.percentage" -> 100.0 * sums.getOrDefault("dataset.bytes", 0L) / netBytes(sums);
            case "allocator-fragmentation.ratio" -> (double) active / allocated;
            case "allocator-rss.ratio" -> (double) resident / active;
            case "rss-overhead.ratio" -> (double) (resident + sums.getOrDefault("rss-overhead.bytes", 0L)) / resident;
            case "fragmentation" -> (double) (total + sums.getOrDefault("fragmentation.bytes", 0L)) / total;
            default ->
                values.stream()
                        .mapToDouble(value -> value instanceof RespValue.Bulk ratio ? decimal(ratio) : 0)
                        .max()
                        .orElse(0);
        };
    }

    /** What the nodes have allocated beyond what they need when they are empty. */
    private static long netBytes(Map<String, Long> sums) {
        return sums.getOrDefault("total.allocated", 0L) - sums.getOrDefault("startup.allocated", 0L);
    }

    private static double decimal(RespValue.Bulk value) {
        return Double.parseDouble(value.text());
    }
}
