package io.undermoon.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file of PEM blocks (RFC 7468): certificates, or one private key as PKCS #8 ({@code PRIVATE KEY}), PKCS #1 ({@code RSA PRIVATE
 * KEY}) or SEC 1 ({@code EC PRIVATE KEY}). Encrypted keys are refused: there is nobody to ask for their password.
 */
final class PemFile {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----\\s+([^-]*)-----END \\1-----", Pattern.DOTALL);
    private static final List<String> KEY_ALGORITHMS = List.of("RSA", "EC", "EdDSA");

    private final Path file;
    private final List<Block> blocks = new ArrayList<>();

    private record Block(String type, String base64) {}

    private PemFile(Path file, String text) {
        this.file = file;
        Matcher matcher = BLOCK.matcher(text);
        while (matcher.find()) {
            blocks.add(new Block(matcher.group(1), matcher.group(2)));
        }
    }

    static PemFile read(Path file) throws TlsException {
        try {
            return new PemFile(file, Files.readString(file, StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            throw new TlsException(file + " cannot be read: " + e, e);
        }
    }

    /** All certificates in the order of the file, at least one. */
    X509Certificate[] certificates() throws TlsException {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Block block : blocks) {
            if (block.type().equals("CERTIFICATE")) {
                certificates.add(certificate(bytes(block)));
            }
        }
        if (certificates.isEmpty()) {
            throw new TlsException(file + " has no certificate in PEM format");
        }
        return certificates.toArray(X509Certificate[]::new);
    }

    private X509Certificate certificate(byte[] encoded) throws TlsException {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(encoded));
        } catch (CertificateException e) {
            throw new TlsException(file + " has a certificate that cannot be read: " + e.getMessage(), e);
        }
    }

    /** The first private key. */
    PrivateKey privateKey() throws TlsException {
        for (Block block : blocks) {
            switch (block.type()) {
                case "PRIVATE KEY" -> {
                    return privateKey(bytes(block));
                }
                case "RSA PRIVATE KEY" -> {
                    return privateKey(Der.rsaToPkcs8(bytes(block)));
                }
                case "EC PRIVATE KEY" -> {
                    return privateKey(ecToPkcs8(bytes(block)));
                }
                case "ENCRYPTED PRIVATE KEY" ->
                    throw new TlsException(file + " has an encrypted key; decrypt it first");
                default -> {
                    // Parameters of the curve, or certificates in the same file.
                }
            }
        }
        throw new TlsException(file + " has no private key in PEM format");
    }

    private byte[] ecToPkcs8(byte[] key) throws TlsException {
        try {
            return Der.ecToPkcs8(key);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new TlsException(file + " has an EC private key that cannot be read: " + e.getMessage(), e);
        }
    }

    private PrivateKey privateKey(byte[] pkcs8) throws TlsException {
        InvalidKeySpecException refusal = new InvalidKeySpecException("of no known algorithm");
        for (String algorithm : KEY_ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (InvalidKeySpecException e) {
                refusal = e;
            } catch (NoSuchAlgorithmException e) {
                throw new TlsException("this Java has no " + algorithm + " keys", e);
            }
        }
        throw new TlsException(file + " has a private key that is neither RSA nor EC nor EdDSA", refusal);
    }

    private byte[] bytes(Block block) throws TlsException {
        try {
            return Base64.getMimeDecoder().decode(block.base64());
        } catch (IllegalArgumentException e) {
            throw new TlsException(file + " is damaged: " + e.getMessage(), e);
        }
    }
}
