package io.undermoon.dev.doctor;

import static io.undermoon.dev.doctor.Finding.error;
import static io.undermoon.dev.doctor.Finding.note;
import static io.undermoon.dev.doctor.Finding.warning;

import com.fasterxml.jackson.databind.JsonNode;
import io.undermoon.dev.doctor.Evidence.BrokerFacts;
import java.util.ArrayList;
import java.util.List;

/** Copies, roles and migrations, by what the broker knows. */
final class ClusterChecks {
    private final List<Finding> findings;

    ClusterChecks(List<Finding> findings) {
        this.findings = findings;
    }

    void check(BrokerFacts facts) {
        if (facts.clusters().isEmpty()) {
            findings.add(note("clusters", "there is none", "create one with 'undermoon clusters create'"));
        }
        facts.failing()
                .forEach(proxy -> findings.add(error(
                        "proxy " + proxy,
                        "it has failed and is not replaced",
                        "bring it back, or start a free proxy on a host that is neither its nor its partner's")));
        facts.metadata().path("failed_proxies").forEach(proxy -> {
            if (!facts.failing().contains(proxy.asText())) {
                findings.add(warning(
                        "proxy " + proxy.asText(),
                        "the broker has given it up until it registers again",
                        "start it again, or remove it: it is missing as a spare"));
            }
        });
        facts.clusters().forEach(cluster -> migrations(cluster));
        facts.replicas().forEach(this::copies);
    }

    private void copies(String cluster, JsonNode list) {
        list.path("notices")
                .forEach(notice -> findings.add(warning(
                        "cluster " + cluster, notice.asText(), "until then another failure there may lose data")));
        List<String> behind = new ArrayList<>();
        int unknown = 0;
        for (JsonNode replica : list.path("replicas")) {
            boolean mayFollow = !replica.path("spare").asBoolean(false);
            if (mayFollow && replica.path("in_sync").isNull()) {
                unknown++;
            } else if (mayFollow && !replica.path("in_sync").asBoolean()) {
                behind.add(replica.path("node_address").asText());
            }
        }
        if (!behind.isEmpty()) {
            findings.add(error(
                    "cluster " + cluster,
                    "replicas are not in sync and cannot become master: " + String.join(", ", behind),
                    "look at these nodes and their connection to their masters; a full copy may be under way"));
        }
        if (unknown > 0) {
            findings.add(warning(
                    "cluster " + cluster,
                    "no coordinator has reported whether " + unknown + " replicas are in sync",
                    "it is known some seconds after a change; else look at the coordinators"));
        }
    }

    private void migrations(JsonNode cluster) {
        String subject = "cluster " + cluster.path("name").asText();
        int moving = 0;
        for (JsonNode migration : cluster.path("migrations")) {
            String error = migration.path("error").asText("");
            String state = migration.path("state").asText();
            String slots = migration.path("slot_range").path("range_list").toString();
            if (!error.isEmpty()) {
                findings.add(warning(
                        subject,
                        "the migration of slots " + slots + " waits or was begun again: " + error,
                        "it is repeated by itself; 'undermoon migrations' shows it, 'undermoon abort' takes it back"));
            } else if (state.equals("unknown")) {
                findings.add(warning(
                        subject,
                        "no coordinator reports how far the migration of slots " + slots + " is",
                        "look at the coordinators and at the source proxy"));
            } else {
                moving++;
            }
        }
        if (moving > 0) {
            findings.add(note(subject, moving + " migrations run or wait for their turn", ""));
        }
        int empty = cluster.path("node_number").asInt()
                - cluster.path("node_number_with_slots").asInt();
        if (empty > 0 && cluster.path("migrations").isEmpty()) {
            findings.add(warning(
                    subject,
                    empty + " of its nodes have no slots",
                    "give them slots or let them go: 'undermoon scale' with the number of nodes that it is to have"));
        }
    }
}
