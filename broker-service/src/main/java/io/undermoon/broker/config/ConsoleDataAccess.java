package io.undermoon.broker.config;

import io.undermoon.config.Loopback;

/**
 * Whether data of clusters can be had by the API. A broker that others than this machine can call without an account
 * would be a way to data for whoever reaches it and not the proxies, so there it has to be asked for.
 */
public record ConsoleDataAccess(boolean isOn) {
    static ConsoleDataAccess of(BrokerConfig config, String listenHost) {
        boolean isClosed = config.accountsFile().isPresent() || Loopback.isLoopback(listenHost);
        return new ConsoleDataAccess(
                config.console() && config.consoleDataAccess().orElse(isClosed));
    }
}
