package io.undermoon.proxy.backend;

import io.netty.util.NetUtil;
import io.undermoon.metadata.HostPort;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

/**
 * Resolves host names on threads of its own, because the look-up blocks. Each connection resolves anew, so a node may
 * change its IP address; IP addresses are not looked up.
 */
final class AddressResolver {
    private static final Executor RESOLVER = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "resolver");
        thread.setDaemon(true);
        return thread;
    });

    private AddressResolver() {}

    static CompletionStage<InetSocketAddress> resolve(HostPort address) {
        byte[] literal = NetUtil.createByteArrayFromIpAddressString(address.host());
        if (literal != null) {
            try {
                return CompletableFuture.completedFuture(
                        new InetSocketAddress(InetAddress.getByAddress(literal), address.port()));
            } catch (UnknownHostException e) {
                return CompletableFuture.failedFuture(e);
            }
        }
        return CompletableFuture.supplyAsync(() -> lookUp(address), RESOLVER);
    }

    private static InetSocketAddress lookUp(HostPort address) {
        try {
            return new InetSocketAddress(InetAddress.getByName(address.host()), address.port());
        } catch (UnknownHostException e) {
            throw new CompletionException("host " + address.host() + " is unknown", e);
        }
    }
}
