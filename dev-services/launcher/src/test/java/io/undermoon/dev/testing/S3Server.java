package io.undermoon.dev.testing;

import static org.awaitility.Awaitility.await;

import io.undermoon.dev.os.Programs;
import io.undermoon.testsupport.FreePort;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** S3Proxy over a directory of the test, which checks the signatures of what it is asked. */
public final class S3Server implements AutoCloseable {
    public static final String ACCESS_KEY = "access";
    public static final String SECRET_KEY = "secret";
    public static final String BUCKET = "backups";

    private static final Path LIBRARIES = LauncherProcess.CHECKOUT.resolve("dev-services/s3-server/target/lib");
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final Process process;
    private final int port;
    private final Path data;

    private S3Server(Process process, int port, Path data) {
        this.process = process;
        this.port = port;
        this.data = data;
    }

    /** Starts one with an empty bucket. */
    public static S3Server start(Path directory) throws IOException {
        int port = FreePort.any();
        Path data = directory.resolve("s3-" + port);
        Files.createDirectories(data.resolve(BUCKET));
        Path properties = Files.write(
                directory.resolve("s3-" + port + ".properties"),
                List.of(
                        "s3proxy.endpoint=http://127.0.0.1:" + port,
                        "s3proxy.authorization=aws-v4",
                        "s3proxy.identity=" + ACCESS_KEY,
                        "s3proxy.credential=" + SECRET_KEY,
                        "jclouds.provider=filesystem",
                        "jclouds.filesystem.basedir=" + data));
        Process process = new ProcessBuilder(
                        Programs.java().toString(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        LIBRARIES + "/*",
                        "org.gaul.s3proxy.Main",
                        "--properties",
                        properties.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("s3-" + port + ".log").toFile())
                .start();
        S3Server server = new S3Server(process, port, data);
        try {
            await("the S3 server answers")
                    .atMost(TIMEOUT)
                    .ignoreExceptions()
                    .until(() -> !process.isAlive() || server.answers());
            if (!process.isAlive()) {
                throw new IOException("the S3 server has ended; see " + directory.resolve("s3-" + port + ".log"));
            }
            return server;
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    private boolean answers() throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) URI.create(endpoint()).toURL().openConnection();
        try {
            // It wants a login.
            return connection.getResponseCode() == HttpURLConnection.HTTP_FORBIDDEN;
        } finally {
            connection.disconnect();
        }
    }

    public String endpoint() {
        return "http://127.0.0.1:" + port;
    }

    /** Where it keeps the objects of the bucket, under their names. */
    public Path objects() {
        return data.resolve(BUCKET);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
