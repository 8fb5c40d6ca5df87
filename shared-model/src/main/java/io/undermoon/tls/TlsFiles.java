package io.undermoon.tls;

import io.undermoon.config.InvalidSettingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509KeyManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The files that TLS is made of.
 *
 * @param certificate the own certificate and those between it and its authority; absent for a client that shows none
 * @param key the private key of the certificate; given with it
 * @param authorities whose certificates are trusted; those the Java runtime trusts if absent
 */
public record TlsFiles(
        @Nullable Path certificate,
        @Nullable Path key,
        @Nullable Path authorities) {
    public TlsFiles {
        if ((certificate == null) != (key == null)) {
            throw new IllegalArgumentException("a certificate and its key go together");
        }
    }

    /**
     * The files that a configuration names.
     *
     * @throws IllegalArgumentException a certificate is given without its key, or the other way round
     */
    static TlsFiles of(TlsConfig config) {
        if (config.certFile().isPresent() != config.keyFile().isPresent()) {
            throw new InvalidSettingException(
                    "tls.cert_file",
                    config.certFile().orElse("(none)"),
                    "expected tls.cert_file and tls.key_file, or neither");
        }
        return new TlsFiles(path(config.certFile()), path(config.keyFile()), path(config.caCertFile()));
    }

    private static @Nullable Path path(Optional<String> name) {
        return name.map(Path::of).orElse(null);
    }

    /**
     * @param context of the files
     * @param keys what the context shows; absent if there is no own certificate
     * @param trust what the context accepts
     * @param notAfter when the own certificate expires; absent if there is none
     */
    record Loaded(
            SSLContext context,
            @Nullable X509KeyManager keys,
            X509TrustManager trust,
            @Nullable Instant notAfter) {}

    /** What changes when one of the files does: the times and sizes of all. A file that is gone changes it too. */
    String stamp() {
        StringBuilder stamp = new StringBuilder();
        Stream.of(Optional.ofNullable(certificate), Optional.ofNullable(key), Optional.ofNullable(authorities))
                .flatMap(Optional::stream)
                .forEach(file -> stamp.append(stamp(file)).append(' '));
        return stamp.toString();
    }

    private static String stamp(Path file) {
        try {
            return Files.getLastModifiedTime(file).toMillis() + "/" + Files.size(file);
        } catch (IOException e) {
            return "gone";
        }
    }

    Loaded load(boolean verifyHostname) throws TlsException {
        try {
            X509KeyManager keys = null;
            Instant notAfter = null;
            if (certificate != null && key != null) {
                X509Certificate own = PemFiles.certificates(certificate).get(0);
                keys = only(
                        X509KeyManager.class,
                        PemFiles.keyManagers(certificate, key).getKeyManagers());
                String alias = keys.getServerAliases(own.getPublicKey().getAlgorithm(), null)[0];
                if (!belongTogether(keys.getPrivateKey(alias), own.getPublicKey())) {
                    throw new TlsException(key + " is not the key of " + certificate);
                }
                notAfter = own.getNotAfter().toInstant();
            }
            X509TrustManager trust = trustManager(verifyHostname);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys == null ? null : new KeyManager[] {keys}, new TrustManager[] {trust}, null);
            return new Loaded(context, keys, trust, notAfter);
        } catch (GeneralSecurityException | IOException e) {
            throw new TlsException("TLS cannot be set up: " + e.getMessage(), e);
        }
    }

    private static boolean belongTogether(PrivateKey privateKey, PublicKey publicKey) throws GeneralSecurityException {
        String algorithm = switch (privateKey.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> "EdDSA";
        };
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(privateKey);
        signature.update((byte) 1);
        byte[] signed = signature.sign();
        try {
            signature.initVerify(publicKey);
            signature.update((byte) 1);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            // Keys of different kinds.
            return false;
        }
    }

    private X509TrustManager trustManager(boolean verifyHostname)
            throws GeneralSecurityException, IOException, TlsException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(authorities == null ? null : PemFiles.trusted(authorities));
        X509ExtendedTrustManager strict = only(X509ExtendedTrustManager.class, factory.getTrustManagers());
        return verifyHostname ? strict : new AnyHostname(strict);
    }

    private static <T> T only(Class<T> type, Object[] managers) throws TlsException {
        return Stream.of(managers)
                .filter(type::isInstance)
                .map(type::cast)
                .findFirst()
                .orElseThrow(() -> new TlsException("this Java has no " + type.getSimpleName()));
    }
}
