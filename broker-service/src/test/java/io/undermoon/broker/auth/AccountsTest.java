package io.undermoon.broker.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccountsTest {
    /** Of {@code secret}. */
    private static final String HASH = "#2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";
    /** Of {@code other}. */
    private static final String OTHER = "#d9298a10d1b0735837dc4bd85dac641b0f3cef27a47e5d53a54f2f3f5b2fcffa";

    private static final Account ALICE = new Account("alice", Role.ADMIN);
    private static final Account CI = new Account("ci", Role.VIEWER);

    @TempDir
    Path directory;

    @Test
    void finds_accounts_by_secret_name_and_certificate() {
        Accounts accounts = Accounts.parse("""
                # administrators
                alice admin %s
                alice admin %s

                ci viewer certificate CN=ci,O=Example Inc
                """.formatted(HASH, OTHER));
        assertThat(accounts.bySecret("secret")).contains(ALICE);
        assertThat(accounts.bySecret("other")).contains(ALICE);
        assertThat(accounts.bySecret("Secret")).isEmpty();
        assertThat(accounts.bySecret("")).isEmpty();
        assertThat(accounts.byNameAndSecret("alice", "secret")).contains(ALICE);
        assertThat(accounts.byNameAndSecret("ci", "secret")).isEmpty();
        assertThat(accounts.byCertificate(new X500Principal("cn=ci, o=Example Inc")))
                .contains(CI);
        assertThat(accounts.byCertificate(new X500Principal("CN=ci"))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "alice admin | expected <name> <role>",
                "alice root #00 | 'root' is not a role",
                "alice admin secret | neither",
                "alice admin #123 | neither",
                "al/ice admin #00 | a name has",
                "alice admin certificate nonsense | is not the subject"
            })
    void names_the_line_and_what_is_wrong(String line, String reason) {
        assertThatThrownBy(() -> Accounts.parse("\n" + line))
                .hasMessageStartingWith("line 2: ")
                .hasMessageContaining(reason);
    }

    @Test
    void identifies_callers_by_the_header() throws IOException {
        AccessControl access = new AccessControl(new AccountsFile(file("alice admin " + HASH)));
        assertThat(access.isOpen()).isFalse();
        assertThat(access.identify("Bearer secret", null)).contains(ALICE);
        assertThat(access.identify("bearer  secret ", null)).contains(ALICE);
        assertThat(access.identify("Basic " + base64("alice:secret"), null)).contains(ALICE);
        assertThat(access.identify("Basic " + base64("bob:secret"), null)).isEmpty();
        assertThat(access.identify("Basic " + base64("alice"), null)).isEmpty();
        assertThat(access.identify("Basic !", null)).isEmpty();
        assertThat(access.identify("Digest secret", null)).isEmpty();
        assertThat(access.identify("Bearer", null)).isEmpty();
        assertThat(access.identify(null, null)).isEmpty();
    }

    @Test
    void follows_the_file_and_keeps_the_accounts_of_a_good_one() throws IOException {
        Path file = file("alice admin " + HASH);
        AccessControl access = new AccessControl(new AccountsFile(file));
        Files.writeString(file, "alice admin " + OTHER);
        access.refresh();
        assertThat(access.identify("Bearer secret", null)).isEmpty();
        assertThat(access.identify("Bearer other", null)).contains(ALICE);
        Files.writeString(file, "alice administrator " + HASH);
        access.refresh();
        Files.delete(file);
        access.refresh();
        assertThat(access.identify("Bearer other", null)).contains(ALICE);
    }

    @Test
    void lets_nobody_start_with_a_file_that_cannot_be_used() throws IOException {
        Path file = file("alice");
        assertThatThrownBy(() -> new AccountsFile(file)).hasMessageContaining(file + "', line 1");
        assertThatThrownBy(() -> new AccountsFile(directory.resolve("none"))).hasMessageContaining("cannot be read");
        assertThat(new AccessControl(null).isOpen()).isTrue();
        assertThat(new AccessControl(null).identify("Bearer secret", null)).isEqualTo(Optional.empty());
    }

    private Path file(String text) throws IOException {
        return Files.writeString(directory.resolve("accounts"), text);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
