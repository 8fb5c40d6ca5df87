package io.undermoon.simulation.service;

import io.undermoon.metadata.Epoch;
import io.undermoon.proxy.topology.Topology;
import io.undermoon.simulation.redis.RedisServer;

/** Is told what proxies do. */
public interface ServiceObserver {
    /** A proxy has a new snapshot of its topology. */
    void tookMetadata(ProxyServer proxy, Topology now);

    /**
     * A proxy acknowledges a write.
     *
     * @param epoch of its metadata when it sent the write to the node
     */
    void acknowledged(ClientWrite write, ProxyServer proxy, RedisServer node, Epoch epoch);

    /** A broker cannot repair a chunk. */
    void notRepaired(String reason);

    /** A proxy has told a successor up to where it has to follow. */
    void steppedDown();

    /** A proxy has lost its lease, or has got one. */
    void leaseChanged();

    /** A proxy does not acknowledge a write, because the replicas do not have it in time. */
    void notReplicated();

    /** A proxy holds commands for slots that are about to be switched. */
    void holdsSlots(ProxyServer proxy);

    /** A proxy is killed while it does. */
    void killedWhileItHeldSlots();

    /** A proxy loses its lease while it does. */
    void leaseLostWhileItHeldSlots();

    /** A coordinator has renewed a lease. */
    void renewedByCoordinator();

    /** A proxy does not pass a reply on, because the lease was over. */
    void replyDropped();

    /** The storage has not said whether it has stored something. */
    void storageDidNotAnswer();
}
