package io.undermoon.proxy.command;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What to type instead of the commands by which people, and {@code redis-cli --cluster}, change the nodes and slots of
 * a Redis Cluster.
 */
enum ControlPlaneAdvice {
    SLOTS(
            "move slots with 'undermoon reshard' or 'undermoon rebalance', create a cluster with"
                    + " 'undermoon clusters create'",
            "cluster|addslots cluster|addslotsrange cluster|delslots cluster|delslotsrange cluster|flushslots"
                    + " cluster|migration cluster|setslot restore-asking"),
    JOIN(
            "proxies register themselves; create a cluster with 'undermoon clusters create', add nodes with 'undermoon"
                    + " scale'",
            "cluster|meet"),
    LEAVE(
            "take nodes out with 'undermoon scale', empty a host with 'undermoon hosts drain', delete a cluster with"
                    + " 'undermoon clusters delete'",
            "cluster|forget cluster|reset"),
    ROLES(
            "change roles with 'undermoon switchover', have more copies with 'undermoon clusters config'",
            "cluster|replicate failover replicaof slaveof"),
    EPOCHS(
            "epochs and failures are the broker's, see 'undermoon doctor'",
            "cluster|bumpepoch cluster|count-failure-reports cluster|saveconfig cluster|set-config-epoch");

    private static final Map<String, ControlPlaneAdvice> BY_NAME = byName();

    private final String text;
    private final String names;

    ControlPlaneAdvice(String text, String names) {
        this.text = text;
        this.names = names;
    }

    /** The words for the end of an error. */
    static String instead(String name) {
        ControlPlaneAdvice advice = BY_NAME.get(name);
        String api = "use the HTTP API of the broker";
        return advice == null ? api : advice.text + ", or " + api;
    }

    private static Map<String, ControlPlaneAdvice> byName() {
        Map<String, ControlPlaneAdvice> byName = new LinkedHashMap<>();
        for (ControlPlaneAdvice advice : values()) {
            for (String name : advice.names.split(" ", -1)) {
                byName.put(name, advice);
            }
        }
        return byName;
    }
}
