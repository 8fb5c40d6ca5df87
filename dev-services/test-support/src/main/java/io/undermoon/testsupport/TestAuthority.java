package io.undermoon.testsupport;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;

/** An authority with certificates made by the JDK's keytool, as PEM files in a directory. */
public final class TestAuthority {
    private static final String PASSWORD = "changeit";

    private final Path directory;
    private final Path store;

    /** What a server or client shows. */
    public record Identity(Path certificate, Path key) {}

    /** Makes an authority whose files are in a directory that is there. */
    public TestAuthority(Path directory, String name) throws IOException, GeneralSecurityException {
        this.directory = directory;
        this.store = directory.resolve(name + ".p12");
        keytool("-alias", "authority", "-dname", "CN=" + name, "-ext", "bc:c", "-keyalg", "EC");
        write(
                authorities(),
                pem("CERTIFICATE", load().getCertificate("authority").getEncoded()));
    }

    /** The file of the authority's own certificate. */
    public Path authorities() {
        return store.resolveSibling(store.getFileName() + ".ca.pem");
    }

    /** A certificate for 127.0.0.1 and localhost. */
    public Identity issue(String name) throws IOException, GeneralSecurityException {
        return issue(name, "EC", "san=ip:127.0.0.1,dns:localhost");
    }

    /**
     * @param keyAlgorithm {@code EC} or {@code RSA}
     * @param extension as keytool has it, such as {@code san=dns:a.example}
     */
    public Identity issue(String name, String keyAlgorithm, String extension)
            throws IOException, GeneralSecurityException {
        keytool(
                "-alias",
                name,
                "-dname",
                "CN=" + name,
                "-signer",
                "authority",
                "-ext",
                extension,
                "-keyalg",
                keyAlgorithm);
        KeyStore keys = load();
        Identity identity = new Identity(directory.resolve(name + ".pem"), directory.resolve(name + ".key"));
        StringBuilder chain = new StringBuilder();
        for (Certificate certificate : keys.getCertificateChain(name)) {
            chain.append(pem("CERTIFICATE", certificate.getEncoded()));
        }
        write(identity.certificate(), chain.toString());
        write(
                identity.key(),
                pem("PRIVATE KEY", keys.getKey(name, PASSWORD.toCharArray()).getEncoded()));
        return identity;
    }

    public static String pem(String type, byte[] bytes) {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        return "-----BEGIN " + type + "-----\n" + base64 + "\n-----END " + type + "-----\n";
    }

    private void keytool(String... arguments) throws IOException {
        List<String> always = List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD,
                "-validity",
                "2");
        Process process = new ProcessBuilder(
                        Stream.concat(always.stream(), Arrays.stream(arguments)).toList())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException("keytool: " + output);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private KeyStore load() throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        return keys;
    }

    private static void write(Path file, String text) throws IOException {
        Files.writeString(file, text, StandardCharsets.US_ASCII);
    }
}
