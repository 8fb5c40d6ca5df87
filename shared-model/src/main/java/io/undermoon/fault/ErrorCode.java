package io.undermoon.fault;

/**
 * The error codes of the control plane, by their names on the wire.
 *
 * <p>The HTTP status and the text {@code {"error":"CODE"}} follow the original broker's API; scripts match on both.
 */
public enum ErrorCode {
    INVALID_NODE_NUMBER(400),
    INVALID_CLUSTER_NAME(400),
    INVALID_MIGRATION_TASK(400),
    INVALID_PROXY_ADDRESS(400),
    INVALID_CONFIG(400),
    SLOTS_ALREADY_EVEN(400),
    MISSING_SERVER_PROXY_INDEX(400),
    /** The body, query or path cannot be read: not JSON, a wrong type, a number out of range. */
    INVALID_REQUEST(400),

    /** The caller proves no account. */
    UNAUTHORIZED(401),
    /** The role of the account does not suffice, or the request comes from a web page of another origin. */
    FORBIDDEN(403),
    /** The proxies of the cluster do not let the given user in, or the user may not do what was asked. */
    CLUSTER_USER_REFUSED(403),
    /** The console does not run this command. */
    COMMAND_NOT_TAKEN(403),

    CLUSTER_NOT_FOUND(404),
    PROXY_NOT_FOUND(404),
    FREE_NODE_NOT_FOUND(404),
    MIGRATION_TASK_NOT_FOUND(404),
    /** No proxy is registered on the host, or the host is not being drained. */
    HOST_NOT_FOUND(404),
    /** No operation has this id, or it ended so long ago that it is forgotten. */
    OPERATION_NOT_FOUND(404),
    /** No endpoint has this path. */
    PATH_NOT_FOUND(404),

    METHOD_NOT_ALLOWED(405),
    NOT_ACCEPTABLE(406),

    IN_USE(409),
    NO_AVAILABLE_RESOURCE(409),
    ALREADY_EXISTED(409),
    FREE_NODE_FOUND(409),
    NODE_NUM_ALREADY_ENOUGH(409),
    MIGRATION_RUNNING(409),
    /** The source of a migration did not answer the request to abort it, or refused. */
    MIGRATION_NOT_ABORTED(409),
    /** The operation has ended; there is nothing left to cancel. */
    OPERATION_ENDED(409),
    /** Neither the source nor the destination of a migration says that it has finished. */
    MIGRATION_NOT_FINISHED(409),
    INVALID_META_VERSION(409),
    EPOCH_SMALLER_THAN_CURRENT(409),
    /** Metadata has the epoch of the present one and other content. */
    EPOCH_CONFLICT(409),
    /** The metadata is older than that of the proxies, and they do not say for certain what is missing in it. */
    RECOVERY_UNDECIDED(409),
    /** A proxy, its nodes or metadata are those of another system than the broker's. */
    OTHER_INSTALLATION(409),
    PROXY_RESOURCE_OUT_OF_ORDER(409),
    ORDERED_PROXY_ENABLED(409),
    ONE_CLUSTER_ALREADY_EXISTED(409),
    NODE_NUMBER_CHANGING(409),
    RETRY(409),
    /** No proxy of the cluster gave a reply to the command that can be used. */
    NO_REPLY_OF_CLUSTER(409),

    PAYLOAD_TOO_LARGE(413),
    UNSUPPORTED_MEDIA_TYPE(415),

    PERSISTENCE_IO_ERROR(500),
    PERSISTENCE_JSON_ERROR(500),
    /** The storage of the metadata refuses or cannot be reached; nothing was changed. */
    EXTERNAL(500),
    /** The storage has never been given a version to compare with. */
    EMPTY_EXTERNAL_VERSION(500),
    PROXY_NOT_SYNC(500),
    INTERNAL_ERROR(500),

    /** The storage of the metadata did not answer in time; whether the change was made is unknown. */
    EXTERNAL_TIMEOUT(504);

    private final int httpStatus;

    ErrorCode(int httpStatus) {
        this.httpStatus = httpStatus;
    }

    /** The HTTP status of a reply that carries this code. */
    public int httpStatus() {
        return httpStatus;
    }
}
