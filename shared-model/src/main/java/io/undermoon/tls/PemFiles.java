package io.undermoon.tls;

import io.smallrye.certs.pem.parsers.PKCS8Parser;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.net.ssl.KeyManagerFactory;

/**
 * Reads PEM files (RFC 7468). The JDK parses certificates, SmallRye's parser keys in PKCS #8 ({@code PRIVATE KEY}), and
 * Vert.x keys in PKCS #1 ({@code RSA PRIVATE KEY}) and SEC 1 ({@code EC PRIVATE KEY}). Encrypted keys are refused,
 * because no configuration key names their password. Other blocks are skipped: a certificate and its key may be in one
 * file.
 */
final class PemFiles {
    private static final Pattern CERTIFICATE =
            Pattern.compile("-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----");
    private static final char[] NO_PASSWORD = new char[0];

    private PemFiles() {}

    /** All certificates in the order of the file, at least one. */
    static List<X509Certificate> certificates(Path file) throws TlsException {
        String blocks = CERTIFICATE
                .matcher(read(file))
                .results()
                .map(MatchResult::group)
                .collect(Collectors.joining("\n"));
        if (blocks.isEmpty()) {
            throw new TlsException(file + " has no certificate in PEM format");
        }
        try {
            return CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(blocks.getBytes(StandardCharsets.ISO_8859_1)))
                    .stream()
                    .map(X509Certificate.class::cast)
                    .toList();
        } catch (CertificateException e) {
            throw new TlsException(file + " has a certificate that cannot be read: " + e.getMessage(), e);
        }
    }

    /** The certificates of a file as those to trust. */
    static KeyStore trusted(Path file) throws GeneralSecurityException, IOException, TlsException {
        KeyStore store = emptyStore();
        for (X509Certificate certificate : certificates(file)) {
            store.setCertificateEntry("authority-" + store.size(), certificate);
        }
        return store;
    }

    /** What shows the certificates of one file with the first private key of another. */
    static KeyManagerFactory keyManagers(Path certificate, Path key) throws TlsException {
        String text = read(key);
        try {
            PrivateKey pkcs8 = new PKCS8Parser().getKey(text, null);
            if (pkcs8 == null) {
                return new PemKeyCertOptions()
                        .setKeyValue(Buffer.buffer(text))
                        .setCertValue(Buffer.buffer(read(certificate)))
                        .getKeyManagerFactory(null);
            }
            KeyStore store = emptyStore();
            store.setKeyEntry(
                    "own", pkcs8, NO_PASSWORD, certificates(certificate).toArray(X509Certificate[]::new));
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, NO_PASSWORD);
            return factory;
        } catch (Exception e) {
            String reason = text.contains("ENCRYPTED") ? "it is encrypted; decrypt it first" : e.getMessage();
            throw new TlsException(key + " has no private key for " + certificate + ": " + reason, e);
        }
    }

    private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static String read(Path file) throws TlsException {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new TlsException(file + " cannot be read: " + e, e);
        }
    }
}
