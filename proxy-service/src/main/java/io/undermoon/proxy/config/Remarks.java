package io.undermoon.proxy.config;

import io.undermoon.proxy.session.SessionSettings;
import java.util.ArrayList;
import java.util.List;

/** Warnings about a configuration that is valid but probably not what was meant. */
public final class Remarks {
    private Remarks() {}

    public static List<String> of(ProxySettings settings) {
        ProxyConfig config = settings.config();
        List<String> remarks = new ArrayList<>();
        if (config.maxRedirections() == 0) {
            remarks.add(
                    "undermoon.max_redirections=0, once 'without limit', means " + SessionSettings.MAX_REDIRECTIONS);
        }
        if (config.activeRedirection() && config.maxRedirections() == 1) {
            remarks.add("undermoon.max_redirections=1 would let no command be redirected; it is taken for 2");
        }
        if (config.splitTransactions() && !config.activeRedirection()) {
            remarks.add("undermoon.split_transactions has no effect without undermoon.active_redirection");
        }
        String host = settings.self().host();
        if (host.equals("0.0.0.0") || host.equals("::")) {
            remarks.add("others cannot reach this proxy at " + host + "; set undermoon.announce_address");
        }
        if (config.brokerAddress().isPresent() && config.nodeAddresses().isEmpty()) {
            remarks.add("without undermoon.node_addresses the proxy does not register with the broker");
        }
        if (config.usersFile().isPresent() && config.controlSecret().isEmpty()) {
            remarks.add(
                    "without undermoon.control_secret the other proxies are user 'default' here, and every user with "
                            + "the right to UMCTL can change the cluster");
        }
        return remarks;
    }
}
