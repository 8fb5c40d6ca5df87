package io.undermoon.proxy.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.slot.Slot;
import org.junit.jupiter.api.Test;

class KeysTest {
    private final CommandTable table = CommandTable.load();

    @Test
    void the_slot_of_a_single_key() {
        assertThat(slotOf("GET foo")).isEqualTo(Slot.of("foo"));
        assertThat(slotOf("OBJECT ENCODING foo")).isEqualTo(Slot.of("foo"));
        assertThat(slotOf("XGROUP CREATE foo g $ MKSTREAM")).isEqualTo(Slot.of("foo"));
        assertThat(slotOf("SPUBLISH foo hello")).isEqualTo(Slot.of("foo"));
    }

    @Test
    void keys_of_one_slot_and_of_several() {
        assertThat(slotOf("MGET {a}1 {a}2 a")).isEqualTo(Slot.of("a"));
        assertThat(slotOf("MSET {a}1 v {a}2 v")).isEqualTo(Slot.of("a"));
        assertThat(slotOf("MGET a b")).isEqualTo(Keys.CROSS_SLOT);
        assertThat(slotOf("RENAME a b")).isEqualTo(Keys.CROSS_SLOT);
        assertThat(slotOf("ZUNIONSTORE {a}1 2 {a}2 {a}3 WEIGHTS 1 2")).isEqualTo(Slot.of("a"));
        assertThat(slotOf("ZUNIONSTORE a 2 {a}2 b")).isEqualTo(Keys.CROSS_SLOT);
        assertThat(slotOf("XREAD COUNT 1 STREAMS a b 0 0")).isEqualTo(Keys.CROSS_SLOT);
        assertThat(slotOf("GEORADIUS a 1 2 3 m STORE b")).isEqualTo(Keys.CROSS_SLOT);
        assertThat(slotOf("BITOP AND a b")).isEqualTo(Keys.CROSS_SLOT);
        assertThat(slotOf("MSETEX 2 {a}1 v {a}2 w EX 10")).isEqualTo(Slot.of("a"));
        assertThat(slotOf("MSETEX 2 a v b w")).isEqualTo(Keys.CROSS_SLOT);
    }

    @Test
    void scripts_may_have_no_keys() {
        assertThat(slotOf("EVAL script 0")).isEqualTo(Keys.NO_KEY);
        assertThat(slotOf("EVAL script 0 argument")).isEqualTo(Keys.NO_KEY);
        assertThat(slotOf("EVAL script 1 a argument")).isEqualTo(Slot.of("a"));
        assertThat(slotOf("FCALL f 2 a b")).isEqualTo(Keys.CROSS_SLOT);
    }

    @Test
    void numbers_of_keys_that_cannot_be_right() {
        for (String number : new String[] {"x", "-1", "3", "", "01", "+1", " 1", "1.0", "99999999999999999999"}) {
            assertThat(slotOf(Frames.of("EVAL", "script", number, "a", "b"))).isEqualTo(Keys.MALFORMED);
            assertThat(slotOf(Frames.of("ZUNION", number, "a", "a"))).isEqualTo(Keys.MALFORMED);
        }
        assertThat(slotOf("ZUNION 0 a")).isEqualTo(Keys.MALFORMED);
        assertThat(slotOf("MSETEX 2 a v a")).isNotNegative();
        assertThat(slotOf("MSETEX 2 a v")).isEqualTo(Keys.MALFORMED);
        assertThat(slotOf("MSETEX 999999999 a v")).isEqualTo(Keys.MALFORMED);
    }

    @Test
    void a_stream_without_its_keyword_is_malformed() {
        assertThat(slotOf("XREAD COUNT 1 a")).isEqualTo(Keys.MALFORMED);
        assertThat(slotOf("XREAD COUNT 1 STREAMS")).isEqualTo(Keys.MALFORMED);
    }

    @Test
    void sort_goes_where_its_keys_are() {
        assertThat(slotOf("SORT a")).isEqualTo(Slot.of("a"));
        assertThat(slotOf("SORT a LIMIT 0 STORE BY nosort GET # DESC STORE {a}2"))
                .isEqualTo(Slot.of("a"));
        assertThat(slotOf("SORT a STORE b")).isEqualTo(Keys.CROSS_SLOT);
        assertThat(slotOf("SORT a STORE")).isEqualTo(Slot.of("a"));
        assertThat(slotOf("SORT a BY w_*")).isEqualTo(Keys.SORT_BY_DENIED);
        assertThat(slotOf("SORT a GET # GET w_*->f")).isEqualTo(Keys.SORT_GET_DENIED);
        assertThat(slotOf("SORT_RO a BY {a}w_* GET {a}*")).isEqualTo(Slot.of("a"));
        assertThat(slotOf("SORT_RO a BY {b}w_*")).isEqualTo(Keys.SORT_BY_DENIED);
        assertThat(slotOf("SORT_RO a BY {*}w")).isEqualTo(Keys.SORT_BY_DENIED);
        assertThat(slotOf("SORT_RO a BY {}a*")).isEqualTo(Keys.SORT_BY_DENIED);
    }

    @Test
    void every_forwarded_command_of_its_least_size_is_answered_without_an_exception() {
        for (Command command : table.all()) {
            int count = Math.abs(command.arity());
            String[] arguments = new String[count];
            java.util.Arrays.fill(arguments, "1");
            assertThat(Keys.slotOf(command, Frames.of(arguments)))
                    .as(command.name())
                    .isLessThan(Slot.COUNT);
        }
    }

    private int slotOf(String command) {
        return slotOf(Frames.ofWords(command));
    }

    private int slotOf(CommandFrame frame) {
        Command command = table.find(frame);
        if (command.isContainer()) {
            command = command.findSub(frame);
        }
        return Keys.slotOf(command, frame);
    }
}
