package io.undermoon.dev.check;

import io.undermoon.dev.clusterclient.ClientSettings;
import io.undermoon.dev.clusterclient.ClusterClient;
import io.undermoon.dev.clusterclient.Command;
import io.undermoon.dev.clusterclient.DirectClient;
import io.undermoon.dev.clusterclient.Observer;
import io.undermoon.dev.clusterclient.Reply;
import io.undermoon.dev.clusterclient.Topology;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.metadata.HostPort;
import io.undermoon.resp.RespValue;
import java.io.IOException;
import java.util.List;

/** Removes the keys of a run from every master. */
final class CleanUp {
    private static final String START = "0";
    private static final int SCAN_COUNT = 1000;

    private final ClientSettings settings;
    private final Topology topology;
    private final String pattern;

    CleanUp(ClientSettings settings, Topology topology, Keyspace keys) {
        this.settings = settings;
        this.topology = topology;
        this.pattern = keys.prefix() + "*";
    }

    /** @throws LaunchException if a master does not let its keys be listed */
    void run() {
        topology.refresh();
        try (DirectClient lister = new DirectClient(settings, topology, false);
                ClusterClient remover = new ClusterClient(settings, topology, Observer.NONE, 0)) {
            for (HostPort master : topology.masters()) {
                clean(master, lister, remover);
            }
        } catch (IOException e) {
            throw new LaunchException("keys " + pattern + " are left, as they cannot be listed: " + e.getMessage(), e);
        }
    }

    private void clean(HostPort master, DirectClient lister, ClusterClient remover) throws IOException {
        String cursor = START;
        do {
            List<RespValue> reply =
                    Reply.items(lister.ask(master, Command.of("SCAN", cursor, "MATCH", pattern, "COUNT", SCAN_COUNT)));
            cursor = Reply.text(reply.get(0));
            for (String key : Reply.texts(reply.get(1))) {
                remover.call(key, Command.of("UNLINK", key));
            }
        } while (!cursor.equals(START));
    }
}
