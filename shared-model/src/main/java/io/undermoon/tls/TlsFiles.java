package io.undermoon.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
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
    private static final char[] NO_PASSWORD = new char[0];

    public TlsFiles {
        if ((certificate == null) != (key == null)) {
            throw new IllegalArgumentException("a certificate and its key go together");
        }
    }

    /** Of files by their names. */
    public static TlsFiles of(Optional<String> certificate, Optional<String> key, Optional<String> authorities) {
        return new TlsFiles(path(certificate), path(key), path(authorities));
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
            SSLContext context = SSLContext.getInstance("TLS");
            X509Certificate[] chain =
                    certificate == null ? null : PemFile.read(certificate).certificates();
            X509KeyManager keys = keyManager(chain);
            X509TrustManager trust = trustManager(verifyHostname);
            context.init(keys == null ? null : new KeyManager[] {keys}, new TrustManager[] {trust}, null);
            return new Loaded(
                    context,
                    keys,
                    trust,
                    chain == null ? null : chain[0].getNotAfter().toInstant());
        } catch (GeneralSecurityException | IOException e) {
            throw new TlsException("TLS cannot be set up: " + e.getMessage(), e);
        }
    }

    private @Nullable X509KeyManager keyManager(X509Certificate @Nullable [] chain)
            throws GeneralSecurityException, IOException, TlsException {
        if (key == null || chain == null) {
            return null;
        }
        PrivateKey privateKey = PemFile.read(key).privateKey();
        if (!belongTogether(privateKey, chain[0].getPublicKey())) {
            throw new TlsException(key + " is not the key of " + certificate);
        }
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("own", privateKey, NO_PASSWORD, chain);
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, NO_PASSWORD);
        return only(X509KeyManager.class, factory.getKeyManagers());
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
        factory.init(authorities == null ? null : trusted(authorities));
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

    private static KeyStore trusted(Path file) throws GeneralSecurityException, IOException, TlsException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        int number = 0;
        for (X509Certificate authority : PemFile.read(file).certificates()) {
            store.setCertificateEntry("authority-" + number++, authority);
        }
        return store;
    }
}
