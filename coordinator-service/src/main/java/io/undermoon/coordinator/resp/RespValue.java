package io.undermoon.coordinator.resp;

import java.util.List;

/** One value of RESP2. Strings are UTF-8; bytes that are not become U+FFFD. */
public sealed interface RespValue {
    RespValue OK = new Simple("OK");

    /** {@code +text} */
    record Simple(String text) implements RespValue {}

    /** {@code -message} */
    record Failure(String message) implements RespValue {}

    /** {@code :value} */
    record Int(long value) implements RespValue {}

    /** {@code $length text} */
    record Bulk(String text) implements RespValue {}

    /** {@code $-1} or {@code *-1} */
    record Nil() implements RespValue {}

    /** {@code *count elements} */
    record Array(List<RespValue> elements) implements RespValue {
        public Array {
            elements = List.copyOf(elements);
        }
    }

    /** A command: an array of bulk strings. */
    static Array command(List<String> words) {
        return new Array(words.stream().map(word -> (RespValue) new Bulk(word)).toList());
    }
}
