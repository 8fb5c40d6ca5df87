package io.undermoon.dev.cli.system;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.undermoon.dev.access.Setting;
import io.undermoon.dev.cli.options.BrokerTarget;
import io.undermoon.dev.cli.options.Calls;
import io.undermoon.dev.cli.options.Output;
import io.undermoon.dev.controlplane.ServiceQueries;
import io.undermoon.dev.doctor.Diagnosis;
import io.undermoon.dev.doctor.Evidence;
import io.undermoon.dev.doctor.Examination;
import io.undermoon.dev.doctor.Finding;
import io.undermoon.dev.output.Style;
import io.undermoon.dev.plan.UsageException;
import io.undermoon.metadata.HostPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code undermoon doctor}: what is wrong and what to do. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description = {
            "Says what is wrong and what to do, from everything that can be reached from here: brokers, coordinators,"
                    + " proxies and Redis nodes; their epochs, copies, leases, memory, versions and clocks.",
            "Changes nothing."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:nothing serious; there may be warnings and notes",
            "1:failure",
            "2:wrong options",
            "3:there is an error, or with --strict a warning"
        },
        footerHeading = "%nExamples:%n",
        footer = {"  undermoon doctor", "  undermoon doctor --broker 10.0.0.1:7799 --coordinator 10.0.0.1:6699 -o json"
        })
public final class DoctorCommand implements Callable<Integer> {
    private static final int UNWELL = 3;

    @Mixin
    private BrokerTarget target = new BrokerTarget();

    @Mixin
    private Output output = new Output();

    @Option(
            names = "--coordinator",
            paramLabel = "HOST:PORT",
            split = ",",
            description = "A coordinator to look at (default: those of the context or of the local stack).")
    private List<String> coordinators = List.of();

    @Option(names = "--strict", description = "Warnings count as errors.")
    private boolean strict;

    @Override
    public Integer call() {
        Evidence seen = look(target, coordinators);
        List<Finding> findings = Diagnosis.of(seen);
        show(seen, findings);
        return isUnwell(findings, strict) ? UNWELL : 0;
    }

    static boolean isUnwell(List<Finding> findings, boolean strict) {
        return findings.stream()
                .anyMatch(finding -> finding.severity() == Finding.Severity.ERROR
                        || strict && finding.severity() == Finding.Severity.WARNING);
    }

    static Evidence look(BrokerTarget target, List<String> coordinators) {
        try (ServiceQueries proxies = new ServiceQueries(target.login().proxies());
                ServiceQueries nodes = new ServiceQueries(target.login().nodes())) {
            return new Examination(target.access(), proxies, nodes).look(addresses(target, coordinators));
        }
    }

    private static List<HostPort> addresses(BrokerTarget target, List<String> coordinators) {
        List<String> named = new ArrayList<>(coordinators);
        if (named.isEmpty()) {
            Optional<String> known = target.context().get(Setting.COORDINATORS);
            known.stream().flatMap(list -> Stream.of(list.split(",", -1))).forEach(named::add);
        }
        try {
            return named.stream().map(HostPort::parse).toList();
        } catch (IllegalArgumentException e) {
            throw new UsageException("coordinator: " + e.getMessage(), e);
        }
    }

    private void show(Evidence seen, List<Finding> findings) {
        ObjectNode result = Calls.object();
        ArrayNode list = result.putArray("findings");
        findings.forEach(finding -> list.addObject()
                .put("severity", word(finding))
                .put("subject", finding.subject())
                .put("what", finding.what())
                .put("todo", finding.todo()));
        result.putObject("looked_at")
                .put("brokers", seen.brokers().size())
                .put("coordinators", seen.coordinators().size())
                .put("proxies", seen.proxies().size())
                .put("nodes", seen.nodes().size());
        output.show(result, () -> {
            print(findings, output);
            output.line(summary(seen, findings));
        });
    }

    static void print(List<Finding> findings, Output output) {
        for (Finding finding : findings) {
            Style style = switch (finding.severity()) {
                case ERROR -> Style.BAD;
                case WARNING -> Style.WARNING;
                case NOTE -> Style.FAINT;
            };
            output.line(output.styled(style, String.format(Locale.ROOT, "%-7s", word(finding))) + "  "
                    + finding.subject() + ": " + finding.what());
            if (!finding.todo().isEmpty()) {
                output.line("         -> " + finding.todo());
            }
        }
    }

    private static String word(Finding finding) {
        return finding.severity().name().toLowerCase(Locale.ROOT);
    }

    private static String summary(Evidence seen, List<Finding> findings) {
        long errors = count(findings, Finding.Severity.ERROR);
        long warnings = count(findings, Finding.Severity.WARNING);
        String looked = "Looked at " + seen.brokers().size() + " brokers, "
                + seen.coordinators().size() + " coordinators, "
                + seen.proxies().size() + " proxies, "
                + seen.nodes().size() + " Redis nodes: ";
        return looked + (errors + warnings == 0 ? "nothing is wrong." : errors + " errors, " + warnings + " warnings.");
    }

    private static long count(List<Finding> findings, Finding.Severity severity) {
        return findings.stream()
                .filter(finding -> finding.severity() == severity)
                .count();
    }
}
