package io.undermoon.umctl;

import io.undermoon.metadata.Proxy;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code UMCTL SETMETA}: {@link SetRepl} and {@link SetCluster} in one message, so that a proxy never has the roles of
 * one epoch with the slots of another. An extension of this project: the original's proxies answer
 * {@code Invalid sub command}.
 *
 * <pre>
 * UMCTL SETMETA &lt;n&gt; &lt;n arguments of SETREPL&gt; &lt;arguments of SETCLUSTER&gt;
 * </pre>
 *
 * The flags of the first part may contain the word {@code LEASE}.
 *
 * @param leases whether the proxy may serve by this metadata only while it holds a lease
 */
public record SetMeta(SetRepl roles, SetCluster slots, boolean leases) {
    private static final int NAME_LENGTH = 2;
    private static final int FLAGS = 1;

    /** A message of somebody who grants no leases. */
    public SetMeta(SetRepl roles, SetCluster slots) {
        this(roles, slots, false);
    }

    /**
     * The message with the broker's view of a proxy.
     *
     * @param leases whether the proxy needs a lease to serve by it
     */
    public static SetMeta of(Proxy proxy, boolean leases) {
        return new SetMeta(SetRepl.of(proxy), SetCluster.of(proxy), leases);
    }

    /**
     * The whole command, {@code UMCTL} included.
     *
     * @param compress whether the slots are sent in the compressed form
     */
    public List<String> toCommand(boolean compress) {
        List<String> rolesCommand = roles.toCommand();
        List<String> slotsCommand = compress ? slots.toCompressedCommand() : slots.toCommand();
        List<String> out = new ArrayList<>(rolesCommand.size() + slotsCommand.size());
        out.add("UMCTL");
        out.add("SETMETA");
        out.add(Integer.toString(rolesCommand.size() - NAME_LENGTH));
        int rolesStart = out.size();
        out.addAll(rolesCommand.subList(NAME_LENGTH, rolesCommand.size()));
        if (leases) {
            out.set(rolesStart + FLAGS, Flags.withLeases(out.get(rolesStart + FLAGS)));
        }
        out.addAll(slotsCommand.subList(NAME_LENGTH, slotsCommand.size()));
        return out;
    }

    /**
     * Reads the arguments that follow {@code UMCTL SETMETA}.
     *
     * @throws UmctlSyntaxException if they do not follow the grammar
     */
    public static SetMeta parse(List<String> arguments) {
        int rolesEnd = 1 + new Arguments(arguments).nextCount("number of arguments of SETREPL", 1);
        return new SetMeta(
                SetRepl.parse(arguments.subList(1, rolesEnd)),
                SetCluster.parse(arguments.subList(rolesEnd, arguments.size())),
                Flags.saysLeases(arguments.get(1 + FLAGS)));
    }
}
