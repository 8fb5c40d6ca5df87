package io.undermoon.proxy;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.netty.buffer.ByteBuf;
import io.undermoon.testsupport.ClassGraph;
import io.undermoon.testsupport.LargeArrays;
import io.undermoon.testsupport.SourceLines;
import java.io.IOException;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The rooms of the proxy, which are its packages: what each imports, no cycle, and what stays out of them. */
class FloorsTest {
    private static final String ROOT = "io.undermoon.proxy";

    /** Each room with exactly the rooms it imports from: an arrow that is not used any more has to go, too. */
    private static final String FLOORS = """
            frame <-
            limit <-
            command <- frame
            acl <- command, frame, limit
            route <-
            client <- acl, command, frame, limit, route
            control <- client, command, frame
            control.acl <- acl, client, command, control, frame
            stats <-
            backend <- frame, lease, route, stats
            lease <-
            lease.renewal <- lease, node, route, topology
            compression <- backend, command, frame
            node <- backend, frame, route
            migration.record <- node, route
            migration.copy <- backend, command, frame, migration.record, node, route
            usage <- backend, command, frame
            session <- acl, backend, client, frame, limit, route, stats
            monitor <- backend, client, command, frame, session
            topology <- limit, route
            control.command <- client, command, control, frame, node, route, topology
            control.connection <- acl, client, command, control, frame, limit, topology
            control.nodes <- client, command, control, frame, node, route, topology
            control.cluster <- client, control, control.nodes, frame, node, route, topology, usage
            control.info <- client, command, control, control.nodes, frame, node, route, stats, topology, usage
            control.config <- client, command, control, control.info, control.nodes, frame, usage
            forward <- backend, client, command, compression, frame, route, session, stats, topology, usage
            gather <- backend, client, command, forward, frame, route, session, topology
            blocking <- backend, client, command, forward, frame, gather, route, session, topology
            replication <- backend, lease, node, route, topology
            tenancy <- node, route, topology
            migration <- backend, command, frame, migration.copy, migration.record, node, route, topology
            control.umctl <- client, command, control, control.nodes, frame, lease, lease.renewal, migration, node, \
            replication, stats, topology
            pubsub <- acl, backend, client, command, forward, frame, gather, route, session, topology
            config <- backend, client, command, control, frame, migration, replication, session
            transaction <- acl, backend, client, command, compression, forward, frame, gather, route, session, \
            stats, topology
            tracking <- backend, client, command, forward, frame, gather, route, session, topology, transaction
            dispatch <- acl, backend, blocking, client, command, control, forward, frame, gather, monitor, \
            pubsub, route, session, stats, topology, tracking, transaction, usage
            server <- acl, backend, client, command, config, control, control.acl, control.cluster, \
            control.command, control.config, control.connection, control.info, control.nodes, control.umctl, \
            dispatch, forward, frame, gather, lease, lease.renewal, limit, migration, monitor, node, pubsub, \
            replication, route, session, stats, tenancy, topology, usage
            """;

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);

    @Test
    void rooms_import_from_the_rooms_they_are_listed_with() {
        TreeMap<String, TreeSet<String>> imports = new TreeMap<>();
        for (JavaClass type : CLASSES) {
            imports.computeIfAbsent(room(type), room -> new TreeSet<>())
                    .addAll(type.getDirectDependenciesFromSelf().stream()
                            .map(Dependency::getTargetClass)
                            .filter(target -> target.getPackageName().startsWith(ROOT)
                                    && !room(target).equals(room(type)))
                            .map(FloorsTest::room)
                            .collect(toCollection(TreeSet::new)));
        }
        List<String> lines = imports.entrySet().stream()
                .map(room -> (room.getKey() + " <- " + String.join(", ", room.getValue())).strip())
                .toList();

        assertThat(lines).containsExactlyInAnyOrderElementsOf(FLOORS.lines().toList());
    }

    private static String room(JavaClass type) {
        return type.getPackageName().substring(ROOT.length() + 1);
    }

    @Test
    void there_are_no_cycles() {
        slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void only_config_and_server_know_quarkus() {
        noClasses()
                .that()
                .resideOutsideOfPackages(ROOT + ".config", ROOT + ".server")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.quarkus..", "jakarta..", "io.smallrye..", "org.eclipse.microprofile..")
                .check(CLASSES);
    }

    @Test
    void the_session_knows_no_command() {
        noClasses()
                .that()
                .resideInAPackage(ROOT + ".session")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(ROOT + ".command..", ROOT + ".control..", ROOT + ".topology..")
                .check(CLASSES);
    }

    /** Quarkus initialises classes while a native image is built, Netty's buffers only when it runs. */
    @Test
    void no_static_field_holds_a_buffer() {
        noFields()
                .that()
                .areStatic()
                .should()
                .haveRawType(JavaClass.Predicates.assignableTo(ByteBuf.class))
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
    void no_reference_array_is_larger_than_native_images_stand() throws IOException {
        LargeArrays.assertNoneOfReferences();
    }

    @Test
    void source_lines_are_within_120_characters() throws IOException {
        SourceLines.assertWithinWidth();
    }
}
