package io.undermoon.proxy.control.info;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.control.HandlerTable;
import io.undermoon.proxy.control.Replies;
import io.undermoon.proxy.control.nodes.NodeAdmin;
import io.undermoon.proxy.frame.CommandFrame;
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
 * have the names of Redis. What is about data is what the masters behind this proxy say together. One section is
 * specific to the proxy.
 */
public final class InfoCommand {
    private static final Set<String> EVERYTHING = Set.of("all", "everything");
    private static final String DEFAULT = "default";

    /** The sections with figures of the nodes. */
    private static final Set<String> OF_NODES = Set.of("memory", "persistence", "stats", "replication", "keyspace");

    /**
     * @param name in lower case
     * @param isDefault whether {@code INFO} without arguments shows the section
     */
    private record Section(String name, boolean isDefault, Writer writer) {
        /** A section about this proxy that is the same for all clients. */
        static Section own(String name, boolean isDefault, Consumer<InfoText> writer) {
            return new Section(name, isDefault, (text, client, nodes) -> writer.accept(text));
        }

        /** A section about the nodes. */
        static Section ofNodes(String name, BiConsumer<InfoText, NodeFigures> writer) {
            return new Section(name, true, (text, client, nodes) -> writer.accept(text, nodes));
        }

        boolean isOfNodes() {
            return OF_NODES.contains(name);
        }
    }

    /** Writes a section for a client. */
    private interface Writer {
        void write(InfoText text, Client client, NodeFigures nodes);
    }

    private final NodeAdmin nodes;
    private final NodeReports reports;
    private final List<Section> sections;

    public InfoCommand(InfoProcess process, InfoProxy proxy, NodeAdmin nodes, NodeReports reports) {
        this.nodes = nodes;
        this.reports = reports;
        this.sections = List.of(
                Section.own("server", true, process::server),
                Section.own("clients", true, process::clients),
                Section.ofNodes("memory", process::memory),
                Section.ofNodes("persistence", (text, figures) -> figures.persistence(text)),
                Section.ofNodes("stats", process::stats),
                new Section("replication", true, proxy::replication),
                Section.own("cpu", true, process::cpu),
                Section.own("commandstats", false, proxy::commandStats),
                Section.own("latencystats", false, proxy::latencyStats),
                Section.own("errorstats", true, proxy::errorStats),
                Section.own("cluster", true, proxy::cluster),
                Section.own("undermoon", true, proxy::undermoon),
                Section.ofNodes("keyspace", (text, figures) -> figures.keyspace(text)));
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
        List<Section> shown =
                sections.stream().filter(section -> isWanted(section, wanted)).toList();
        if (shown.stream().anyMatch(Section::isOfNodes)) {
            return reports.ask(client)
                    .thenApply(
                            figures -> Replies.of(reply -> Replies.text(client, text(shown, client, figures), reply)));
        }
        Replies.text(client, text(shown, client, NodeFigures.NONE), out);
        return null;
    }

    /** The text of all sections, as {@code INFO ALL} shows it to a client. */
    public CompletionStage<String> everything(Client client) {
        return reports.ask(client).thenApply(figures -> text(sections, client, figures));
    }

    private static String text(List<Section> sections, Client client, NodeFigures figures) {
        InfoText text = new InfoText();
        sections.forEach(section -> section.writer().write(text, client, figures));
        return text.toString();
    }

    private static boolean isWanted(Section section, Set<String> wanted) {
        return wanted.contains(section.name())
                || wanted.stream().anyMatch(EVERYTHING::contains)
                || section.isDefault() && (wanted.isEmpty() || wanted.contains(DEFAULT));
    }
}
