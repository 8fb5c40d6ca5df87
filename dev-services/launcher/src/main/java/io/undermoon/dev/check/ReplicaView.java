package io.undermoon.dev.check;

import io.undermoon.dev.clusterclient.Command;
import io.undermoon.dev.clusterclient.DirectClient;
import io.undermoon.resp.RespValue;
import java.io.IOException;
import java.util.Optional;

/** Reads from one replica of each master; where a master has fewer, nothing is read. */
final class ReplicaView implements View {
    private final DirectClient client;
    private final int replica;
    private final Findings findings;

    ReplicaView(DirectClient client, int replica, Findings findings) {
        this.client = client;
        this.replica = replica;
        this.findings = findings;
    }

    @Override
    public Optional<RespValue> read(String key, Command command) {
        try {
            return client.askReplica(replica, key, command);
        } catch (IOException e) {
            findings.add("reading", key, "cannot be read: " + e.getMessage());
            return Optional.empty();
        }
    }
}
