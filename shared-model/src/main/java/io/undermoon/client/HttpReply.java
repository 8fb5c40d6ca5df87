package io.undermoon.client;

import io.undermoon.json.Json;
import io.undermoon.metadata.HostPort;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A complete reply with any status.
 *
 * @param request method and path, for messages
 * @param body decompressed
 * @param installation that the broker belongs to; absent if it does not say so
 * @param isStale whether the broker says that it does not reach the storage of its metadata
 */
public record HttpReply(
        String request,
        HostPort address,
        int status,
        byte[] body,
        @Nullable String installation,
        boolean isStale) {
    /** Header of replies of a broker that does not reach its storage: since when, in ISO 8601. */
    public static final String STALE_SINCE = "Undermoon-Stale-Since";

    public boolean isSuccess() {
        return status >= 200 && status < 300;
    }

    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    /**
     * The body as a value, read with the JSON mapper of the project.
     *
     * @throws BrokerHttpException if the status is not 200, or the body is not such a value or null
     */
    public <T> T read(Class<T> type) throws BrokerHttpException {
        if (status != 200) {
            throw refusal();
        }
        String problem = "null";
        try {
            T value = Json.mapper().readValue(body, type);
            if (value != null) {
                return value;
            }
        } catch (IOException e) {
            problem = String.valueOf(e.getMessage());
        }
        throw BrokerHttpException.unreadable(this, problem);
    }

    /** This reply as a failure, for a status that the caller does not expect. */
    public BrokerHttpException refusal() {
        return BrokerHttpException.refusal(this);
    }
}
