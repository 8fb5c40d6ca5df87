package io.undermoon.dev.cli;

import java.util.Objects;
import picocli.CommandLine.IVersionProvider;

/** The version in the manifest of the jar. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        String version = Undermoon.class.getPackage().getImplementationVersion();
        return new String[] {"undermoon " + Objects.requireNonNullElse(version, "(not packaged)")};
    }
}
