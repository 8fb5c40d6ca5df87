package io.undermoon.system.compose;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.undermoon.testsupport.RedisCli;
import java.nio.file.Path;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The same walk-through with services of two versions. {@code -Dundermoon.skew.checkout} names a checkout of another
 * version that has been built; without it nothing is tested.
 */
@EnabledOnOs(OS.LINUX)
@EnabledIfSystemProperty(named = VersionSkewIT.CHECKOUT, matches = ".+")
class VersionSkewIT {
    static final String CHECKOUT = "undermoon.skew.checkout";

    @TempDir
    private Path directory;

    /** The steps of an upgrade, and of one that is taken back, as patterns of the services of the other version. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "coordinator|proxy-.",
                "proxy-.",
                "proxy-[246]",
                "broker",
                "broker|coordinator",
                "broker|coordinator|proxy-[135]"
            })
    void works_while_some_services_are_of_another_version(String others) throws Exception {
        assumeTrue(RedisCli.isInstalled(), "needs redis-cli");
        Path other = Path.of(System.getProperty(CHECKOUT));
        ComposeFile file = ComposeFile.read(WalkThrough.COMPOSE);
        try (ComposeProcesses processes = new ComposeProcesses(
                service -> service.name().matches(others) ? other : WalkThrough.CHECKOUT, directory, file)) {
            WalkThrough.take(processes);
        }
    }
}
