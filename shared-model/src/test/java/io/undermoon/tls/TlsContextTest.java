package io.undermoon.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.testsupport.TestAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
        assertRefused(first.certificate(), encrypted, "encrypted.key has an encrypted key");
        assertRefused(directory.resolve("nowhere.pem"), first.key(), "nowhere.pem cannot be read");
        assertThatThrownBy(() -> TlsFiles.of(Optional.of("a"), Optional.empty(), Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static void assertRefused(Path certificate, Path key, String why) {
        assertThatThrownBy(() -> new TlsContext(files(certificate, key), true))
                .isInstanceOf(TlsException.class)
                .hasMessageContaining(why);
    }

    @Test
    void reads_keys_in_the_form_of_pkcs1() throws Exception {
        byte[] pkcs8 = decoded(second.key());
        // SEQUENCE of 4 bytes' header, version of 3, algorithm of 15, header of the octet string of 4.
        byte[] pkcs1 = java.util.Arrays.copyOfRange(pkcs8, 26, pkcs8.length);
        Path file = Files.writeString(directory.resolve("rsa.key"), TestAuthority.pem("RSA PRIVATE KEY", pkcs1));

        assertThat(PemFile.read(file).privateKey()).isEqualTo(key("RSA", pkcs8));
        assertThat(new TlsContext(files(second.certificate(), file), true).current())
                .isNotNull();
    }

    @Test
    void reads_keys_in_the_form_of_sec1() throws Exception {
        // RFC 5915 with the curve of RFC 5480; as written by `openssl ecparam -name prime256v1 -genkey`.
        Path file = Files.writeString(directory.resolve("ec.key"), """
                -----BEGIN EC PARAMETERS-----
                BggqhkjOPQMBBw==
                -----END EC PARAMETERS-----
                -----BEGIN EC PRIVATE KEY-----
                MHcCAQEEIO6RE+3vQkUFmTeff+soJvi6YXZJDr3cPji8jxk6fGykoAoGCCqGSM49
                AwEHoUQDQgAEWRoUqeGCRy9ua8fOBYgOMcnbsFinlWYEw1KgS+m6AKJNAdM9MEzs
                sGnTVc+5N9hEuQ1sV5bEQIYnSGY1F6FzHg==
                -----END EC PRIVATE KEY-----
                """);
        assertThat(PemFile.read(file).privateKey().getAlgorithm()).isEqualTo("EC");

        Path short1 = Files.writeString(
                directory.resolve("short.key"), TestAuthority.pem("EC PRIVATE KEY", new byte[] {0x30, 0x10, 2, 1, 1}));
        assertThatThrownBy(() -> PemFile.read(short1).privateKey())
                .isInstanceOf(TlsException.class)
                .hasMessageContaining("short.key");
    }

    private static PrivateKey key(String algorithm, byte[] pkcs8) throws Exception {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    }

    private static byte[] decoded(Path pem) throws IOException {
        String text = Files.readString(pem).replaceAll("-----[^-]*-----", "");
        return Base64.getMimeDecoder().decode(text);
    }
}
