package io.undermoon.client;

import io.undermoon.metadata.HostPort;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A fixed list of brokers, rotated to the one that answered last. */
final class LastAnsweredFirst implements BrokerOrder {
    private final List<HostPort> brokers;
    private volatile int first;

    LastAnsweredFirst(List<HostPort> brokers) {
        this.brokers = List.copyOf(brokers);
    }

    @Override
    public List<HostPort> candidates() {
        List<HostPort> order = new ArrayList<>(brokers);
        Collections.rotate(order, -first);
        return order;
    }

    @Override
    public void answered(HostPort broker) {
        first = brokers.indexOf(broker);
    }

    @Override
    public void failed(HostPort broker, String reason) {}
}
