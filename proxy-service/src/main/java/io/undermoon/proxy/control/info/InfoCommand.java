package io.undermoon.proxy.control.info;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.control.HandlerTable;
import io.undermoon.proxy.control.Replies;
import io.undermoon.proxy.control.nodes.Keyspace;
import io.undermoon.proxy.control.nodes.NodeAdmin;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.node.KeyspaceFigures;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code INFO [section …]} of the proxy, and {@code INFO NODES [section …]} of the Redis nodes. Sections and fields
 * have the names of Redis where they apply to a proxy; persistence does not, and is left out. One section is specific
 * to the proxy. The keyspace is that of the masters behind the proxy, which are asked.
 */
public final class InfoCommand {
    private static final Set<String> EVERYTHING = Set.of("all", "everything");
    private static final String DEFAULT = "default";

    /**
     * @param name in lower case
     * @param isDefault whether {@code INFO} without arguments shows the section
     */
    private record Section(String name, boolean isDefault, BiConsumer<InfoText, Client> writer) {
        /** A section that is the same for all clients. */
        static Section same(String name, boolean isDefault, Consumer<InfoText> writer) {
            return new Section(name, isDefault, (text, client) -> writer.accept(text));
        }
    }

    /** The last section, as in Redis; the nodes are asked for it. */
    private static final Section KEYSPACE = Section.same("keyspace", true, text -> {});

    private final NodeAdmin nodes;
    private final Keyspace keyspace;
    private final List<Section> sections;

    public InfoCommand(InfoProcess process, InfoProxy proxy, NodeAdmin nodes, Keyspace keyspace) {
        this.nodes = nodes;
        this.keyspace = keyspace;
        this.sections = List.of(
                Section.same("server", true, process::server),
                Section.same("clients", true, process::clients),
                Section.same("memory", true, process::memory),
                Section.same("stats", true, process::stats),
                new Section("replication", true, proxy::replication),
                Section.same("cpu", true, process::cpu),
                Section.same("commandstats", false, proxy::commandStats),
                Section.same("cluster", true, proxy::cluster),
                Section.same("undermoon", true, proxy::undermoon));
    }

    public void register(HandlerTable table) {
        table.later("info", this::info);
    }

    private @Nullable CompletionStage<ByteBuf> info(CommandFrame frame, Client client, ByteBuf out) {
        if (frame.argumentCount() > 1 && frame.argumentIs(1, NodeAdmin.NODES)) {
            return nodes.info(frame.arguments(2));
        }
        Set<String> wanted = frame.arguments(1).stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
        InfoText text = new InfoText();
        for (Section section : sections) {
            if (isWanted(section, wanted)) {
                section.writer().accept(text, client);
            }
        }
        if (isWanted(KEYSPACE, wanted)) {
            return keyspace.figures().thenApply(figures -> {
                addKeyspace(text, figures);
                return Replies.of(reply -> Replies.text(client, text.toString(), reply));
            });
        }
        Replies.text(client, text.toString(), out);
        return null;
    }

    /** As in Redis there is no line for an empty database. */
    private static void addKeyspace(InfoText text, KeyspaceFigures figures) {
        text.section("Keyspace");
        if (figures.keys() > 0) {
            text.field(
                    "db0",
                    "keys=" + figures.keys() + ",expires=" + figures.expires() + ",avg_ttl="
                            + figures.averageTtlMillis());
        }
    }

    private static boolean isWanted(Section section, Set<String> wanted) {
        return wanted.contains(section.name())
                || wanted.stream().anyMatch(EVERYTHING::contains)
                || section.isDefault() && (wanted.isEmpty() || wanted.contains(DEFAULT));
    }
}
