package io.undermoon;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import io.undermoon.testsupport.ClassGraph;
import io.undermoon.testsupport.SourceLines;
import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Holds the floors of the shared model: a room imports only from the rooms below that it is listed with. */
class FloorsTest {
    private final JavaClasses classes = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("/io/undermoon/testsupport/"))
            .importPackages("io.undermoon");

    @Test
    void rooms_import_from_lower_floors_only() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("fault")
                .definedBy("io.undermoon.fault")
                .layer("slot")
                .definedBy("io.undermoon.slot")
                .layer("resp")
                .definedBy("io.undermoon.resp")
                .layer("metadata")
                .definedBy("io.undermoon.metadata")
                .layer("json")
                .definedBy("io.undermoon.json")
                .layer("umctl")
                .definedBy("io.undermoon.umctl")
                .layer("tls")
                .definedBy("io.undermoon.tls")
                .whereLayer("fault")
                .mayOnlyBeAccessedByLayers("metadata")
                .whereLayer("slot")
                .mayOnlyBeAccessedByLayers("metadata", "json", "umctl")
                .whereLayer("resp")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("metadata")
                .mayOnlyBeAccessedByLayers("json", "umctl")
                .whereLayer("json")
                .mayOnlyBeAccessedByLayers("umctl")
                .whereLayer("umctl")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("tls")
                .mayNotBeAccessedByAnyLayer()
                .withOptionalLayers(true)
                .check(classes);
    }

    @Test
    void there_are_no_cycles() {
        slices().matching("io.undermoon.(*)..").should().beFreeOfCycles().check(classes);
    }

    @Test
    void only_json_and_umctl_know_jackson_and_only_bytes_know_netty() {
        ArchRuleDefinition.noClasses()
                .that(DescribedPredicate.not(resideInAnyPackage("io.undermoon.json", "io.undermoon.umctl")))
                .should()
                .dependOnClassesThat(resideInAPackage("com.fasterxml.."))
                .check(classes);
        ArchRuleDefinition.noClasses()
                .that(DescribedPredicate.not(resideInAnyPackage("io.undermoon.resp", "io.undermoon.slot")))
                .should()
                .dependOnClassesThat(resideInAPackage("io.netty.."))
                .check(classes);
        ArchRuleDefinition.noClasses()
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage("io.quarkus..", "jakarta..", "io.vertx..", "io.netty.channel.."))
                .check(classes);
        // A trust manager has a socket among the parameters of its methods.
        ArchRuleDefinition.noClasses()
                .that(DescribedPredicate.not(resideInAPackage("io.undermoon.tls")))
                .should()
                .dependOnClassesThat(resideInAPackage("java.net.."))
                .check(classes);
    }

    @Test
    void every_package_says_what_lives_in_it() {
        Set<String> packages =
                classes.stream().map(type -> type.getPackageName()).collect(Collectors.toCollection(TreeSet::new));
        Set<String> described = classes.stream()
                .filter(type -> type.getSimpleName().equals("package-info"))
                .map(type -> type.getPackageName())
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(packages).contains("io.undermoon.slot", "io.undermoon.resp");
        assertThat(described).isEqualTo(packages);
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
