package io.undermoon.operator;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.undermoon.testsupport.ClassGraph;
import io.undermoon.testsupport.SourceLines;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** The floors of the operator. */
class ArchitectureTest {
    private static final String ROOT = "io.undermoon.operator";
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);

    @Test
    void rooms_use_only_lower_floors() {
        layeredArchitecture()
                .consideringOnlyDependenciesInAnyPackage(ROOT + "..")
                .layer("api")
                .definedBy(ROOT + ".api")
                .layer("broker")
                .definedBy(ROOT + ".broker")
                .layer("objects")
                .definedBy(ROOT + ".objects")
                .layer("kube")
                .definedBy(ROOT + ".kube")
                .layer("plan")
                .definedBy(ROOT + ".plan")
                .layer("cluster")
                .definedBy(ROOT + ".cluster")
                .layer("backup")
                .definedBy(ROOT + ".backup")
                .whereLayer("cluster")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("backup")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("plan")
                .mayOnlyBeAccessedByLayers("cluster")
                .whereLayer("kube")
                .mayOnlyBeAccessedByLayers("plan", "cluster", "backup")
                .whereLayer("objects")
                .mayOnlyBeAccessedByLayers("kube", "plan", "cluster", "backup")
                .whereLayer("broker")
                .mayOnlyBeAccessedByLayers("kube", "plan", "cluster", "backup")
                .check(CLASSES);
    }

    @Test
    void there_are_no_cycles() {
        slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void every_package_says_what_it_is_for() {
        assertThat(CLASSES.getPackage(ROOT).getSubpackages())
                .hasSize(7)
                .allMatch(room -> room.tryGetPackageInfo().isPresent(), "has a package-info");
    }

    @Test
    void no_package_and_no_large_group_of_classes_is_a_cycle() {
        ClassGraph.ofModule().assertUntied();
    }

    @Test
    void source_lines_are_within_120_characters() throws IOException {
        SourceLines.assertWithinWidth();
    }

    /** What is decided is a function of what was observed. */
    @Test
    void decisions_do_not_look_for_themselves() {
        noClasses()
                .that()
                .resideInAnyPackage(ROOT + ".plan", ROOT + ".objects")
                .should()
                .dependOnClassesThat()
                .areAssignableTo(KubernetesClient.class)
                .check(CLASSES);
    }
}
