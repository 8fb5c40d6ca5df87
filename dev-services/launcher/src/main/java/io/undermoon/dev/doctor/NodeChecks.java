package io.undermoon.dev.doctor;

import static io.undermoon.dev.doctor.Finding.error;
import static io.undermoon.dev.doctor.Finding.note;
import static io.undermoon.dev.doctor.Finding.warning;

import com.fasterxml.jackson.databind.JsonNode;
import io.undermoon.dev.controlplane.InfoFields;
import io.undermoon.dev.doctor.Evidence.BrokerFacts;
import io.undermoon.dev.doctor.Evidence.ServiceView;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What Redis nodes say of themselves, where they can be reached. */
final class NodeChecks {
    private static final double FULL = 0.9;

    private final List<Finding> findings;

    NodeChecks(List<Finding> findings) {
        this.findings = findings;
    }

    void check(Evidence seen, BrokerFacts facts) {
        Map<String, String> versions = new TreeMap<>();
        int silent = 0;
        int closed = 0;
        String why = "";
        for (Map.Entry<String, ServiceView> entry : seen.nodes().entrySet()) {
            ServiceView node = entry.getValue();
            if (!node.answers()) {
                silent++;
                why = String.valueOf(node.problem());
            } else if (node.info().isEmpty()) {
                closed++;
                why = node.refusal();
            } else {
                node.info().text("redis_version").ifPresent(version -> versions.put(entry.getKey(), version));
                check("node " + entry.getKey(), node.info());
            }
        }
        if (silent + closed > 0) {
            findings.add(note(
                    "Redis nodes",
                    silent + closed + " of " + seen.nodes().size() + " could not be asked themselves: " + why,
                    "where that is meant nothing is missing but memory and persistence; else give node_user and"
                            + " node_password_file in the context, or UNDERMOON_NODE_PASSWORD"));
        }
        if (versions.values().stream().distinct().count() > 1) {
            findings.add(note(
                    "Redis nodes",
                    "they are of several versions: "
                            + String.join(
                                    ", ",
                                    versions.values().stream()
                                            .distinct()
                                            .sorted()
                                            .toList()),
                    "slots move from older to newer ones only"));
        }
        unusable(facts);
    }

    private void unusable(BrokerFacts facts) {
        for (JsonNode proxy : facts.metadata().path("all_proxies")) {
            String reason = proxy.path("marking").path("unusable").asText("");
            if (!reason.isEmpty()) {
                findings.add(warning(
                        "proxy " + proxy.path("proxy_address").asText(),
                        "its nodes cannot be given to a cluster: " + reason,
                        "see its log; if nobody needs the keys of these nodes, FLUSHALL them"));
            }
        }
    }

    private void check(String subject, InfoFields info) {
        memory(subject, info);
        if (info.text("loading").orElse("0").equals("1")) {
            findings.add(warning(subject, "it is loading its data", "wait, it does not serve meanwhile"));
        }
        if (info.text("aof_last_write_status").orElse("ok").equals("err")) {
            findings.add(error(
                    subject,
                    "its append-only file cannot be written",
                    "look at its disk: it refuses writes until then"));
        }
        if (info.text("rdb_last_bgsave_status").orElse("ok").equals("err")) {
            findings.add(error(
                    subject,
                    "its last snapshot failed",
                    "look at its log, disk and memory: with stop-writes-on-bgsave-error it refuses writes"));
        }
        if (info.numberOrZero("rejected_connections") > 0) {
            findings.add(warning(
                    subject,
                    info.numberOrZero("rejected_connections") + " connections were rejected since its start",
                    "raise its maxclients"));
        }
    }

    private void memory(String subject, InfoFields info) {
        long used = info.numberOrZero("used_memory");
        long max = info.numberOrZero("maxmemory");
        long machine = info.numberOrZero("total_system_memory");
        String policy = info.text("maxmemory_policy").orElse("noeviction");
        if (max > 0 && used > FULL * max) {
            boolean refuses = policy.equals("noeviction");
            String what = "its memory is " + 100 * used / max + " % full (maxmemory), policy " + policy;
            findings.add(
                    refuses
                            ? error(
                                    subject,
                                    what,
                                    "soon writes are refused: add nodes ('undermoon scale'), raise maxmemory, or delete"
                                            + " keys")
                            : warning(
                                    subject,
                                    what,
                                    "keys are evicted: add nodes or raise maxmemory if they are needed"));
        } else if (max == 0 && machine > 0 && used > FULL * machine) {
            findings.add(error(
                    subject,
                    "it uses " + 100 * used / machine + " % of the memory of its machine, and has no maxmemory",
                    "set maxmemory, and add nodes"));
        }
    }
}
