package io.undermoon.umctl;

import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.ProxyAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code UMCTL SETCHANGE}: what has changed in the cluster of a proxy. An extension of this project: the original's
 * proxies answer {@code Invalid sub command}.
 *
 * <pre>
 * UMCTL SETCHANGE &lt;proxy_address&gt; &lt;n&gt; &lt;n arguments of SETREPL&gt; &lt;change&gt; [LEASE]
 * </pre>
 *
 * <p>A proxy with other metadata than what is changed answers {@code -UNKNOWN_BASE …}, and gets it whole then.
 *
 * @param self the address of the proxy in the metadata
 * @param roles of its nodes; absent if they are those that it has, and n is 0
 * @param leases whether the proxy needs a lease to serve by it
 */
public record SetChange(ProxyAddress self, @Nullable SetRepl roles, ClusterChange change, boolean leases) {
    /** Begins the error of a proxy that has not got what is to be changed. */
    public static final String UNKNOWN_BASE = "UNKNOWN_BASE";

    private static final String LEASE = "LEASE";

    /**
     * The whole command, {@code UMCTL} included.
     *
     * @param roles arguments of {@code SETREPL}; none if they are those that the proxy has
     * @param change the text of a {@link ClusterChange}
     * @param leases whether the proxy needs a lease to serve by it
     */
    public static List<String> toCommand(ProxyAddress self, List<String> roles, String change, boolean leases) {
        List<String> out = new ArrayList<>(roles.size() + 6);
        out.add("UMCTL");
        out.add("SETCHANGE");
        out.add(self.value());
        out.add(Integer.toString(roles.size()));
        out.addAll(roles);
        out.add(change);
        if (leases) {
            out.add(LEASE);
        }
        return out;
    }

    /**
     * Reads the arguments that follow {@code UMCTL SETCHANGE}.
     *
     * @throws UmctlSyntaxException if they do not follow the grammar
     */
    public static SetChange parse(List<String> arguments) {
        Arguments in = new Arguments(arguments);
        ProxyAddress self = in.nextProxy();
        int count = in.nextCount("number of arguments of SETREPL", 1);
        SetRepl roles = count == 0 ? null : SetRepl.parse(arguments.subList(2, 2 + count));
        List<String> rest = arguments.subList(2 + count, arguments.size());
        ClusterChange change = ClusterChange.parse(new Arguments(rest).next("change"));
        boolean leases = rest.size() > 1 && rest.get(1).equalsIgnoreCase(LEASE);
        if (roles == null && change.isWhole()) {
            throw new UmctlSyntaxException("the roles are missing in a whole content");
        }
        return new SetChange(self, roles, change, leases);
    }

    public Epoch epoch() {
        return change.epoch();
    }
}
