package io.undermoon.dev.plan;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** The command line of a Java program, under construction: flags and properties, then the jar. */
final class JavaCommand {
    /**
     * The first version that checks each use of {@code sun.misc.Unsafe}, as Netty's buffers make them, unless told not
     * to.
     */
    private static final int CHECKS_UNSAFE = 24;

    private final List<String> arguments = new ArrayList<>();
    private final Path jar;

    private JavaCommand(Path java, Path jar) {
        this.arguments.add(java.toString());
        this.jar = jar;
    }

    static JavaCommand of(Path java, Path jar) {
        JavaCommand command = new JavaCommand(java, jar);
        return versionOf(java) >= CHECKS_UNSAFE ? command.flag("--sun-misc-unsafe-memory-access=allow") : command;
    }

    /**
     * What a proxy is run with. Code that meets new cases, such as slots that have moved, is compiled anew; where there
     * is no spare core, commands go before that. Half of the direct memory is for what clients make the proxy hold.
     *
     * <p>A proxy takes about 110 MB, and not 170, because its heap is kept small: commands allocate nothing, so a small
     * young generation is collected no more often than every few seconds, and what the compiler has used is given back.
     * The first limit on metadata is above what the proxy loads, as reaching it is a full collection. Flags that a JDK
     * does not have yet are ignored.
     */
    static JavaCommand proxy(Path java, Path jar) {
        return of(java, jar)
                .flag("-XX:+IgnoreUnrecognizedVMOptions")
                .flag("-Xmx192m")
                .flag("-Xms24m")
                .flag("-Xmn8m")
                .flag("-XX:MetaspaceSize=64m")
                .flag("-XX:MaxDirectMemorySize=384m")
                .flag("-XX:+UseSerialGC")
                .flag("-XX:+UseCompactObjectHeaders")
                .flag("-XX:TrimNativeHeapInterval=5000")
                .flag("-XX:ThreadPriorityPolicy=1")
                .flag("-XX:CompilerThreadPriority=10");
    }

    JavaCommand flag(String flag) {
        arguments.add(flag);
        return this;
    }

    JavaCommand with(String property, Object value) {
        return flag("-D" + property + "=" + value);
    }

    List<String> build() {
        arguments.add("-jar");
        arguments.add(jar.toString());
        return List.copyOf(arguments);
    }

    /** The feature version that the JDK's file {@code release} names; 0 when there is no such file. */
    private static int versionOf(Path java) {
        Path release = java.resolveSibling("../release");
        if (!Files.isReadable(release)) {
            return 0;
        }
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(release)) {
            properties.load(reader);
        } catch (IOException e) {
            throw new LaunchException("cannot read " + release + ": " + e.getMessage(), e);
        }
        String version = properties.getProperty("JAVA_VERSION", "").replace("\"", "");
        return version.isEmpty() ? 0 : Runtime.Version.parse(version).feature();
    }
}
