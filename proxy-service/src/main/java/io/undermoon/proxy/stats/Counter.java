package io.undermoon.proxy.stats;

/** What a loop counts beside its commands. Those marked as levels go down as well as up. */
public enum Counter {
    CONNECTIONS_ACCEPTED,
    CONNECTIONS_REJECTED,
    /** A level. */
    CONNECTIONS_OPEN,
    /** Commands sent to a backend whose reply is not there yet; a level. */
    IN_FLIGHT,
    CLIENT_BYTES_IN,
    CLIENT_BYTES_OUT,
    BACKEND_BYTES_IN,
    BACKEND_BYTES_OUT,
    MOVED,
    FORWARDED_TO_PEER,
    PROTOCOL_ERRORS,
    BACKEND_CONNECT_FAILURES,
    BACKEND_CONNECTIONS_LOST,
    BACKEND_TIMEOUTS,
    TLS_FAILURES
}
