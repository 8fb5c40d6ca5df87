package io.undermoon.testsupport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;

/**
 * The dependencies between the compiled classes of a module, as {@code jdeps} reports them. A nested class counts as
 * the top-level class that encloses it.
 */
public final class ClassGraph {
    /** The largest strongly connected component that a package may contain. */
    public static final int MAX_KNOT = 8;

    /** {@code   a.b.From -> a.b.To   classes}: the last word names the archive, here the directory itself. */
    private static final Pattern DEPENDENCY = Pattern.compile("^\\s+(\\S+)\\s+->\\s+(\\S+)\\s+(.+?)\\s*$");

    private final Map<String, Set<String>> dependencies;

    private ClassGraph(Map<String, Set<String>> dependencies) {
        this.dependencies = dependencies;
    }

    /** The graph of the main classes of the module whose tests run. */
    public static ClassGraph ofModule() {
        return of(Path.of("target", "classes"));
    }

    /** The graph of a directory of class files. */
    public static ClassGraph of(Path classes) {
        StringWriter output = new StringWriter();
        PrintWriter writer = new PrintWriter(output);
        int status = ToolProvider.findFirst("jdeps")
                .orElseThrow(() -> new IllegalStateException("jdeps is missing: the tests need a JDK, not a JRE"))
                .run(writer, writer, "-verbose:class", "-filter:none", "--ignore-missing-deps", classes.toString());
        if (status != 0) {
            throw new IllegalStateException("jdeps failed on " + classes + ": " + output);
        }
        Map<String, Set<String>> dependencies = new TreeMap<>();
        String archive = classes.getFileName().toString();
        output.toString()
                .lines()
                .map(DEPENDENCY::matcher)
                .filter(Matcher::matches)
                .forEach(line -> {
                    if (line.group(3).equals(archive)) {
                        add(dependencies, line.group(1), line.group(2));
                    }
                });
        return new ClassGraph(dependencies);
    }

    /**
     * Fails if packages depend on each other in a cycle, or if a package contains a strongly connected component of
     * more than {@value #MAX_KNOT} classes.
     */
    public void assertUntied() {
        assertThat(dependencies).as("classes of the module").isNotEmpty();
        assertThat(packageCycles()).as("package cycles").isEmpty();
        assertThat(knots()).as("class cycles of more than %s classes", MAX_KNOT).isEmpty();
    }

    /** The strongly connected components of more than one package. */
    List<Set<String>> packageCycles() {
        Map<String, Set<String>> packages = new TreeMap<>();
        dependencies.forEach((from, all) -> all.forEach(to -> add(packages, packageOf(from), packageOf(to))));
        return new Components(packages).largerThan(1);
    }

    /** The strongly connected components of more than {@value #MAX_KNOT} classes of one package. */
    List<Set<String>> knots() {
        Map<String, Set<String>> within = new TreeMap<>();
        dependencies.forEach((from, all) ->
                all.stream().filter(to -> packageOf(from).equals(packageOf(to))).forEach(to -> add(within, from, to)));
        return new Components(within).largerThan(MAX_KNOT);
    }

    private static void add(Map<String, Set<String>> graph, String from, String to) {
        graph.computeIfAbsent(outermost(from), name -> new TreeSet<>()).add(outermost(to));
    }

    private static String outermost(String name) {
        int nested = name.indexOf('$');
        return nested < 0 ? name : name.substring(0, nested);
    }

    private static String packageOf(String name) {
        return name.substring(0, Math.max(0, name.lastIndexOf('.')));
    }

    /** Tarjan's algorithm for strongly connected components. */
    private static final class Components {
        private final Map<String, Set<String>> graph;
        private final Map<String, Integer> indices = new HashMap<>();
        private final Map<String, Integer> lowLinks = new HashMap<>();
        private final Deque<String> stack = new ArrayDeque<>();
        private final List<Set<String>> components = new ArrayList<>();

        Components(Map<String, Set<String>> graph) {
            this.graph = graph;
            for (String node : graph.keySet()) {
                if (!indices.containsKey(node)) {
                    visit(node);
                }
            }
        }

        List<Set<String>> largerThan(int size) {
            return components.stream()
                    .filter(component -> component.size() > size)
                    .toList();
        }

        private void visit(String node) {
            int index = indices.size();
            indices.put(node, index);
            lowLinks.put(node, index);
            stack.push(node);
            Collection<String> targets = graph.getOrDefault(node, Set.of());
            for (String target : targets) {
                if (!indices.containsKey(target)) {
                    visit(target);
                    lowLinks.merge(node, lowLinks.get(target), Math::min);
                } else if (stack.contains(target)) {
                    lowLinks.merge(node, indices.get(target), Math::min);
                }
            }
            if (lowLinks.get(node) == index) {
                Set<String> component = new TreeSet<>();
                String member;
                do {
                    member = stack.pop();
                    component.add(member);
                } while (!member.equals(node));
                components.add(component);
            }
        }
    }
}
