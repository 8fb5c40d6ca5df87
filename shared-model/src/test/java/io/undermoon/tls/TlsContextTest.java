package io.undermoon.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.testsupport.TestAuthority;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.PrivateKey;
import java.util.Arrays;
import java.util.Base64;
import javax.net.ssl.SSLContext;
import javax.net.ssl.X509KeyManager;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TlsContextTest {
    @TempDir
    static Path directory;

    private static TestAuthority authority;
    private static TestAuthority.Identity first;
    private static TestAuthority.Identity second;

    @BeforeAll
    static void makeCertificates() throws Exception {
        authority = new TestAuthority(directory, "one");
        first = authority.issue("first");
        second = authority.issue("second", "RSA", "san=dns:localhost");
    }

    private static TlsFiles files(Path certificate, Path key) {
        return new TlsFiles(certificate, key, authority.authorities());
    }

    @Test
    void takes_changed_files_and_keeps_the_old_ones_while_the_new_are_broken() throws Exception {
        Path certificate = directory.resolve("live.pem");
        Path key = directory.resolve("live.key");
        Files.copy(first.certificate(), certificate);
        Files.copy(first.key(), key);
        TlsContext context = new TlsContext(files(certificate, key), true);
        SSLContext before = context.current();
        assertThat(context.refresh()).isEqualTo(TlsContext.Outcome.UNCHANGED);

        Files.copy(second.certificate(), certificate, StandardCopyOption.REPLACE_EXISTING);
        assertThat(context.refresh()).isEqualTo(TlsContext.Outcome.REFUSED);
        assertThat(context.problem()).contains(key.toString()).contains("is not the key of");
        assertThat(context.current()).isSameAs(before);

        Files.copy(second.key(), key, StandardCopyOption.REPLACE_EXISTING);
        assertThat(context.refresh()).isEqualTo(TlsContext.Outcome.RELOADED);
        assertThat(context.problem()).isNull();
        assertThat(context.current()).isNotSameAs(before);
        assertThat(context.reloads()).isEqualTo(1);
        assertThat(context.notAfter()).isNotNull();

        Files.delete(key);
        assertThat(context.refresh()).isEqualTo(TlsContext.Outcome.REFUSED);
        assertThat(context.problem()).contains("cannot be read");
    }

    @Test
    void says_which_file_is_wrong() throws Exception {
        Path empty = Files.writeString(directory.resolve("empty.pem"), "");
        Path damaged = Files.writeString(
                directory.resolve("damaged.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        Path encrypted = Files.writeString(
                directory.resolve("encrypted.key"), TestAuthority.pem("ENCRYPTED PRIVATE KEY", new byte[] {1}));
        assertRefused(empty, first.key(), "empty.pem has no certificate");
        assertRefused(damaged, first.key(), "damaged.pem has a certificate that cannot be read");
        assertRefused(first.certificate(), empty, "empty.pem has no private key");
        assertRefused(first.certificate(), encrypted, "encrypted.key has no private key");
        assertRefused(first.certificate(), encrypted, "it is encrypted; decrypt it first");
        assertRefused(directory.resolve("nowhere.pem"), first.key(), "nowhere.pem cannot be read");
    }

    private static void assertRefused(Path certificate, Path key, String why) {
        assertThatThrownBy(() -> new TlsContext(files(certificate, key), true))
                .isInstanceOf(TlsException.class)
                .hasMessageContaining(why);
    }

    @Test
    void reads_keys_in_the_form_of_pkcs1() throws Exception {
        byte[] pkcs8 =
                Base64.getMimeDecoder().decode(Files.readString(second.key()).replaceAll("-----[^-]*-----", ""));
        // SEQUENCE of 4 bytes' header, version of 3, algorithm of 15, header of the octet string of 4.
        byte[] pkcs1 = Arrays.copyOfRange(pkcs8, 26, pkcs8.length);
        Path file = Files.writeString(directory.resolve("rsa.key"), TestAuthority.pem("RSA PRIVATE KEY", pkcs1));

        assertThat(ownKey(second.certificate(), file)).isEqualTo(ownKey(second.certificate(), second.key()));
    }

    /** As written by {@code openssl ecparam -name prime256v1 -genkey} and {@code openssl req -x509 -newkey ed25519}. */
    @ParameterizedTest
    @CsvSource({"sec1.pem, EC", "ed25519.pem, EdDSA"})
    void reads_keys_as_openssl_writes_them_from_the_file_of_their_certificate(String name, String algorithm)
            throws Exception {
        Path file = Path.of(getClass().getResource(name).toURI());

        assertThat(ownKey(file, file).getAlgorithm()).isEqualTo(algorithm);
    }

    @Test
    void names_the_file_of_a_key_that_ends_too_early() throws Exception {
        Path cut = Files.writeString(
                directory.resolve("short.key"), TestAuthority.pem("EC PRIVATE KEY", new byte[] {0x30, 0x10, 2, 1, 1}));

        assertRefused(first.certificate(), cut, "short.key");
    }

    private static PrivateKey ownKey(Path certificate, Path key) throws Exception {
        X509KeyManager keys = new TlsContext(files(certificate, key), true).keys();
        assertThat(keys).isNotNull();
        String type = PemFiles.certificates(certificate).get(0).getPublicKey().getAlgorithm();
        return keys.getPrivateKey(keys.getServerAliases(type, null)[0]);
    }
}
