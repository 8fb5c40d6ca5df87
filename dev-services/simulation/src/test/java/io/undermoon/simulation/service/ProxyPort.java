package io.undermoon.simulation.service;

import io.undermoon.client.RespClientException;
import io.undermoon.client.RespClientException.Reason;
import io.undermoon.coordinator.port.ProxyControl;
import io.undermoon.metadata.Proxy;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.simulation.world.Network;
import io.undermoon.simulation.world.SimProcess;
import io.undermoon.simulation.world.World;
import java.util.function.Function;

/** The proxies as a coordinator calls them, without RESP. */
public final class ProxyPort implements ProxyControl {
    private static final long PROBE_TIMEOUT = 500 * World.MILLI;
    private static final long TIMEOUT = 2 * World.SECOND;

    private final Network network;
    private final SimProcess coordinator;
    private final Function<ProxyAddress, ProxyServer> proxies;

    public ProxyPort(Network network, SimProcess coordinator, Function<ProxyAddress, ProxyServer> proxies) {
        this.network = network;
        this.coordinator = coordinator;
        this.proxies = proxies;
    }

    private <T> T call(ProxyAddress address, long timeout, Function<ProxyServer, T> command) {
        ProxyServer proxy = proxies.apply(address);
        return network.call(
                coordinator,
                proxy.process(),
                timeout,
                () -> command.apply(proxy),
                failure -> new RespClientException(
                        failure == Network.Failure.REFUSED ? Reason.UNREACHABLE : Reason.TIMEOUT, "simulated"));
    }

    @Override
    public Probe probe(ProxyAddress proxy) {
        return call(proxy, PROBE_TIMEOUT, ProxyServer::probe);
    }

    @Override
    public PushOutcome push(Proxy metadata, boolean leases) {
        return call(metadata.address(), TIMEOUT, proxy -> proxy.take(metadata, leases));
    }

    @Override
    public Lease renew(ProxyAddress proxy, String token) {
        return call(proxy, PROBE_TIMEOUT, server -> server.renew(token));
    }

    @Override
    public Migrations migrations(ProxyAddress proxy) {
        return call(proxy, TIMEOUT, ProxyServer::migrations);
    }
}
