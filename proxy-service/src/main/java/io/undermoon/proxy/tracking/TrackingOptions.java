package io.undermoon.proxy.tracking;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.resp.Protocol;
import io.undermoon.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * The options of {@code CLIENT TRACKING}: which keys a client is told of when they change.
 *
 * @param broadcast all keys with one of the prefixes, not only those that the client has read
 * @param optIn only keys read by a command after {@code CLIENT CACHING YES}
 * @param optOut all keys but those read by a command after {@code CLIENT CACHING NO}
 * @param noLoop not of changes by the client itself
 * @param redirect the client of the same proxy that is told instead; {@link Invalidations#NO_REDIRECT} for none
 * @param prefixes one character for each byte; with broadcast at least one, the empty one for all keys, else none
 */
record TrackingOptions(
        boolean broadcast, boolean optIn, boolean optOut, boolean noLoop, long redirect, List<String> prefixes) {
    TrackingOptions {
        prefixes = List.copyOf(prefixes);
    }

    /**
     * The command that sets these options at a node, or at a peer for its own nodes.
     *
     * @param receiver the id that the connection for the messages has there; {@link Invalidations#NO_REDIRECT} if they
     *     come on the same connection
     */
    ByteBuf command(boolean toPeer, long receiver) {
        ByteBuf out = Unpooled.buffer();
        List<String> words = new ArrayList<>(toPeer ? List.of("UMFORWARD", "0") : List.of());
        words.addAll(List.of("CLIENT", "TRACKING", "ON"));
        if (receiver != Invalidations.NO_REDIRECT) {
            words.addAll(List.of("REDIRECT", Long.toString(receiver)));
        }
        addIf(broadcast, "BCAST", words);
        addIf(optIn, "OPTIN", words);
        addIf(optOut, "OPTOUT", words);
        addIf(noLoop, "NOLOOP", words);
        boolean all = prefixes.contains("");
        if (!all) {
            prefixes.forEach(prefix -> words.addAll(List.of("PREFIX", prefix)));
        }
        RespWriter.array(out, words.size());
        words.forEach(word -> RespWriter.bulk(out, word.getBytes(StandardCharsets.ISO_8859_1)));
        return out;
    }

    /** The {@code CLIENT CACHING} for the next command. */
    ByteBuf cachingCommand() {
        ByteBuf out = Unpooled.buffer();
        RespWriter.command(out, List.of("CLIENT", "CACHING", optIn ? "YES" : "NO"));
        return out;
    }

    /** These options after others that were set before: the prefixes add up. */
    TrackingOptions after(TrackingOptions before) {
        TreeSet<String> all = new TreeSet<>(before.prefixes);
        all.addAll(prefixes);
        return new TrackingOptions(broadcast, optIn, optOut, noLoop, redirect, List.copyOf(all));
    }

    /** Appends the reply to {@code CLIENT TRACKINGINFO} while tracking is on. */
    void writeInfo(Protocol protocol, boolean caching, boolean brokenRedirect, ByteBuf out) {
        List<String> flags = new ArrayList<>(List.of("on"));
        addIf(broadcast, "bcast", flags);
        addIf(optIn, "optin", flags);
        addIf(optIn && caching, "caching-yes", flags);
        addIf(optOut, "optout", flags);
        addIf(optOut && caching, "caching-no", flags);
        addIf(noLoop, "noloop", flags);
        addIf(brokenRedirect, "broken_redirect", flags);
        writeInfo(protocol, flags, redirect, prefixes, out);
    }

    /** Appends the reply to {@code CLIENT TRACKINGINFO} while tracking is off. */
    static void writeInfoOff(Protocol protocol, ByteBuf out) {
        writeInfo(protocol, List.of("off"), -1, List.of(), out);
    }

    private static void writeInfo(
            Protocol protocol, List<String> flags, long redirect, List<String> prefixes, ByteBuf out) {
        RespWriter.map(out, protocol, 3);
        RespWriter.bulk(out, "flags");
        RespWriter.set(out, protocol, flags.size());
        flags.forEach(flag -> RespWriter.bulk(out, flag));
        RespWriter.bulk(out, "redirect");
        RespWriter.integer(out, redirect);
        RespWriter.bulk(out, "prefixes");
        RespWriter.array(out, prefixes.size());
        prefixes.forEach(prefix -> RespWriter.bulk(out, prefix.getBytes(StandardCharsets.ISO_8859_1)));
    }

    private static void addIf(boolean wanted, String word, List<String> words) {
        if (wanted) {
            words.add(word);
        }
    }
}
