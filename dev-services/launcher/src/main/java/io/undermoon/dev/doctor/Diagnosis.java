package io.undermoon.dev.doctor;

import static io.undermoon.dev.doctor.Finding.error;
import static io.undermoon.dev.doctor.Finding.note;
import static io.undermoon.dev.doctor.Finding.warning;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What follows from the evidence: the worst first. */
public final class Diagnosis {
    private static final long MAX_CLOCK_MILLIS = 1000;

    private Diagnosis() {}

    public static List<Finding> of(Evidence seen) {
        List<Finding> findings = new ArrayList<>();
        new ControlPlaneChecks(findings).check(seen);
        Evidence.BrokerFacts facts = seen.facts();
        if (facts != null) {
            new ClusterChecks(findings).check(facts);
            new ProxyChecks(findings, facts).check(seen.proxies());
            new NodeChecks(findings).check(seen, facts);
        }
        clocks(seen, findings);
        findings.sort(Comparator.comparing(Finding::severity).thenComparing(Finding::subject));
        return List.copyOf(findings);
    }

    /** Clocks are compared with each other; only if all others agree, ours is the odd one. */
    private static void clocks(Evidence seen, List<Finding> findings) {
        Map<String, Evidence.Clock> clocks = new TreeMap<>();
        seen.proxies()
                .forEach((address, proxy) ->
                        proxy.service().clockMillis().ifPresent(clock -> clocks.put("proxy " + address, clock)));
        seen.nodes()
                .forEach(
                        (address, node) -> node.clockMillis().ifPresent(clock -> clocks.put("node " + address, clock)));
        if (clocks.isEmpty()) {
            return;
        }
        Map.Entry<String, Evidence.Clock> first = clocks.entrySet().stream()
                .max(Comparator.comparing(entry -> entry.getValue().leastMillis()))
                .orElseThrow();
        Map.Entry<String, Evidence.Clock> last = clocks.entrySet().stream()
                .min(Comparator.comparing(entry -> entry.getValue().mostMillis()))
                .orElseThrow();
        long apart = first.getValue().leastMillis() - last.getValue().mostMillis();
        if (apart > MAX_CLOCK_MILLIS) {
            findings.add(warning(
                    first.getKey(),
                    "its clock is at least " + apart + " ms ahead of that of " + last.getKey(),
                    "have the machines synchronise their clocks: keys with a TTL expire at other times after a move or"
                            + " a failover"));
        } else if (first.getValue().leastMillis() > MAX_CLOCK_MILLIS
                || last.getValue().mostMillis() < -MAX_CLOCK_MILLIS) {
            findings.add(note("this machine", "its clock differs from those of the system", "look at its clock"));
        }
    }

    /** Versions of services are to be at most one minor version apart, while a system is upgraded. */
    static void versions(String kind, Map<String, String> versions, List<Finding> findings) {
        List<String> different = versions.values().stream().distinct().sorted().toList();
        if (different.size() > 1) {
            List<String> parts = new ArrayList<>();
            different.forEach(version -> parts.add(version + " at "
                    + String.join(
                            ", ",
                            versions.entrySet().stream()
                                    .filter(entry -> entry.getValue().equals(version))
                                    .map(Map.Entry::getKey)
                                    .limit(3)
                                    .toList())));
            findings.add(warning(
                    kind, "there are several versions: " + String.join("; ", parts), "end the upgrade of all of them"));
        }
    }

    static Finding silent(boolean isServing, String subject, String problem, String todo) {
        String what = "it does not answer from here: " + problem;
        return isServing ? error(subject, what, todo) : warning(subject, what, todo);
    }
}
