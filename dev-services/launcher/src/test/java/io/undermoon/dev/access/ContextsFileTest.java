package io.undermoon.dev.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.dev.plan.LaunchException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContextsFileTest {
    @TempDir
    private Path directory;

    @Test
    void what_is_saved_is_loaded() {
        ContextsFile file = new ContextsFile(directory.resolve("new/contexts.yaml"));
        assertThat(file.load()).isEqualTo(Contexts.NONE);
        Contexts contexts = Contexts.NONE
                .with("prod", new Context(List.of("https://a:1", "https://b:2"), Map.of(Setting.PROXY_TLS, "true")))
                .with("test", new Context(List.of("c:3"), Map.of(Setting.USER, "alice")))
                .use("prod");
        file.save(contexts);
        assertThat(file.load()).isEqualTo(contexts);
        file.save(contexts.without("prod"));
        assertThat(file.load().current()).isNull();
    }

    @Test
    void files_are_relative_to_the_file_that_names_them() throws IOException {
        Contexts contexts = load("""
                current: p
                contexts:
                  p:
                    brokers: [https://a:1]
                    token_file: secrets/token
                    ca_file: /etc/ca.pem
                    coordinators: [a:6699, b:6699]
                """);
        assertThat(contexts.get("p").settings())
                .containsEntry(
                        Setting.TOKEN_FILE, directory.resolve("secrets/token").toString())
                .containsEntry(Setting.CA_FILE, "/etc/ca.pem")
                .containsEntry(Setting.COORDINATORS, "a:6699,b:6699");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "contexts: {p: {brokers: []}} | context 'p': there is no broker",
                "contexts: {p: {brokers: [a:1], token: x}} | 'token' is no setting of a context",
                "contexts: {p: {brokers: [a:1], proxy_tls: maybe}} | proxy_tls 'maybe' is neither true nor false",
                "contexts: {p: {brokers: [a:1], token_file: }} | 'token_file' has no value",
                "contexts: {p: {brokers: ['http://a:1', 'https://b:1']}} | of both http and https",
                "contexts: {p: {brokers: ['https://me:secret@a:1']}} | has a user or password in it",
                "contexts: {p: [1]} | it is not a mapping",
                "current: q | the current context 'q' is not in the list",
                "colour: red | 'colour' is not known",
                "[ | cannot be used"
            })
    void mistakes_are_named_with_the_file(String text, String message) {
        assertThatThrownBy(() -> load(text))
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining(directory.resolve("contexts.yaml").toString())
                .hasMessageContaining(message)
                .message()
                .doesNotContain("me:secret");
    }

    @Test
    void the_file_is_where_the_environment_says() {
        assertThat(ContextsFile.ofUser(Map.of("UNDERMOON_CONTEXTS", "/x/y.yaml"))
                        .path())
                .hasToString("/x/y.yaml");
        assertThat(ContextsFile.ofUser(Map.of("XDG_CONFIG_HOME", "/x", "HOME", "/h"))
                        .path())
                .hasToString("/x/undermoon/contexts.yaml");
        assertThat(ContextsFile.ofUser(Map.of("HOME", "/h")).path()).hasToString("/h/.config/undermoon/contexts.yaml");
    }

    private Contexts load(String text) throws IOException {
        Path file = directory.resolve("contexts.yaml");
        Files.writeString(file, text);
        return new ContextsFile(file).load();
    }
}
