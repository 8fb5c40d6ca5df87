package io.undermoon.resp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A protocol value as an object, for control connections and tests. The data path does not use it.
 *
 * <p>RESP2 and RESP3 nulls are distinct, so that a value is written back exactly as it was read.
 */
public sealed interface RespValue {
    /** Writes the value in the form in which it was read. */
    void write(ByteBuf out);

    /**
     * The text of a simple string, a bulk string or an integer.
     *
     * @throws IllegalArgumentException if the value is of another kind
     */
    default String asText() {
        throw new IllegalArgumentException("not a string: " + this);
    }

    /** A simple string, such as {@code +OK}. */
    record Simple(String text) implements RespValue {
        @Override
        public String asText() {
            return text;
        }

        @Override
        public void write(ByteBuf out) {
            RespWriter.line(out, '+', text);
        }
    }

    /**
     * An error.
     *
     * @param text the whole text, which starts with the error code: {@code ERR unknown command …}
     */
    record Failure(String text) implements RespValue {
        @Override
        public void write(ByteBuf out) {
            RespWriter.error(out, text);
        }
    }

    /** A bulk error (RESP3). */
    record BulkFailure(String text) implements RespValue {
        @Override
        public void write(ByteBuf out) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            RespWriter.header(out, '!', bytes.length);
            out.writeBytes(bytes);
            RespWriter.crlf(out);
        }
    }

    /** A 64-bit integer. */
    record Int(long value) implements RespValue {
        @Override
        public String asText() {
            return Long.toString(value);
        }

        @Override
        public void write(ByteBuf out) {
            RespWriter.integer(out, value);
        }
    }

    /** A bulk string, compared by content. The array is not copied and must not be changed. */
    @SuppressWarnings("ArrayRecordComponent")
    record Bulk(byte[] bytes) implements RespValue {
        public Bulk(String text) {
            this(text.getBytes(StandardCharsets.UTF_8));
        }

        /** The bytes decoded as UTF-8. */
        public String text() {
            return new String(bytes, StandardCharsets.UTF_8);
        }

        @Override
        public String asText() {
            return text();
        }

        @Override
        public void write(ByteBuf out) {
            RespWriter.bulk(out, bytes);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Bulk bulk && Arrays.equals(bytes, bulk.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }

        @Override
        public String toString() {
            return "Bulk[" + text() + "]";
        }
    }

    /** The three forms of null. */
    enum Null implements RespValue {
        /** {@code $-1} of RESP2. */
        BULK("$-1\r\n"),
        /** {@code *-1} of RESP2. */
        ARRAY("*-1\r\n"),
        /** {@code _} of RESP3. */
        RESP3("_\r\n");

        private final String wire;

        Null(String wire) {
            this.wire = wire;
        }

        @Override
        public void write(ByteBuf out) {
            ByteBufUtil.writeAscii(out, wire);
        }
    }

    /** An array. */
    record Array(List<RespValue> items) implements RespValue {
        public Array {
            items = List.copyOf(items);
        }

        @Override
        public void write(ByteBuf out) {
            writeItems(out, '*', items);
        }
    }

    /** A set (RESP3), in wire order. */
    record Set(List<RespValue> items) implements RespValue {
        public Set {
            items = List.copyOf(items);
        }

        @Override
        public void write(ByteBuf out) {
            writeItems(out, '~', items);
        }
    }

    /** A push message (RESP3). */
    record Push(List<RespValue> items) implements RespValue {
        public Push {
            items = List.copyOf(items);
        }

        @Override
        public void write(ByteBuf out) {
            writeItems(out, '>', items);
        }
    }

    /** A map (RESP3), in wire order; keys may repeat. */
    record Dictionary(List<Map.Entry<RespValue, RespValue>> entries) implements RespValue {
        public Dictionary {
            entries = List.copyOf(entries);
        }

        @Override
        public void write(ByteBuf out) {
            writeEntries(out, '%', entries);
        }
    }

    /** A value with attributes (RESP3). */
    record Attributed(List<Map.Entry<RespValue, RespValue>> attributes, RespValue value) implements RespValue {
        public Attributed {
            attributes = List.copyOf(attributes);
        }

        @Override
        public void write(ByteBuf out) {
            writeEntries(out, '|', attributes);
            value.write(out);
        }
    }

    /** A boolean (RESP3). */
    record Bool(boolean value) implements RespValue {
        @Override
        public void write(ByteBuf out) {
            RespWriter.bool(out, Protocol.RESP3, value);
        }
    }

    /** A floating-point number (RESP3). */
    record Decimal(double value) implements RespValue {
        @Override
        public void write(ByteBuf out) {
            RespWriter.decimal(out, Protocol.RESP3, value);
        }
    }

    /**
     * A big number (RESP3).
     *
     * @param digits decimal digits, optionally with a leading sign
     */
    record BigNumber(String digits) implements RespValue {
        @Override
        public void write(ByteBuf out) {
            RespWriter.bigNumber(out, Protocol.RESP3, digits);
        }
    }

    /**
     * A verbatim string (RESP3).
     *
     * @param format three letters, such as {@code txt} or {@code mkd}
     */
    record Verbatim(String format, String text) implements RespValue {
        @Override
        public void write(ByteBuf out) {
            RespWriter.verbatim(out, Protocol.RESP3, format, text);
        }
    }

    private static void writeItems(ByteBuf out, char type, List<RespValue> items) {
        RespWriter.header(out, type, items.size());
        for (RespValue item : items) {
            item.write(out);
        }
    }

    private static void writeEntries(ByteBuf out, char type, List<Map.Entry<RespValue, RespValue>> entries) {
        RespWriter.header(out, type, entries.size());
        for (Map.Entry<RespValue, RespValue> entry : entries) {
            entry.getKey().write(out);
            entry.getValue().write(out);
        }
    }
}
