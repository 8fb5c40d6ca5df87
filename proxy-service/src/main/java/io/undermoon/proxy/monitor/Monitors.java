package io.undermoon.proxy.monitor;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.CommandFlag;
import io.undermoon.proxy.frame.CommandFrame;
import java.util.ArrayList;
import java.util.List;

/**
 * The clients in {@code MONITOR} mode on all loops. Each is shown the commands that the clients of this proxy send and
 * that are not refused, in the format of Redis; not administrative commands, and not what peers forward, which their
 * own proxy shows. Thread-safe.
 */
public final class Monitors {
    private volatile List<Monitor> monitors = List.of();
    private volatile boolean any;

    /** Whether there is a client to show commands to: one read of a field. */
    public boolean isAny() {
        return any;
    }

    /** Shows a command of a client to all monitors. */
    public void show(Client client, Command command, CommandFrame frame) {
        if (!command.has(CommandFlag.ADMIN)) {
            ByteBuf line = MonitorLine.of(client, command, frame);
            monitors.forEach(monitor -> monitor.show(line));
        }
    }

    synchronized void add(Monitor monitor) {
        List<Monitor> more = new ArrayList<>(monitors);
        more.add(monitor);
        monitors = List.copyOf(more);
        any = true;
    }

    synchronized void remove(Monitor monitor) {
        monitors = monitors.stream().filter(other -> other != monitor).toList();
        any = !monitors.isEmpty();
    }
}
