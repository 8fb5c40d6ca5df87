package io.undermoon.testing;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.undermoon.testsupport.ClassGraph;
import io.undermoon.testsupport.SourceLines;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    @Test
    void nothing_of_a_library_meets_the_application() {
        classes()
                .that()
                .resideInAPackage("io.undermoon.testing")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "org.jspecify..", "io.undermoon.bundle", "io.undermoon.testing")
                .check(new ClassFileImporter()
                        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                        .importPackages("io.undermoon.testing"));
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
