package io.undermoon.broker.rest;

import io.undermoon.broker.state.ClusterView;
import io.undermoon.broker.state.MetadataView;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.slot.SlotRange;
import io.undermoon.slot.SlotRanges;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The parsing of path, query and body values; a refusal names the value. */
final class Input {
    private static final Pattern DIGITS = Pattern.compile("[0-9]+");

    private Input() {}

    /** The name of a cluster that a request changes. */
    static ClusterName clusterName(String text) {
        return parse(text, ClusterName::new, ErrorCode.INVALID_CLUSTER_NAME);
    }

    /** A name to look up; empty if it is not a legal name. */
    static Optional<ClusterName> existingClusterName(String text) {
        return ClusterName.isLegal(text) ? Optional.of(new ClusterName(text)) : Optional.empty();
    }

    /** A cluster that must exist. */
    static ClusterView existingCluster(MetadataView view, String name) {
        return existingClusterName(name)
                .flatMap(view::cluster)
                .orElseThrow(() ->
                        new UndermoonException(ErrorCode.CLUSTER_NOT_FOUND, "there is no cluster '" + name + "'"));
    }

    /** The address of a proxy that registers. */
    static ProxyAddress proxyAddress(String text) {
        return parse(text, ProxyAddress::new, ErrorCode.INVALID_PROXY_ADDRESS);
    }

    /** An address to look up; empty if it is not a legal address. */
    static Optional<ProxyAddress> existingProxyAddress(String text) {
        try {
            return Optional.of(new ProxyAddress(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** The address of a proxy that must exist. */
    static ProxyAddress knownProxyAddress(String text) {
        return parse(text, ProxyAddress::new, ErrorCode.PROXY_NOT_FOUND);
    }

    /** A whole number from a path or query. */
    static long number(String name, String text) {
        try {
            if (DIGITS.matcher(text).matches()) {
                return Long.parseLong(text);
            }
        } catch (NumberFormatException e) {
            // Too large; refused below with what is no number.
        }
        throw new UndermoonException(
                ErrorCode.INVALID_REQUEST, name + " '" + text + "' is not a whole number from 0 to " + Long.MAX_VALUE);
    }

    /** A switch from a query. */
    static boolean flag(String name, String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default ->
                throw new UndermoonException(
                        ErrorCode.INVALID_REQUEST, name + " '" + text + "' is neither true nor false");
        };
    }

    /** Slots from a query, such as {@code 0-100,300}. */
    static SlotRanges slots(String text) {
        List<SlotRange> ranges = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            ranges.add(slotRange(part.trim()));
        }
        return new SlotRanges(ranges);
    }

    private static SlotRange slotRange(String text) {
        int dash = text.indexOf('-');
        try {
            int start = Integer.parseInt(dash < 0 ? text : text.substring(0, dash));
            int end = dash < 0 ? start : Integer.parseInt(text.substring(dash + 1));
            return SlotRange.between(start, end);
        } catch (IllegalArgumentException e) {
            throw new UndermoonException(
                    ErrorCode.INVALID_REQUEST, "slots '" + text + "' are not <start>-<end> within 0-16383", e);
        }
    }

    /** A required body. */
    static <T> T body(@Nullable T body) {
        if (body == null) {
            throw new UndermoonException(ErrorCode.INVALID_REQUEST, "the request needs a JSON body");
        }
        return body;
    }

    /** A required member of the body. */
    static <T> T member(String name, @Nullable T value) {
        if (value == null) {
            throw new UndermoonException(ErrorCode.INVALID_REQUEST, "field '" + name + "' is missing");
        }
        return value;
    }

    /** A required address of a node. */
    static NodeAddress nodeAddress(String name, @Nullable String text) {
        if (text == null) {
            throw new UndermoonException(ErrorCode.INVALID_REQUEST, "'" + name + "' is missing, expected host:port");
        }
        try {
            return new NodeAddress(text);
        } catch (IllegalArgumentException e) {
            throw new UndermoonException(ErrorCode.INVALID_REQUEST, "'" + name + "': " + e.getMessage(), e);
        }
    }

    /** One page of a listing; without a limit it ends with the list. */
    static <T> List<T> page(List<T> all, @Nullable String offset, @Nullable String limit) {
        long from = offset == null ? 0 : number("offset", offset);
        long size = limit == null ? all.size() : number("limit", limit);
        return all.stream().skip(from).limit(size).toList();
    }

    private static <T> T parse(String text, Function<String, T> parse, ErrorCode code) {
        try {
            return parse.apply(text);
        } catch (IllegalArgumentException e) {
            throw new UndermoonException(code, String.valueOf(e.getMessage()), e);
        }
    }
}
