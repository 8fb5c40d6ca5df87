package io.undermoon.proxy.compression;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.CommandTable;
import io.undermoon.proxy.frame.CommandFrame;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ValueCommandsTest {
    private static final Set<String> CATEGORIES = Set.of("string", "bitmap", "hyperloglog");

    private final CommandTable table = CommandTable.load();
    private final ValueCommands commands = new ValueCommands(table);

    @Test
    void every_command_on_strings_is_listed() {
        Set<String> onStrings = table.all().stream()
                .filter(command -> command.categories().stream().anyMatch(CATEGORIES::contains))
                .map(Command::name)
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(onStrings).contains("get", "bitcount", "pfadd");
        assertThat(ValueCommands.byName().keySet()).containsAll(onStrings);
    }

    @Test
    void knows_which_arguments_are_values() {
        assertThat(places("SET", "k", "v", "EX", "5")).isEqualTo(new ValueCommands.Places(2, 1, 3));
        assertThat(places("SETEX", "k", "5", "v")).isEqualTo(new ValueCommands.Places(3, 1, 4));
        assertThat(places("MSET", "a", "1", "b", "2")).isEqualTo(new ValueCommands.Places(2, 2, 5));
    }

    private ValueCommands.Places places(String... command) {
        CommandFrame frame = CommandFrame.of(List.of(command));
        return ValueCommands.places(table.find(frame), frame);
    }

    @Test
    void knows_what_works_on_the_bytes_of_values() {
        assertThat(needsBytes("APPEND", "k", "v")).isTrue();
        assertThat(needsBytes("STRLEN", "k")).isTrue();
        assertThat(needsBytes("SORT", "list", "by", "weight_*", "GET", "#")).isTrue();
        assertThat(needsBytes("SORT", "list", "BY", "nosort", "GET", "#")).isFalse();
        assertThat(needsBytes("SET", "k", "v", "ifeq", "w")).isTrue();
        assertThat(needsBytes("SET", "IFEQ", "IFEQ", "NX")).isFalse();
        assertThat(needsBytes("INCR", "k")).isFalse();
    }

    private boolean needsBytes(String... command) {
        CommandFrame frame = CommandFrame.of(List.of(command));
        return commands.needsBytes(table.find(frame), frame);
    }
}
