package io.undermoon.dev.cli.migrations;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.undermoon.dev.cli.options.Calls;
import io.undermoon.dev.clusterclient.Reply;
import io.undermoon.dev.clusterclient.UnexpectedReplyException;
import io.undermoon.dev.controlplane.ServiceQueries;
import io.undermoon.json.Json;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.umctl.MigrationProgress;
import io.undermoon.umctl.UmctlSyntaxException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Asks the source proxies of migrations how far they are, which is newer than what the broker knows. A proxy that
 * cannot be asked is left out.
 */
final class SourceReports {
    private static final List<String> RUNNING = List.of("UMCTL", "MIGRATIONS");
    private static final List<String> ENDED = List.of("UMCTL", "MIGRATIONS", "ENDED");

    private final ServiceQueries proxies;

    SourceReports(ServiceQueries proxies) {
        this.proxies = proxies;
    }

    /** The list with what the sources of the migrations that run say themselves. */
    JsonNode newer(JsonNode migrations) {
        Set<HostPort> sources = new LinkedHashSet<>();
        migrations.forEach(migration -> {
            if (!migration.path("state").asText().equals("waiting")) {
                source(migration).ifPresent(sources::add);
            }
        });
        if (sources.isEmpty()) {
            return migrations;
        }
        List<MigrationProgress> reports = ask(sources, RUNNING);
        ArrayNode list = Calls.array();
        migrations.forEach(migration -> list.add(with(migration, reports)));
        return list;
    }

    /** What the proxies know of migrations from them that have ended. */
    List<MigrationProgress> ended(Collection<HostPort> sources) {
        return sources.isEmpty() ? List.of() : ask(sources, ENDED);
    }

    /** The source proxy of a migration as the broker lists it; empty if it has none. */
    static Optional<HostPort> source(JsonNode migration) {
        String address = migration
                .path("slot_range")
                .path("tag")
                .path("Migrating")
                .path("src_proxy_address")
                .asText();
        try {
            return Optional.of(HostPort.parse(address));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** The slots with their tag, which tell migrations apart. */
    static String key(TaggedSlots slots) {
        return Json.mapper().valueToTree(slots).toString();
    }

    private static JsonNode with(JsonNode migration, List<MigrationProgress> reports) {
        String key = migration.path("slot_range").toString();
        for (MigrationProgress report : reports) {
            if (report.side() == MigrationProgress.Side.SOURCE
                    && key(report.task()).equals(key)
                    && migration instanceof ObjectNode entry) {
                return entry.deepCopy()
                        .put("state", report.state().name().toLowerCase(Locale.ROOT))
                        .put("keys_scanned", report.keysScanned())
                        .put("keys_total", report.keysTotal())
                        .put("keys_copied", report.keysCopied())
                        .put("bytes_copied", report.bytesCopied())
                        .put("keys_dirty", report.keysDirty())
                        .put("bytes_per_second", report.bytesPerSecond())
                        .put("longest_hold_us", report.longestHoldUs())
                        .put("writers_held_us", report.writersHeldUs())
                        .put("error", report.error());
            }
        }
        return migration;
    }

    private List<MigrationProgress> ask(Collection<HostPort> sources, List<String> question) {
        List<MigrationProgress> reports = new ArrayList<>();
        proxies.ask(sources, List.of(question)).values().forEach(answer -> {
            try {
                Reply.items(answer.reply(0)).stream()
                        .map(Reply::texts)
                        .map(MigrationProgress::parse)
                        .forEach(reports::add);
            } catch (UnexpectedReplyException | UmctlSyntaxException e) {
                // The broker's numbers remain.
            }
        });
        return reports;
    }
}
