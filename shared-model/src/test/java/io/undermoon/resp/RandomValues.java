package io.undermoon.resp;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Random values of both protocols. */
final class RandomValues {
    private final SplittableRandom random;

    RandomValues(SplittableRandom random) {
        this.random = random;
    }

    RespValue value(int depth) {
        return switch (random.nextInt(depth > 0 ? 16 : 11)) {
            case 0 -> new RespValue.Simple(text());
            case 1 -> new RespValue.Failure("ERR " + text());
            case 2 -> new RespValue.Int(random.nextBoolean() ? random.nextLong() : random.nextInt(-11, 12));
            case 3, 4 -> new RespValue.Bulk(bytes());
            case 5 ->
                List.of(RespValue.Null.BULK, RespValue.Null.ARRAY, RespValue.Null.RESP3)
                        .get(random.nextInt(3));
            case 6 -> new RespValue.Bool(random.nextBoolean());
            case 7 -> new RespValue.Decimal(decimal());
            case 8 ->
                new RespValue.BigNumber((random.nextBoolean() ? "-" : "") + random.nextLong(Long.MAX_VALUE) + "00");
            case 9 -> new RespValue.Verbatim("txt", text() + "\r\n");
            case 10 -> new RespValue.BulkFailure("ERR\r\n" + text());
            case 11, 12 -> new RespValue.Array(items(depth));
            case 13 -> new RespValue.Set(items(depth));
            case 14 -> new RespValue.Push(items(depth));
            default ->
                random.nextBoolean()
                        ? new RespValue.Dictionary(entries(depth))
                        : new RespValue.Attributed(entries(depth), value(depth - 1));
        };
    }

    private List<RespValue> items(int depth) {
        List<RespValue> items = new ArrayList<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            items.add(value(depth - 1));
        }
        return items;
    }

    private List<Map.Entry<RespValue, RespValue>> entries(int depth) {
        List<Map.Entry<RespValue, RespValue>> entries = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            entries.add(Map.entry(value(0), value(depth - 1)));
        }
        return entries;
    }

    private double decimal() {
        return switch (random.nextInt(5)) {
            case 0 -> Double.NaN;
            case 1 -> Double.POSITIVE_INFINITY;
            case 2 -> Double.NEGATIVE_INFINITY;
            case 3 -> random.nextInt(100);
            default -> random.nextDouble(-1e12, 1e12);
        };
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(6); i > 0; i--) {
            text.append("aZ :$*\u00e9\u20ac".charAt(random.nextInt(8)));
        }
        return text.toString();
    }

    private byte[] bytes() {
        byte[] bytes = new byte[random.nextInt(12)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (random.nextBoolean() ? "\r\n$*-1".charAt(random.nextInt(6)) : random.nextInt(256));
        }
        return bytes;
    }
}
