package io.undermoon.umctl;

import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A cursor over the arguments of a control message; every method that reads advances it. Not thread-safe. */
final class Arguments {
    private final List<String> arguments;
    private int position;

    Arguments(List<String> arguments) {
        this.arguments = arguments;
    }

    boolean hasNext() {
        return position < arguments.size();
    }

    int remaining() {
        return arguments.size() - position;
    }

    String peek() {
        return hasNext() ? arguments.get(position) : "";
    }

    String next(String what) {
        if (!hasNext()) {
            throw new UmctlSyntaxException("missing " + what + " after " + position + " arguments");
        }
        return arguments.get(position++);
    }

    /** Whether the next argument is one of the keywords, in any case; does not move. */
    boolean nextIs(String keyword) {
        return hasNext() && peek().equalsIgnoreCase(keyword);
    }

    Epoch nextEpoch() {
        String text = next("epoch");
        try {
            return Epoch.parse(text);
        } catch (IllegalArgumentException e) {
            throw new UmctlSyntaxException(e.getMessage(), e);
        }
    }

    /** The name of the cluster; absent if the argument is empty, as for a free proxy. */
    @Nullable
    ClusterName nextClusterName() {
        String text = next("cluster name");
        if (text.isEmpty()) {
            return null;
        }
        if (!ClusterName.isLegal(text)) {
            throw new UmctlSyntaxException(
                    UmctlSyntaxException.Kind.INVALID_CLUSTER_NAME, "cluster name '" + text + "'");
        }
        return new ClusterName(text);
    }

    ProxyAddress nextProxy() {
        String text = next("proxy address");
        try {
            return new ProxyAddress(text);
        } catch (IllegalArgumentException e) {
            throw new UmctlSyntaxException(e.getMessage(), e);
        }
    }

    NodeAddress nextNode() {
        String text = next("node address");
        try {
            return new NodeAddress(text);
        } catch (IllegalArgumentException e) {
            throw new UmctlSyntaxException(e.getMessage(), e);
        }
    }

    /** A count of groups of {@code width} arguments that follow; bounded by the number of remaining arguments. */
    int nextCount(String what, int width) {
        String text = next(what);
        try {
            int count = Integer.parseInt(text);
            if (count >= 0 && (long) count * width <= remaining()) {
                return count;
            }
        } catch (NumberFormatException e) {
            // Refused below, together with counts out of range.
        }
        throw new UmctlSyntaxException(
                what + " '" + text + "' is not a count of the " + remaining() + " arguments that follow");
    }
}
