package io.undermoon.coordinator.proxy;

import io.undermoon.client.RespClientException;
import io.undermoon.client.RespClientException.Reason;
import io.undermoon.coordinator.port.ProxyControl;
import io.undermoon.coordinator.port.ProxyControl.NodeHealth;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.MigrationTask;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.Role;
import io.undermoon.resp.RespValue;
import io.undermoon.umctl.FinishedMigration;
import io.undermoon.umctl.MigrationProgress;
import io.undermoon.umctl.UmctlSyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Parses the replies of proxies to control commands. */
final class ProxyReplies {
    private static final Logger LOG = Logger.getLogger(ProxyReplies.class);

    private ProxyReplies() {}

    /** {@code :epoch}; empty for any other reply, such as an error because the command requires a login. */
    static Optional<Epoch> epoch(RespValue reply) {
        return reply instanceof RespValue.Int number && number.value() >= 0
                ? Optional.of(new Epoch(number.value()))
                : Optional.empty();
    }

    /** {@code token epoch alone}, and more for people; empty for an error, such as that the command is not known. */
    static Optional<ProxyControl.Lease> lease(RespValue reply) {
        boolean isLease = reply instanceof RespValue.Array array
                && array.items().size() >= 3
                && array.items().get(1) instanceof RespValue.Int epoch
                && epoch.value() >= 0;
        if (!isLease) {
            return Optional.empty();
        }
        List<String> fields = texts(reply);
        return Optional.of(new ProxyControl.Lease(
                fields.get(0),
                new Epoch(Long.parseLong(fields.get(1))),
                fields.get(2).equals("1")));
    }

    /**
     * One array per node: {@code address role(master|replica) state(up|down|refused) millisSinceLastSuccess link offset
     * master replicaSilentSeconds restart}; older proxies do not have the last three. Empty for an error, as proxies of
     * the original do not know the command. A row that cannot be parsed is left out: it must not fail the probe.
     */
    static List<NodeHealth> nodes(ProxyAddress proxy, RespValue reply) {
        List<NodeHealth> nodes = new ArrayList<>();
        if (reply instanceof RespValue.Array rows) {
            for (RespValue row : rows.items()) {
                try {
                    nodes.add(node(texts(row)));
                } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
                    LOG.warnf("Row of UMCTL NODES not parsed: proxy=%s row=%s reason=%s", proxy, row, e.getMessage());
                }
            }
        }
        return nodes;
    }

    private static NodeHealth node(List<String> fields) {
        boolean isRefused = fields.get(2).equalsIgnoreCase("refused");
        return new NodeHealth(
                new NodeAddress(fields.get(0)),
                Role.parse(fields.get(1)),
                !fields.get(2).equalsIgnoreCase("down") && !isRefused,
                isRefused,
                Duration.ofMillis(Long.parseLong(fields.get(3))),
                fields.size() > 4 && fields.get(4).equalsIgnoreCase("up"),
                fields.size() > 6 && !fields.get(6).isEmpty() ? new NodeAddress(fields.get(6)) : null,
                fields.size() > 7 ? Long.parseLong(fields.get(7)) : -1,
                fields.size() > 8 && fields.get(8).equalsIgnoreCase("outdated"));
    }

    /** An array with one line per task. One line that cannot be parsed fails the whole reply. */
    static List<MigrationTask> finishedMigrations(RespValue reply) {
        if (reply instanceof RespValue.Failure failure) {
            throw new RespClientException(Reason.REFUSED, "UMCTL INFOMGR: " + failure.text());
        }
        try {
            return texts(reply).stream().map(FinishedMigration::parse).toList();
        } catch (UmctlSyntaxException | IllegalArgumentException e) {
            throw new RespClientException(Reason.PROTOCOL, "UMCTL INFOMGR: " + e.getMessage(), e);
        }
    }

    /**
     * One array of names and values per migration. Empty for an error: the original's proxies do not know the command.
     * A row that cannot be parsed is left out.
     */
    static List<MigrationProgress> progress(ProxyAddress proxy, RespValue reply) {
        List<MigrationProgress> progress = new ArrayList<>();
        if (reply instanceof RespValue.Array rows) {
            for (RespValue row : rows.items()) {
                try {
                    progress.add(MigrationProgress.parse(texts(row)));
                } catch (UmctlSyntaxException | IllegalArgumentException e) {
                    LOG.debugf(
                            "Row of UMCTL MIGRATIONS not parsed: proxy=%s row=%s reason=%s",
                            proxy, row, e.getMessage());
                }
            }
        }
        return progress;
    }

    private static List<String> texts(RespValue value) {
        if (!(value instanceof RespValue.Array array)) {
            throw new IllegalArgumentException("not an array: " + value);
        }
        return array.items().stream().map(RespValue::asText).toList();
    }
}
