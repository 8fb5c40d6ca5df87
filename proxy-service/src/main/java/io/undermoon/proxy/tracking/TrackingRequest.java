package io.undermoon.proxy.tracking;

import io.undermoon.proxy.command.Integers;
import io.undermoon.proxy.frame.CommandFrame;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/** A parsed {@code CLIENT TRACKING}, checked as Redis checks it. */
sealed interface TrackingRequest {
    /**
     * @param asked the options of the command
     * @param merged the same together with the options that were on before
     */
    record On(TrackingOptions asked, TrackingOptions merged) implements TrackingRequest {}

    /** Tracking is to end. */
    record Off() implements TrackingRequest {}

    /**
     * @param error without the leading {@code -}
     */
    record Refused(String error) implements TrackingRequest {}

    /**
     * Reads {@code CLIENT TRACKING (ON|OFF) [REDIRECT id] [PREFIX prefix …] [BCAST] [OPTIN] [OPTOUT] [NOLOOP]}.
     *
     * @param before the options that are on; null when tracking is off
     * @param clients whether there is a client with an id
     */
    static TrackingRequest parse(CommandFrame frame, @Nullable TrackingOptions before, LongPredicate clients) {
        long redirect = Invalidations.NO_REDIRECT;
        boolean broadcast = false;
        boolean optIn = false;
        boolean optOut = false;
        boolean noLoop = false;
        List<String> prefixes = new ArrayList<>();
        for (int i = 3; i < frame.argumentCount(); i++) {
            boolean hasMore = i + 1 < frame.argumentCount();
            if (hasMore && frame.argumentIs(i, "REDIRECT")) {
                if (redirect != Invalidations.NO_REDIRECT) {
                    return new Refused("ERR A client can only redirect to a single other client");
                }
                OptionalLong id = Integers.parse(frame.argument(++i));
                if (id.isEmpty()) {
                    return new Refused("ERR value is not an integer or out of range");
                }
                redirect = id.getAsLong();
                if (!clients.test(redirect)) {
                    return new Refused("ERR The client ID you want redirect to does not exist");
                }
            } else if (hasMore && frame.argumentIs(i, "PREFIX")) {
                prefixes.add(new String(frame.argumentBytes(++i), StandardCharsets.ISO_8859_1));
            } else if (frame.argumentIs(i, "BCAST")) {
                broadcast = true;
            } else if (frame.argumentIs(i, "OPTIN")) {
                optIn = true;
            } else if (frame.argumentIs(i, "OPTOUT")) {
                optOut = true;
            } else if (frame.argumentIs(i, "NOLOOP")) {
                noLoop = true;
            } else {
                return new Refused("ERR syntax error");
            }
        }
        if (frame.argumentIs(2, "OFF")) {
            return new Off();
        }
        if (!frame.argumentIs(2, "ON")) {
            return new Refused("ERR syntax error");
        }
        if (!broadcast && !prefixes.isEmpty()) {
            return new Refused("ERR PREFIX option requires BCAST mode to be enabled");
        }
        TrackingOptions asked = new TrackingOptions(
                broadcast, optIn, optOut, noLoop, redirect, broadcast && prefixes.isEmpty() ? List.of("") : prefixes);
        String conflict = conflict(asked, prefixes, before);
        return conflict != null ? new Refused(conflict) : new On(asked, before == null ? asked : asked.after(before));
    }

    private static @Nullable String conflict(
            TrackingOptions asked, List<String> prefixes, @Nullable TrackingOptions before) {
        if (before != null && before.broadcast() != asked.broadcast()) {
            return "ERR You can't switch BCAST mode on/off before disabling tracking for this client, and then "
                    + "re-enabling"
                    + " it with a different mode.";
        }
        if (asked.broadcast() && (asked.optIn() || asked.optOut())) {
            return "ERR OPTIN and OPTOUT are not compatible with BCAST";
        }
        if (asked.optIn() && asked.optOut()) {
            return "ERR You can't specify both OPTIN mode and OPTOUT mode";
        }
        if (before != null && (asked.optIn() && before.optOut() || asked.optOut() && before.optIn())) {
            return "ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for this client, and then "
                    + "re-enabling"
                    + " it with a different mode.";
        }
        return overlap(prefixes, before == null ? List.of() : before.prefixes());
    }

    private static @Nullable String overlap(List<String> prefixes, List<String> existing) {
        for (int i = 0; i < prefixes.size(); i++) {
            String prefix = prefixes.get(i);
            for (String other : existing) {
                if (overlap(prefix, other)) {
                    return "ERR Prefix '" + prefix + "' overlaps with an existing prefix '" + other
                            + "'. Prefixes for a single client must not overlap.";
                }
            }
            for (String other : prefixes.subList(i + 1, prefixes.size())) {
                if (overlap(prefix, other)) {
                    return "ERR Prefix '" + prefix + "' overlaps with another provided prefix '" + other
                            + "'. Prefixes for a single client must not overlap.";
                }
            }
        }
        return null;
    }

    private static boolean overlap(String one, String other) {
        return one.startsWith(other) || other.startsWith(one);
    }
}
