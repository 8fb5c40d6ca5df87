package io.undermoon.dev.check;

import io.undermoon.dev.clusterclient.ClusterClient;
import io.undermoon.dev.clusterclient.Command;
import io.undermoon.dev.clusterclient.Outcome;
import io.undermoon.resp.RespValue;
import java.time.Duration;
import java.util.Optional;

/** Reads as any client would; while the cluster is not whole, reads are tried again for a while. */
final class MasterView implements View {
    private final ClusterClient client;
    private final Findings findings;
    private final Deadline deadline;

    MasterView(ClusterClient client, Findings findings, Duration settleTimeout) {
        this.client = client;
        this.findings = findings;
        this.deadline = new Deadline(settleTimeout);
    }

    @Override
    public Optional<RespValue> read(String key, Command command) {
        while (true) {
            Outcome outcome = client.call(key, command);
            if (outcome instanceof Outcome.Acknowledged acknowledged) {
                return Optional.of(acknowledged.reply());
            }
            if (deadline.hasPassed()) {
                findings.add("reading", key, "cannot be read: " + outcome);
                return Optional.empty();
            }
            Deadline.pause();
        }
    }
}
