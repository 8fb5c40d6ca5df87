package io.undermoon.proxy.stats;

/** The counters of a loop beside those of its commands. A gauge goes down as well as up. */
public enum Counter {
    CONNECTIONS_ACCEPTED,
    CONNECTIONS_REJECTED,
    /** Clients disconnected because clients held too much memory. */
    CLIENTS_EVICTED,
    /** A gauge. */
    CONNECTIONS_OPEN,
    /** Connections that the loops which serve clients have not taken in yet; a gauge. */
    CONNECTIONS_WAITING,
    /** Commands without a reply on shared connections to backends; a gauge. */
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
    /** Connections of clients at nodes that gave them the rights of the proxy's user. */
    UNRESTRICTED_LOGINS,
    /** Writes that were executed and not acknowledged by as many replicas as the cluster wants. */
    WRITES_WITHOUT_REPLICAS,
    /** Reads that were sent to a node without a lease. */
    STALE_READS,
    TLS_FAILURES,
    /** How long clients were not read from because of the limits of their users, all added up. */
    THROTTLED_BY_USER_NANOS,
    /** How long clients were not read from because of the limits of the cluster. */
    THROTTLED_BY_CLUSTER_NANOS
}
