package io.undermoon.dev.cli;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * Runs commands against a broker that says the same to everybody, so that the classes of usual commands are loaded. The
 * script calls it once, with {@code -XX:ArchiveClassesAtExit}, to make the archive from which later commands start, and
 * the build of the image with {@code -XX:AOTCacheOutput}.
 */
@Command(name = "training", hidden = true, description = "Loads the classes of usual commands.")
final class TrainingCommand implements Callable<Integer> {
    private static final String NODE = """
            {"address":"127.0.0.1:1","proxy_address":"127.0.0.1:1","slots":[{"range_list":[[0,16383]],"tag":"None"}],
            "repl":{"role":"master","peers":[]}}""";
    private static final String CLUSTER = """
            {"name":"c","epoch":1,"node_number":4,"node_number_with_slots":4,"is_migrating":false,"migrations":[]}""";

    /** By the end of the path; what is not here is answered with an empty object. */
    private static final Map<String, String> ANSWERS = Map.of(
            "/clusters/info",
            "{\"clusters\":[" + CLUSTER + "]}",
            "/clusters/info/c",
            CLUSTER,
            "/clusters/meta/c",
            "{\"cluster\":{\"name\":\"c\",\"epoch\":1,\"nodes\":[" + NODE + "],\"config\":{}}}",
            "/clusters/names",
            "{\"names\":[\"c\"]}",
            "/clusters/replicas/c",
            "{\"replicas\":[],\"notices\":[\"n\"]}",
            "/epoch",
            "1",
            "/proxies/failed/addresses",
            "{\"addresses\":[]}",
            "/metadata",
            "{\"all_proxies\":{\"127.0.0.1:1\":{\"proxy_address\":\"127.0.0.1:1\",\"host\":\"h\","
                    + "\"cluster\":\"c\",\"node_addresses\":[\"127.0.0.1:1\"]}},\"failed_proxies\":[]}");

    private static final List<String> COMMANDS = List.of(
            "--help",
            "clusters --help",
            "status --broker BROKER",
            "status --broker BROKER -o json",
            "clusters list --broker BROKER -o yaml",
            "nodes --broker BROKER",
            "proxies --broker BROKER",
            "migrations c --broker BROKER",
            "audit --broker BROKER",
            "context list",
            "data backup --help",
            "doctor --broker BROKER");

    @Override
    public Integer call() throws IOException {
        HttpServer broker = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4);
        broker.createContext("/", exchange -> {
            String path = exchange.getRequestURI().getPath().replaceFirst("^/api/v3", "");
            byte[] body = ANSWERS.getOrDefault(path, "{}").getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        broker.start();
        PrintStream out = System.out;
        PrintStream err = System.err;
        try {
            PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
            System.setOut(nowhere);
            System.setErr(nowhere);
            String address = "127.0.0.1:" + broker.getAddress().getPort();
            for (String command : COMMANDS) {
                Undermoon.run(command.replace("BROKER", address).split(" "));
            }
        } finally {
            System.setOut(out);
            System.setErr(err);
            broker.stop(0);
        }
        return 0;
    }
}
