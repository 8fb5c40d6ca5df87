package io.undermoon.dev.cli;

import io.undermoon.dev.controlplane.BrokerApi;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.metadata.ProxyAddress;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code undermoon switchover}: moves the masters of a proxy away, so that it can be stopped. */
@Command(
        name = "switchover",
        mixinStandardHelpOptions = true,
        description = "Moves the masters of a proxy to the other half of its chunk without the loss of a write.")
final class SwitchoverCommand implements Callable<Integer> {
    @Mixin
    private BrokerTarget broker = new BrokerTarget();

    @Parameters(index = "0", paramLabel = "PROXY", description = "The proxy as host:port.")
    private String proxy = "";

    @Override
    public Integer call() {
        try {
            ProxyAddress address = new ProxyAddress(proxy);
            new BrokerApi(broker.address()).switchOver(address);
            System.out.println("The masters of " + address + " move to the other half of its chunk.");
            return 0;
        } catch (IOException e) {
            throw new LaunchException(String.valueOf(e.getMessage()), e);
        }
    }
}
