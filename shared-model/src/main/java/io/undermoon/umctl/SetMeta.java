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
 */
public record SetMeta(SetRepl roles, SetCluster slots) {
    private static final int NAME_LENGTH = 2;

    /** The message with the broker's view of a proxy. */
    public static SetMeta of(Proxy proxy) {
        return new SetMeta(SetRepl.of(proxy), SetCluster.of(proxy));
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
        out.addAll(rolesCommand.subList(NAME_LENGTH, rolesCommand.size()));
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
                SetCluster.parse(arguments.subList(rolesEnd, arguments.size())));
    }
}
