package io.undermoon.dev.doctor;

import static io.undermoon.dev.doctor.Finding.error;
import static io.undermoon.dev.doctor.Finding.note;
import static io.undermoon.dev.doctor.Finding.warning;

import io.undermoon.dev.doctor.Evidence.BrokerView;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Brokers and coordinators. */
final class ControlPlaneChecks {
    private final List<Finding> findings;

    ControlPlaneChecks(List<Finding> findings) {
        this.findings = findings;
    }

    void check(Evidence seen) {
        brokers(seen.brokers());
        Evidence.BrokerFacts facts = seen.facts();
        if (facts != null) {
            coordinators(facts);
        }
        seen.coordinators().forEach((address, coordinator) -> {
            if (!coordinator.answers()) {
                findings.add(error(
                        "coordinator " + address,
                        "it does not answer from here: " + coordinator.problem(),
                        "look whether its process runs, and at its log"));
            }
        });
    }

    private void brokers(List<BrokerView> brokers) {
        boolean anyAnswers = brokers.stream().anyMatch(broker -> broker.problem() == null);
        Map<String, String> versions = new TreeMap<>();
        for (BrokerView broker : brokers) {
            String subject = "broker " + broker.address();
            if (broker.problem() != null) {
                String todo = anyAnswers
                        ? "look at it; the others do its work meanwhile"
                        : "start a broker, or look at the address and at what is shown to it (token, password,"
                                + " certificate); clusters serve on, but nothing fails over and nothing can be changed";
                findings.add(
                        anyAnswers
                                ? warning(subject, "it cannot be asked: " + broker.problem(), todo)
                                : error(subject, "it cannot be asked: " + broker.problem(), todo));
            } else {
                versions.put(broker.address(), broker.version());
                if (!broker.notReady().isEmpty()) {
                    findings.add(error(
                            subject,
                            "it is not ready: " + broker.notReady(),
                            "look at its storage: nothing can be changed and nothing fails over until it works"));
                }
            }
        }
        Diagnosis.versions("brokers", versions, findings);
    }

    private void coordinators(Evidence.BrokerFacts facts) {
        int alive = facts.coordinators().path("coordinators").size();
        int quorum = facts.coordinators().path("quorum").asInt();
        if (alive == 0) {
            findings.add(error(
                    "coordinators",
                    "none has registered with the broker in the last 15 s",
                    "start one: without it no metadata is pushed, no migration ends and nothing fails over"));
        } else if (alive < quorum) {
            findings.add(error(
                    "coordinators",
                    alive + " are alive, and " + quorum + " have to agree on a failure",
                    "start more coordinators, or lower failure_quorum of the broker"));
        } else if (alive == 1) {
            findings.add(warning(
                    "coordinators",
                    "there is one only",
                    "run three on different hosts: while it is away nothing fails over, and its word alone makes a"
                            + " failure"));
        }
        facts.drains().forEach(drain -> {
            String message = drain.path("message").asText("");
            String host = "host " + drain.path("host").asText();
            if (!message.isEmpty()) {
                findings.add(warning(host, "its drain waits: " + message, "see what it waits for"));
            } else if (drain.path("state").asText().equals("drained")) {
                findings.add(note(host, "it is drained and can be switched off", ""));
            }
        });
        facts.maintenance()
                .forEach(entry -> findings.add(note(
                        "proxy " + entry.path("proxy_address").asText(),
                        "it is under maintenance for "
                                + entry.path("seconds_left").asLong() + " s more: "
                                + entry.path("state").asText(),
                        "")));
        if (!facts.hostsCannotFail().isEmpty()) {
            findings.add(warning(
                    "spare proxies",
                    "the loss of a host could not be repaired: " + String.join(", ", facts.hostsCannotFail()),
                    "start free proxies on other hosts; two spares on different hosts are enough for one loss"));
        }
    }
}
