package io.undermoon.resp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A value of the protocol as an object; for control connections and tests. The data path reads and writes bytes.
 *
 * <p>RESP2 and RESP3 nulls stay apart, so that what was read is written back byte for byte.
 */
public sealed interface RespValue {
    /** Appends the value as it came. */
    void write(ByteBuf out);

    /**
     * The text of a simple string, a bulk string or an integer.
     *
     * @throws IllegalArgumentException if the value is of another kind
     */
    default String asText() {
        throw new IllegalArgumentException("not a string: " + this);
    }

    /** A line that means success, such as {@code +OK}. */
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
     * A refusal.
     *
     * @param text the whole text with its code in front, {@code ERR unknown command …}
     */
    record Failure(String text) implements RespValue {
        @Override
        public void write(ByteBuf out) {
            RespWriter.error(out, text);
        }
    }

    /** A refusal that came as a bulk string (RESP3). */
    record BulkFailure(String text) implements RespValue {
        @Override
        public void write(ByteBuf out) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            RespWriter.header(out, '!', bytes.length);
            out.writeBytes(bytes);
            RespWriter.crlf(out);
        }
    }

    /** A 64-bit number. */
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

    /** Bytes, compared by content. The array is not copied and not to be changed. */
    @SuppressWarnings("ArrayRecordComponent")
    record Bulk(byte[] bytes) implements RespValue {
        public Bulk(String text) {
            this(text.getBytes(StandardCharsets.UTF_8));
        }

        /** The bytes read as UTF-8. */
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

    /** The three ways to say that there is nothing. */
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

    /** A list of values. */
    record Array(List<RespValue> items) implements RespValue {
        public Array {
            items = List.copyOf(items);
        }

        @Override
        public void write(ByteBuf out) {
            writeItems(out, '*', items);
        }
    }

    /** A set (RESP3), in the order in which it came. */
    record Set(List<RespValue> items) implements RespValue {
        public Set {
            items = List.copyOf(items);
        }

        @Override
        public void write(ByteBuf out) {
            writeItems(out, '~', items);
        }
    }

    /** A message that answers no command (RESP3). */
    record Push(List<RespValue> items) implements RespValue {
        public Push {
            items = List.copyOf(items);
        }

        @Override
        public void write(ByteBuf out) {
            writeItems(out, '>', items);
        }
    }

    /** A map (RESP3), in the order in which it came; a key may be there twice. */
    record Dictionary(List<Map.Entry<RespValue, RespValue>> entries) implements RespValue {
        public Dictionary {
            entries = List.copyOf(entries);
        }

        @Override
        public void write(ByteBuf out) {
            writeEntries(out, '%', entries);
        }
    }

    /** A value with a map of remarks in front of it (RESP3). */
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

    /** True or false (RESP3). */
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
     * A number of any size (RESP3).
     *
     * @param digits decimal digits, a sign in front where there is one
     */
    record BigNumber(String digits) implements RespValue {
        @Override
        public void write(ByteBuf out) {
            RespWriter.bigNumber(out, Protocol.RESP3, digits);
        }
    }

    /**
     * Text that says how it is formatted (RESP3).
     *
     * @param format three letters: {@code txt}, {@code mkd}
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
