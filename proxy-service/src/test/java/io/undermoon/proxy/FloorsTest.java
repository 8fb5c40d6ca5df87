package io.undermoon.proxy;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.undermoon.testsupport.ClassGraph;
import io.undermoon.testsupport.SourceLines;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The rooms of the proxy stand on floors; nobody looks upstairs. */
class FloorsTest {
    private static final String ROOT = "io.undermoon.proxy";

    /** For each room those it may import from. */
    private static final Map<String, Set<String>> FLOORS = Map.ofEntries(
            Map.entry("frame", Set.of()),
            Map.entry("stats", Set.of()),
            Map.entry("command", Set.of("frame")),
            Map.entry("acl", Set.of("frame", "command")),
            Map.entry("route", Set.of("frame", "stats")),
            Map.entry("backend", Set.of("frame", "stats", "route")),
            Map.entry("compression", Set.of("frame", "stats", "command", "route", "backend")),
            Map.entry("topology", Set.of("frame", "stats", "route", "backend")),
            Map.entry("gather", Set.of("frame", "route", "backend", "topology")),
            Map.entry("pubsub", Set.of("frame", "stats", "route", "backend", "topology")),
            Map.entry("replication", Set.of("frame", "stats", "route", "backend", "topology")),
            Map.entry("migration", Set.of("frame", "stats", "command", "route", "backend", "topology")),
            Map.entry(
                    "control",
                    Set.of(
                            "frame",
                            "stats",
                            "command",
                            "acl",
                            "route",
                            "backend",
                            "topology",
                            "replication",
                            "migration")),
            Map.entry(
                    "session",
                    Set.of(
                            "frame",
                            "stats",
                            "command",
                            "acl",
                            "route",
                            "backend",
                            "topology",
                            "compression",
                            "gather",
                            "pubsub",
                            "replication",
                            "control")),
            Map.entry(
                    "server",
                    Set.of(
                            "frame",
                            "stats",
                            "command",
                            "acl",
                            "route",
                            "backend",
                            "topology",
                            "compression",
                            "gather",
                            "pubsub",
                            "replication",
                            "migration",
                            "control",
                            "session")));

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);

    private static String packageOf(String room) {
        return ROOT + "." + room + "..";
    }

    @Test
    void every_room_has_its_floor() {
        Set<String> rooms = CLASSES.stream()
                .map(JavaClass::getPackageName)
                .map(name -> name.substring(ROOT.length() + 1))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(rooms).containsExactlyInAnyOrderElementsOf(FLOORS.keySet());
    }

    @Test
    void rooms_import_from_lower_floors_only() {
        FLOORS.forEach((room, lower) -> {
            String[] others = FLOORS.keySet().stream()
                    .filter(other -> !other.equals(room) && !lower.contains(other))
                    .map(FloorsTest::packageOf)
                    .toArray(String[]::new);
            if (others.length > 0) {
                noClasses()
                        .that()
                        .resideInAPackage(packageOf(room))
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(others)
                        .check(CLASSES);
            }
        });
    }

    @Test
    void there_are_no_cycles() {
        slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void only_the_server_room_knows_quarkus() {
        noClasses()
                .that()
                .resideOutsideOfPackage(packageOf("server"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.quarkus..", "jakarta..", "io.smallrye..", "org.eclipse.microprofile..")
                .check(CLASSES);
    }

    @Test
    void every_package_says_what_it_is_and_is_null_marked() throws ClassNotFoundException {
        List<String> packages =
                CLASSES.stream().map(JavaClass::getPackageName).distinct().toList();
        for (String name : packages) {
            assertThat(Class.forName(name + ".package-info").isAnnotationPresent(NullMarked.class))
                    .as(name)
                    .isTrue();
        }
    }

    @Test
    void no_package_and_no_large_group_of_classes_is_a_cycle() {
        ClassGraph.ofModule().assertUntied();
    }

    @Test
    void source_lines_are_within_120_characters() throws IOException {
        SourceLines.assertWithinWidth();
    }
}
