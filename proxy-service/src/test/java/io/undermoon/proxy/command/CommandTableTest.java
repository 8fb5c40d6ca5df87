package io.undermoon.proxy.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.Test;

class CommandTableTest {
    private final CommandTable table = CommandTable.load();

    @Test
    void finds_every_command_in_any_case() {
        for (Command command : table.top()) {
            assertThat(table.find(Frames.of(command.name()))).isSameAs(command);
            assertThat(table.find(Frames.of(command.name().toUpperCase(Locale.ROOT))))
                    .isSameAs(command);
            assertThat(table.find(Frames.of(mixed(command.name())))).isSameAs(command);
            for (Command subcommand : command.subcommands()) {
                String name = mixed(subcommand.simpleName());
                assertThat(command.findSub(Frames.of(command.name(), name))).isSameAs(subcommand);
                assertThat(table.find(command.name() + "|" + name)).isSameAs(subcommand);
            }
        }
    }

    @Test
    void finds_nothing_for_names_that_only_look_like_a_command() {
        for (Command command : table.top()) {
            String name = command.name();
            assertThat(table.find(Frames.of(name + "~"))).isNull();
            assertThat(table.find(Frames.of("~" + name))).isNull();
            String changed = (char) (name.charAt(0) ^ 0x20 ^ 0x80) + name.substring(1);
            assertThat(table.find(Frames.of(changed))).isNull();
        }
        assertThat(table.find(Frames.of(""))).isNull();
        assertThat(table.find(Frames.of("g"))).isNull();
        assertThat(table.find(Frames.of("no-such-command".repeat(1000)))).isNull();
        // '@' and '`' differ in the bit that tells the cases of letters apart, as do '-' and a control character.
        assertThat(table.find(Frames.of("restore\rasking"))).isNull();
        assertThat(table.find(Frames.of("client|setname"))).isNull();
    }

    @Test
    void a_container_without_a_known_subcommand_has_no_subcommand() {
        Command client = table.find("client");
        assertThat(client.findSub(Frames.of("client"))).isNull();
        assertThat(client.findSub(Frames.of("client", "nothing"))).isNull();
        assertThat(client.findSub(Frames.of("client", ""))).isNull();
        assertThat(table.find("get").findSub(Frames.of("get", "setname"))).isNull();
    }

    @Test
    void ids_are_dense() {
        for (int i = 0; i < table.size(); i++) {
            assertThat(table.all().get(i).id()).isEqualTo(i);
        }
        assertThat(table.size()).isGreaterThan(400);
    }

    @Test
    void every_arity_is_held_to() {
        for (Command command : table.all()) {
            int least = Math.abs(command.arity());
            assertThat(least).as(command.name()).isPositive();
            assertThat(command.arityMatches(least)).isTrue();
            assertThat(command.arityMatches(least - 1)).isFalse();
            assertThat(command.arityMatches(least + 1)).isEqualTo(command.arity() < 0);
        }
    }

    @Test
    void what_is_forwarded_has_keys_or_says_the_same_everywhere() {
        for (Command command : table.all()) {
            if (command.policy() == Policy.FORWARD || command.policy() == Policy.SPLIT) {
                assertThat(command.hasKeys() || command.simpleName().equals("help"))
                        .as(command.name())
                        .isTrue();
                assertThat(command.isContainer()).as(command.name()).isFalse();
            }
        }
    }

    @Test
    void every_name_in_the_policies_is_a_command() {
        assertThat(new Policies().names())
                .allSatisfy(name ->
                        assertThat(table.find(name.replace("|*", ""))).as(name).isNotNull());
    }

    @Test
    void policies_of_well_known_commands() {
        assertThat(policy("get")).isEqualTo(Policy.FORWARD);
        assertThat(policy("evalsha")).isEqualTo(Policy.FORWARD);
        assertThat(policy("object|encoding")).isEqualTo(Policy.FORWARD);
        assertThat(policy("hgetex")).isEqualTo(Policy.FORWARD);
        assertThat(policy("ping")).isEqualTo(Policy.LOCAL);
        assertThat(policy("client|setname")).isEqualTo(Policy.LOCAL);
        assertThat(policy("client|kill")).isEqualTo(Policy.LOCAL);
        assertThat(policy("cluster|meet")).isEqualTo(Policy.REFUSE);
        assertThat(policy("shutdown")).isEqualTo(Policy.REFUSE);
        assertThat(policy("flushall")).isEqualTo(Policy.GATHER);
        assertThat(policy("script|load")).isEqualTo(Policy.GATHER);
        assertThat(policy("function|restore")).isEqualTo(Policy.GATHER);
        assertThat(policy("script|kill")).isEqualTo(Policy.GATHER);
        assertThat(policy("function|kill")).isEqualTo(Policy.GATHER);
        assertThat(policy("mget")).isEqualTo(Policy.SPLIT);
        assertThat(policy("msetnx")).isEqualTo(Policy.FORWARD);
        assertThat(policy("blpop")).isEqualTo(Policy.BLOCK);
    }

    @Test
    void reading_a_stream_is_forwarded_unless_it_waits() {
        assertThat(policyOf("XREAD COUNT 2 STREAMS block 0")).isEqualTo(Policy.FORWARD);
        assertThat(policyOf("XREAD COUNT 2 block 0 STREAMS s 0")).isEqualTo(Policy.BLOCK);
        assertThat(policyOf("XREADGROUP GROUP BLOCK BLOCK NOACK STREAMS s >")).isEqualTo(Policy.FORWARD);
        assertThat(policyOf("XREADGROUP GROUP g c BLOCK 0 STREAMS s >")).isEqualTo(Policy.BLOCK);
        assertThat(policyOf("GET BLOCK")).isEqualTo(Policy.FORWARD);
    }

    private Policy policyOf(String command) {
        return table.find(Frames.ofWords(command)).policyOf(Frames.ofWords(command));
    }

    private Policy policy(String name) {
        return table.find(name).policy();
    }

    private static String mixed(String name) {
        StringBuilder mixed = new StringBuilder(name);
        for (int i = 0; i < name.length(); i += 2) {
            mixed.setCharAt(i, Character.toUpperCase(name.charAt(i)));
        }
        return mixed.toString();
    }
}
