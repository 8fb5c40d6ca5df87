package io.undermoon.dev.plan;

import java.nio.file.Path;

/**
 * The programs and directories of this machine that a stack is made from; all paths are absolute.
 *
 * @param checkout the root of the repository, whose services have been built
 * @param data the data directory of the stack
 */
public record Installation(Path checkout, Path data, Path java, Path redisServer) {
    /** The jar that starts a service of this repository, such as {@code broker-service}. */
    public Path serviceJar(String module) {
        return checkout.resolve(module).resolve("target/quarkus-app/quarkus-run.jar");
    }

    /** Where the service with this name keeps its files. */
    public Path directoryOf(String serviceName) {
        return data.resolve(serviceName);
    }
}
