package io.undermoon.dev.clusterclient;

import io.undermoon.resp.RespValue;
import java.util.Set;

/** The outcome of a command, as far as the client knows it. */
public sealed interface Outcome {
    /** It was executed. */
    record Acknowledged(RespValue reply) implements Outcome {}

    /** It was certainly not executed. */
    record Refused(String error) implements Outcome {}

    /** It may have been executed, or may be executed later: its connection was lost, or the error does not tell. */
    record Unknown(String error) implements Outcome {}

    /**
     * Codes of errors that are only given before anything is executed. {@code NOREPLICAS} is none: with {@code
     * min_replica_acks} it comes after that.
     */
    Set<String> REFUSALS = Set.of(
            "ASK",
            "BUSY",
            "BUSYGROUP",
            "CLUSTERDOWN",
            "CROSSSLOT",
            "EXECABORT",
            "LOADING",
            "MASTERDOWN",
            "MISCONF",
            "MOVED",
            "NOAUTH",
            "NOGROUP",
            "NOPERM",
            "NOSCRIPT",
            "OOM",
            "READONLY",
            "TRYAGAIN",
            "WRONGTYPE");

    /** The outcome that an error reply tells; unknown for error codes that are not in {@link #REFUSALS}. */
    static Outcome ofError(String text) {
        int space = text.indexOf(' ');
        String code = space < 0 ? text : text.substring(0, space);
        return REFUSALS.contains(code) ? new Refused(text) : new Unknown(text);
    }
}
