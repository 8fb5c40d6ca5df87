package io.undermoon.dev.clusterclient;

import io.undermoon.resp.RespValue;
import java.util.Set;

/** What is known of a command afterwards. */
public sealed interface Outcome {
    /** It was executed. */
    record Acknowledged(RespValue reply) implements Outcome {}

    /** It was certainly not executed. */
    record Refused(String error) implements Outcome {}

    /** It may have been executed, or may even be later: its connection was lost, or the error does not say. */
    record Unknown(String error) implements Outcome {}

    /** Codes of errors that are only given before anything is executed. */
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
            "NOREPLICAS",
            "NOSCRIPT",
            "OOM",
            "READONLY",
            "TRYAGAIN",
            "WRONGTYPE");

    /** What an error reply means. Whoever is in doubt should not rely on it: codes that are not known leave it open. */
    static Outcome ofError(String text) {
        int space = text.indexOf(' ');
        String code = space < 0 ? text : text.substring(0, space);
        return REFUSALS.contains(code) ? new Refused(text) : new Unknown(text);
    }
}
