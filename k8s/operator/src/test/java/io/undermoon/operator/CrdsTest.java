package io.undermoon.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.crdv2.generator.CRDGenerator;
import io.undermoon.operator.api.UndermoonBackup;
import io.undermoon.operator.api.UndermoonBackupSchedule;
import io.undermoon.operator.api.UndermoonCluster;
import io.undermoon.operator.api.UndermoonUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The CRDs in the chart are those of the classes. After a change of these, {@code mvn test -pl k8s/operator -am
 * -Dtest=CrdsTest -Dundermoon.write-crds -Dsurefire.failIfNoSpecifiedTests=false} writes them anew.
 */
class CrdsTest {
    private static final Path COMMITTED = Path.of("..", "helm", "undermoon-operator", "crds");

    @Test
    void are_those_of_the_classes(@TempDir Path generated) throws IOException {
        boolean write = System.getProperty("undermoon.write-crds") != null;
        new CRDGenerator()
                .customResourceClasses(
                        UndermoonCluster.class,
                        UndermoonUser.class,
                        UndermoonBackup.class,
                        UndermoonBackupSchedule.class)
                .forCRDVersions("v1")
                .inOutputDir((write ? Files.createDirectories(COMMITTED) : generated).toFile())
                .detailedGenerate();
        if (!write) {
            assertThat(names(generated)).hasSize(4).isEqualTo(names(COMMITTED));
            for (String name : names(generated)) {
                assertThat(Files.readString(COMMITTED.resolve(name)))
                        .as(name)
                        .isEqualTo(Files.readString(generated.resolve(name)));
            }
        }
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return new ArrayList<>(files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".yml"))
                    .sorted()
                    .toList());
        }
    }
}
