package io.undermoon.dev.bench;

import io.undermoon.dev.os.CpuTime;
import io.undermoon.metadata.HostPort;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A server that is put under load.
 *
 * @param pid its process on this machine, if known: without it nothing is said of its CPU time
 * @param node the redis-server that executes its commands, if known
 */
public record LoadTarget(String name, HostPort address, OptionalLong pid, Optional<NodeLoad.Node> node) {
    /** Without a node. */
    public LoadTarget(String name, HostPort address, OptionalLong pid) {
        this(name, address, pid, Optional.empty());
    }

    /** Reads {@code host:port} or {@code host:port@pid}. */
    public static LoadTarget parse(String text) {
        int at = text.indexOf('@');
        if (at < 0) {
            return new LoadTarget(text, HostPort.parse(text), OptionalLong.empty());
        }
        String address = text.substring(0, at);
        try {
            return new LoadTarget(
                    address, HostPort.parse(address), OptionalLong.of(Long.parseLong(text.substring(at + 1))));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' does not end with @ and the id of a process", e);
        }
    }

    /** The CPU time of its process so far; always zero if the process is not known. */
    Duration cpu() {
        return pid.isPresent() ? CpuTime.of(pid.getAsLong()) : Duration.ZERO;
    }
}
