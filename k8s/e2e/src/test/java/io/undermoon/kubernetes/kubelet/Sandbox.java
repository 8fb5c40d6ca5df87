package io.undermoon.kubernetes.kubelet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The namespaces of one pod, with its address, held by a process that does nothing. Containers are started in it, each
 * with a root directory of its own: the programs and libraries of this machine, which it cannot change, and its
 * volumes.
 */
final class Sandbox implements AutoCloseable {
    /**
     * A directory or file of a container.
     *
     * @param source on this machine
     * @param target in the container
     */
    record Mount(Path source, String target, boolean readOnly) {}

    private final Namespaces namespaces;
    private final Path directory;
    private final Process holder;
    private final PodNetwork.Link link;

    /** @param directory for files of the sandbox, and logs of the containers */
    Sandbox(Namespaces namespaces, PodNetwork network, String hostname, Path directory) throws IOException {
        this.namespaces = namespaces;
        this.directory = Files.createDirectories(directory);
        List<String> command = new ArrayList<>(List.of("unshare", "--net", "--uts", "--"));
        command.addAll(namespaces.script("sandbox", List.of(hostname)));
        this.holder = new ProcessBuilder(command)
                .redirectError(directory.resolve("sandbox.log").toFile())
                .start();
        try {
            if (holder.inputReader().readLine() == null) {
                throw new IOException("no sandbox: " + Files.readString(directory.resolve("sandbox.log")));
            }
            this.link = network.connect(holder.pid());
        } catch (IOException e) {
            holder.destroyForcibly();
            throw e;
        }
    }

    String address() {
        return link.address();
    }

    /** Starts a container; the process that is returned is its first one. Its output is appended to a log. */
    Process start(
            String container,
            List<String> command,
            Map<String, String> environment,
            List<Mount> mounts,
            String resolvers,
            boolean readOnlyRoot)
            throws IOException {
        Path own = Files.createDirectories(directory.resolve(container));
        Path etc = Files.createDirectories(own.resolve("etc"));
        Files.writeString(etc.resolve("resolv.conf"), resolvers);
        Files.writeString(
                etc.resolve("hosts"), "127.0.0.1 localhost\n" + address() + " " + hostname(environment) + "\n");
        StringBuilder lines = new StringBuilder();
        for (Mount mount : mounts) {
            lines.append(mount.source()).append('\t').append(mount.target()).append('\t');
            lines.append(mount.readOnly() ? "ro" : "rw").append('\n');
        }
        Path list = Files.writeString(own.resolve("mounts"), lines);
        List<String> arguments = new ArrayList<>(List.of(
                Files.createDirectories(own.resolve("root")).toString(),
                readOnlyRoot ? "ro" : "rw",
                list.toString(),
                etc.toString()));
        arguments.addAll(command);
        List<String> entered = new ArrayList<>(List.of(
                "nsenter",
                "--net=" + namespace("net"),
                "--uts=" + namespace("uts"),
                "--",
                "unshare",
                "--mount",
                "--propagation",
                "private",
                "--"));
        entered.addAll(namespaces.script("container", arguments));
        ProcessBuilder builder = new ProcessBuilder(entered)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve(container + ".log").toFile()));
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        return process;
    }

    /** A command that runs another one inside of a container. */
    static List<String> inside(Process container, List<String> command) {
        List<String> entered = new ArrayList<>(
                List.of("nsenter", "--target=" + container.pid(), "--net", "--uts", "--mount", "--root", "--wd", "--"));
        entered.addAll(command);
        return entered;
    }

    /** Has the network lose the pod, as when the power of its node fails: nobody is told by closed connections. */
    void cut() throws IOException {
        PodNetwork.cut(link);
    }

    private static String hostname(Map<String, String> environment) {
        return environment.getOrDefault("HOSTNAME", "localhost");
    }

    private String namespace(String kind) {
        return "/proc/" + holder.pid() + "/ns/" + kind;
    }

    /** Takes the address away. Containers have to be ended before. */
    @Override
    public void close() {
        holder.destroyForcibly();
    }
}
