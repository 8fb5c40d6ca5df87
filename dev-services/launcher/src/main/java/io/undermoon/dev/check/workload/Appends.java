package io.undermoon.dev.check.workload;

import io.undermoon.dev.clusterclient.Outcome;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** The unique elements that one writer has added to collections, by key and by what became of them. */
final class Appends {
    private final String writer;
    private final Map<String, Set<String>> acknowledged = new HashMap<>();
    private final Map<String, Set<String>> unknown = new HashMap<>();
    private int next;

    Appends(int writer) {
        this.writer = writer + ".";
    }

    /** An element that was never there. */
    String nextElement() {
        return writer + next++;
    }

    void record(String key, String element, Outcome outcome) {
        if (outcome instanceof Outcome.Acknowledged) {
            elements(acknowledged, key).add(element);
        } else if (outcome instanceof Outcome.Unknown) {
            elements(unknown, key).add(element);
        }
    }

    /**
     * Compares a collection with everything that was added to it: all acknowledged elements are there, no others except
     * those whose outcome is unknown, and none twice.
     */
    static void compare(Collection<Appends> writers, String key, List<String> found, Consumer<String> wrong) {
        Set<String> present = new HashSet<>();
        List<String> twice = new ArrayList<>();
        found.stream().filter(element -> !present.add(element)).forEach(twice::add);
        Set<String> foreign = new HashSet<>(present);
        List<String> lost = new ArrayList<>();
        for (Appends appends : writers) {
            Set<String> sure = appends.acknowledged.getOrDefault(key, Set.of());
            sure.stream().filter(element -> !present.contains(element)).forEach(lost::add);
            foreign.removeAll(sure);
            foreign.removeAll(appends.unknown.getOrDefault(key, Set.of()));
        }
        report(lost, "acknowledged elements are lost", wrong);
        report(twice, "elements are there more than once", wrong);
        report(foreign, "elements were refused, or never written", wrong);
    }

    /** Compares the order of what was acknowledged to each writer with the order in which it was added. */
    static void compareOrder(Collection<Appends> writers, String key, List<String> found, Consumer<String> wrong) {
        for (Appends appends : writers) {
            Set<String> sure = appends.acknowledged.getOrDefault(key, Set.of());
            List<String> there =
                    found.stream().filter(sure::contains).distinct().toList();
            Set<String> present = new HashSet<>(there);
            List<String> wanted = sure.stream().filter(present::contains).toList();
            if (!there.equals(wanted)) {
                wrong.accept("elements of writer " + appends.writer + " are not in the order in which they were added");
            }
        }
    }

    private static void report(Collection<String> elements, String what, Consumer<String> wrong) {
        if (!elements.isEmpty()) {
            wrong.accept(elements.size() + " " + what + ", such as "
                    + elements.iterator().next());
        }
    }

    private static Set<String> elements(Map<String, Set<String>> all, String key) {
        return all.computeIfAbsent(key, none -> new LinkedHashSet<>());
    }
}
