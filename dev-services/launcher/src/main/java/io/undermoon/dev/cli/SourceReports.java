package io.undermoon.dev.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.undermoon.dev.clusterclient.ClientSettings;
import io.undermoon.dev.clusterclient.Command;
import io.undermoon.dev.clusterclient.NodeConnection;
import io.undermoon.dev.clusterclient.Reply;
import io.undermoon.dev.clusterclient.UnexpectedReplyException;
import io.undermoon.dev.controlplane.ControlConnection;
import io.undermoon.metadata.HostPort;
import io.undermoon.resp.RespValue;
import io.undermoon.umctl.MigrationProgress;
import io.undermoon.umctl.ProxyLogin;
import io.undermoon.umctl.UmctlSyntaxException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Asks the source proxies of migrations how far they are. A proxy that cannot be asked is left out. */
final class SourceReports {
    private static final Duration TIMEOUT = Duration.ofSeconds(1);

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
        ClientSettings settings = new ClientSettings(List.of(proxy), null, TIMEOUT, true);
        try (NodeConnection connection = NodeConnection.open(proxy, settings, false)) {
            List<Command> commands = new ArrayList<>();
            List<ProxyLogin.Attempt> attempts = ControlConnection.login().attempts();
            if (!attempts.isEmpty()) {
                commands.add(Command.of(attempts.get(0).command().toArray()));
            }
            commands.add(Command.of("UMCTL", "MIGRATIONS"));
            List<RespValue> replies = connection.exchange(commands);
            return Reply.items(replies.get(replies.size() - 1)).stream()
                    .map(Reply::texts)
                    .map(MigrationProgress::parse)
                    .toList();
        }
    }
}
