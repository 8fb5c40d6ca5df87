package io.undermoon.dev.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.undermoon.dev.clusterclient.Reply;
import io.undermoon.dev.clusterclient.UnexpectedReplyException;
import io.undermoon.dev.controlplane.ControlConnection;
import io.undermoon.metadata.HostPort;
import io.undermoon.umctl.MigrationProgress;
import io.undermoon.umctl.UmctlSyntaxException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Asks the source proxies of migrations how far they are. A proxy that cannot be asked is left out. */
final class SourceReports {
    private SourceReports() {}

    /** @param migrations as the broker's API lists them */
    static List<MigrationProgress> of(JsonNode migrations) {
        Set<String> proxies = new LinkedHashSet<>();
        migrations.forEach(migration -> {
            if (migration.has("keys_total")) {
                proxies.add(migration
                        .path("slot_range")
                        .path("tag")
                        .path("Migrating")
                        .path("src_proxy_address")
                        .asText());
            }
        });
        List<MigrationProgress> reports = new ArrayList<>();
        for (String proxy : proxies) {
            try {
                reports.addAll(ask(HostPort.parse(proxy)));
            } catch (IOException | IllegalArgumentException | UnexpectedReplyException | UmctlSyntaxException e) {
                // The broker's numbers remain.
            }
        }
        return reports;
    }

    private static List<MigrationProgress> ask(HostPort proxy) throws IOException {
        try (ControlConnection connection = ControlConnection.openLoggedIn(proxy)) {
            return Reply.items(connection.exchange(List.of("UMCTL", "MIGRATIONS"))).stream()
                    .map(Reply::texts)
                    .map(MigrationProgress::parse)
                    .toList();
        }
    }
}
