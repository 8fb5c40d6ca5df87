package io.undermoon.dev.plan;

import java.util.List;

/**
 * One process of the stack, before it exists.
 *
 * @param name unique in the stack; also the name of its log file
 * @param command program and arguments
 * @param listeners every port it will listen on
 * @param readiness how to know that it answers
 */
public record ServiceSpec(
        String name, ServiceKind kind, List<String> command, List<Listener> listeners, Readiness readiness) {
    public ServiceSpec {
        command = List.copyOf(command);
        listeners = List.copyOf(listeners);
    }

    /** A port on the loopback address and the protocol spoken there. */
    public record Listener(int port, String protocol) {}

    /** The condition under which a process counts as started: a check against one of its ports. */
    public record Readiness(Check check, int port) {
        /** How readiness is asked for. */
        public enum Check {
            /** The RESP command {@code PING} is answered with {@code PONG}. */
            PING,
            /** {@code GET /q/health/ready} is answered with status 200. */
            HEALTH
        }
    }
}
