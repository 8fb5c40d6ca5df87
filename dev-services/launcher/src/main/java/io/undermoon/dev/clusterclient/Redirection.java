package io.undermoon.dev.clusterclient;

import io.undermoon.metadata.HostPort;
import io.undermoon.resp.RespValue;
import io.undermoon.resp.RespValue.Failure;
import java.util.List;
import java.util.Optional;

/**
 * An error that a cluster client follows instead of returning it.
 *
 * @param address where to go; where the answer came from for {@link Kind#TRYAGAIN}
 */
public record Redirection(Kind kind, HostPort address) {
    /** The redirections of Redis Cluster. */
    public enum Kind {
        /** The slot belongs to another node. */
        MOVED,
        /** This command alone is for another node. */
        ASK,
        /** Some keys of the command are here and some elsewhere, for the moment. */
        TRYAGAIN
    }

    /** The redirection in the replies to a command or a transaction; a transaction that was executed holds none. */
    static Optional<Redirection> in(List<RespValue> replies, HostPort from) {
        if (!(replies.get(replies.size() - 1) instanceof Failure)) {
            return Optional.empty();
        }
        return replies.stream()
                .filter(Failure.class::isInstance)
                .map(reply -> parse(((Failure) reply).text(), from))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static Optional<Redirection> parse(String error, HostPort from) {
        String[] words = error.split(" ");
        return switch (words[0]) {
            case "MOVED" -> Optional.of(new Redirection(Kind.MOVED, address(words, from)));
            case "ASK" -> Optional.of(new Redirection(Kind.ASK, address(words, from)));
            case "TRYAGAIN" -> Optional.of(new Redirection(Kind.TRYAGAIN, from));
            default -> Optional.empty();
        };
    }

    /** An empty host is the one that answered. */
    private static HostPort address(String[] words, HostPort from) {
        if (words.length < 3) {
            throw new UnexpectedReplyException("redirection without an address: " + String.join(" ", words));
        }
        String address = words[2];
        try {
            return HostPort.parse(address.startsWith(":") ? from.host() + address : address);
        } catch (IllegalArgumentException e) {
            throw new UnexpectedReplyException("redirection to nowhere: " + e.getMessage());
        }
    }
}
