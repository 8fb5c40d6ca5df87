package io.undermoon.dev.doctor;

import static io.undermoon.dev.doctor.Finding.error;
import static io.undermoon.dev.doctor.Finding.note;
import static io.undermoon.dev.doctor.Finding.warning;

import io.undermoon.dev.controlplane.InfoFields;
import io.undermoon.dev.doctor.Evidence.BrokerFacts;
import io.undermoon.dev.doctor.Evidence.ProxyView;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What proxies say of themselves and of their nodes. */
final class ProxyChecks {
    private static final int ADDRESS = 0;
    private static final int ROLE = 1;
    private static final int STATE = 2;
    private static final int LINK = 4;
    private static final int RESTART = 8;
    private static final double FULL = 0.9;

    private final List<Finding> findings;
    private final BrokerFacts facts;

    ProxyChecks(List<Finding> findings, BrokerFacts facts) {
        this.findings = findings;
        this.facts = facts;
    }

    void check(Map<String, ProxyView> proxies) {
        Map<String, String> versions = new TreeMap<>();
        long closed = 0;
        String refusal = "";
        for (Map.Entry<String, ProxyView> entry : proxies.entrySet()) {
            String address = entry.getKey();
            ProxyView proxy = entry.getValue();
            String subject = "proxy " + address;
            boolean isServing = facts.clusterOf(address).isPresent();
            if (!proxy.service().answers()) {
                findings.add(Diagnosis.silent(
                        isServing,
                        subject,
                        String.valueOf(proxy.service().problem()),
                        "look whether it runs, and whether coordinators reach it; after a failover start it again"));
                continue;
            }
            InfoFields info = proxy.service().info();
            if (info.isEmpty()) {
                closed++;
                refusal = proxy.service().refusal();
                continue;
            }
            info.text("undermoon_version").ifPresent(version -> versions.put(address, version));
            epochs(subject, address, info);
            lease(subject, proxy, isServing);
            clients(subject, info);
            memory(subject, info);
            proxy.rows().forEach(row -> node(address, row, isServing));
        }
        if (closed > 0) {
            findings.add(note(
                    "proxies",
                    closed + " of them do not let us look inside: " + refusal,
                    "give the control secret (control_secret_file of the context, or UNDERMOON_CONTROL_SECRET) or a"
                            + " user"));
        }
        Diagnosis.versions("proxies", versions, findings);
    }

    private void epochs(String subject, String address, InfoFields info) {
        Long wanted = facts.wantedEpochs().get(address);
        long present = info.numberOrZero("cluster_epoch");
        if (wanted == null || present == wanted) {
            return;
        }
        if (present < wanted) {
            findings.add(warning(
                    subject,
                    "it has the metadata of epoch " + present + ", and should have " + wanted,
                    "coordinators bring it: look whether they run and reach it, and what they log"));
        } else {
            findings.add(error(
                    subject,
                    "it has epoch " + present + ", above the broker's " + wanted + ": the broker is behind",
                    "was the broker restored from an older copy? See 'Epochs' in docs/operations.md"));
        }
    }

    private void lease(String subject, ProxyView proxy, boolean isServing) {
        if (proxy.lease().equals("none") && isServing) {
            findings.add(error(
                    subject,
                    "it has no lease and serves nothing",
                    "it reaches neither its partner nor a coordinator: bring back one of the two"));
        }
    }

    private void clients(String subject, InfoFields info) {
        long max = info.numberOrZero("maxclients");
        long connected = info.numberOrZero("connected_clients");
        if (max > 0 && connected > FULL * max) {
            findings.add(warning(
                    subject,
                    connected + " clients are connected, of " + max + " that may be",
                    "raise maxclients, or look who connects (CLIENT LIST)"));
        }
        long rejected = info.numberOrZero("rejected_connections");
        if (rejected > 0) {
            findings.add(
                    warning(subject, rejected + " connections were rejected since its start", "look at maxclients"));
        }
        long evicted = info.numberOrZero("evicted_clients");
        if (evicted > 0) {
            findings.add(warning(
                    subject,
                    evicted + " clients were disconnected because clients held too much memory",
                    "see CLIENT LIST (omem, qbuf), or raise maxmemory_clients"));
        }
    }

    private void memory(String subject, InfoFields info) {
        long heap = info.numberOrZero("used_memory_proxy_heap");
        long most = info.numberOrZero("used_memory_proxy_heap_max");
        if (most > 0 && heap > FULL * most) {
            findings.add(warning(
                    subject,
                    "its heap is " + 100 * heap / most + " % full",
                    "look again in a minute; if it stays, give it more (-Xmx)"));
        }
    }

    /** A row of {@code UMCTL NODES}: address, role, state, age, link, offset, master, silence, restart. */
    private void node(String proxy, List<String> row, boolean isServing) {
        if (row.size() <= RESTART) {
            return;
        }
        String subject = "node " + row.get(ADDRESS);
        String state = row.get(STATE);
        if (!state.equals("up")) {
            String todo = "start it, or look why its process does not answer; coordinators fail a dead master over";
            String what = (state.equals("refused") ? "nothing listens there" : "it is " + state) + ", says its proxy "
                    + proxy;
            findings.add(isServing ? error(subject, what, todo) : warning(subject, what, todo));
            return;
        }
        if (row.get(ROLE).equals("replica") && isServing && !row.get(LINK).equals("up")) {
            findings.add(warning(
                    subject,
                    "as a replica its link to the master is " + row.get(LINK),
                    "a copy may be under way; else look at the log of both nodes"));
        }
        switch (row.get(RESTART)) {
            case "outdated", "unseen" ->
                findings.add(error(
                        subject,
                        "it has restarted as a master, and its replica " + "has or may have newer data",
                        "see 'A master restarts' in docs/operations.md"));
            case "checking" ->
                findings.add(note(subject, "it has restarted as a master; its replica is being asked", ""));
            default -> {
                // Nothing to tell.
            }
        }
    }
}
