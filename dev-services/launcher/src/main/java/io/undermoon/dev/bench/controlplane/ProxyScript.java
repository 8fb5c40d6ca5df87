package io.undermoon.dev.bench.controlplane;

import io.netty.buffer.ByteBuf;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.Role;
import io.undermoon.resp.RespWriter;
import io.undermoon.umctl.ClusterChange;
import io.undermoon.umctl.SetChange;
import io.undermoon.umctl.SetRepl;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a proxy answers to brokers and coordinators, whose nodes are always well. It takes the epoch and the roles of
 * metadata, and does not read the rest. Belongs to one event loop; epoch and address are for any thread.
 */
final class ProxyScript {
    private static final int SUBCOMMAND = 1;
    private static final int FIRST_ARGUMENT = 2;

    private final ProxyAddress address;
    private final Changes changes;
    private volatile long epoch;
    private SetRepl roles = new SetRepl(Epoch.ZERO, false, List.of());

    /** @param changes shared by all proxies of an event loop */
    ProxyScript(ProxyAddress address, Changes changes) {
        this.address = address;
        this.changes = changes;
    }

    ProxyAddress address() {
        return address;
    }

    /** Two addresses at which nobody listens. */
    List<NodeAddress> nodes() {
        return List.of(new NodeAddress("127.1.0.1:" + address.port()), new NodeAddress("127.1.0.2:" + address.port()));
    }

    /** Of the last metadata that it has taken; 0 before. */
    long epoch() {
        return epoch;
    }

    void answer(List<String> command, ByteBuf out) {
        switch (command.get(0).toUpperCase(Locale.ROOT)) {
            case "PING" -> RespWriter.simple(out, "PONG");
            case "UMCTL" -> answerControl(command, out);
            default -> RespWriter.error(out, "ERR unknown command '" + command.get(0) + "'");
        }
    }

    private void answerControl(List<String> command, ByteBuf out) {
        List<String> arguments = command.subList(FIRST_ARGUMENT, command.size());
        switch (command.get(SUBCOMMAND)) {
            case "GETEPOCH" -> RespWriter.integer(out, epoch);
            case "INFOMGR", "MIGRATIONS" -> RespWriter.array(out, 0);
            case "NODES" -> nodes(out);
            case "SETMETA" -> take(SetRepl.parse(arguments.subList(1, 1 + Integer.parseInt(arguments.get(0)))), out);
            case "SETCHANGE" -> change(arguments, out);
            default -> RespWriter.error(out, "Invalid sub command");
        }
    }

    private void change(List<String> arguments, ByteBuf out) {
        int count = Integer.parseInt(arguments.get(1));
        ClusterChange change = changes.parsed(arguments.get(2 + count));
        if (change.epoch().value() > epoch && !change.isWhole() && change.base().value() != epoch) {
            RespWriter.error(out, SetChange.UNKNOWN_BASE);
        } else if (count > 0) {
            take(SetRepl.parse(arguments.subList(2, 2 + count)), out);
        } else {
            take(new SetRepl(change.epoch(), false, roles.entries()), out);
        }
    }

    /** The change that was sent last, as most proxies get the same one. Belongs to one event loop. */
    static final class Changes {
        private String text = "";
        private @Nullable ClusterChange change;

        ClusterChange parsed(String newText) {
            ClusterChange known = change;
            if (known == null || !text.equals(newText)) {
                known = ClusterChange.parse(newText);
                text = newText;
                change = known;
            }
            return known;
        }
    }

    private void take(SetRepl message, ByteBuf out) {
        if (message.epoch().value() <= epoch) {
            RespWriter.error(out, "OLD_EPOCH");
            return;
        }
        roles = message;
        epoch = message.epoch().value();
        RespWriter.simple(out, "OK");
    }

    private void nodes(ByteBuf out) {
        RespWriter.array(out, roles.entries().size());
        for (SetRepl.Entry entry : roles.entries()) {
            boolean isMaster = entry.role() == Role.MASTER;
            String master = isMaster || entry.peers().isEmpty()
                    ? ""
                    : entry.peers().get(0).nodeAddress().value();
            RespWriter.command(
                    out,
                    List.of(
                            entry.node().value(),
                            entry.role().wireName(),
                            "up",
                            "0",
                            isMaster ? "none" : "up",
                            "0",
                            master,
                            isMaster ? "0" : "-1"));
        }
    }
}
