package io.undermoon.client;

import io.undermoon.metadata.HostPort;
import java.util.List;

/** The order in which the brokers are asked. Thread-safe. */
public interface BrokerOrder {
    /** All brokers, the first one to be asked first. */
    List<HostPort> candidates();

    /** Called after each answer with a status below 500. */
    void answered(HostPort broker);

    /** Called after each request that had no such answer. */
    void failed(HostPort broker, String reason);

    /**
     * The broker that answered last, then those after it in the list.
     *
     * @param brokers at least one
     */
    static BrokerOrder lastAnsweredFirst(List<HostPort> brokers) {
        return new LastAnsweredFirst(brokers);
    }
}
