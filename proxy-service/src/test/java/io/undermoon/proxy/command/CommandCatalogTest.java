package io.undermoon.proxy.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.resp.RespValue;
import io.undermoon.slot.Slot;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CommandCatalogTest {
    private final CommandCatalog catalog = new CommandCatalog();
    private final CommandTable before = catalog.current();

    @Test
    void what_is_known_is_not_learnt() {
        assertThat(learn(command("GET", 2, "readonly", 1, 1, 1), command("ping", -1, "admin", 1, 1, 1)))
                .isEmpty();
        assertThat(catalog.current()).isSameAs(before);
    }

    @Test
    void commands_of_an_old_node_are_found_by_first_last_and_step() {
        assertThat(learn(
                        command("json.get", -2, "readonly,module", 1, 1, 1),
                        command("ts.madd", -4, "write,denyoom,module", 1, -1, 3),
                        command("ft.search", -3, "readonly,module", 0, 0, 0),
                        command("bad.wait", -3, "write,blocking", 1, 1, 1),
                        command("bad.any", -3, "write,movablekeys", 1, 1, 1),
                        command("bad.admin", -2, "admin", 1, 1, 1)))
                .hasSize(6);
        assertThat(policy("JSON.Get")).isEqualTo(Policy.FORWARD);
        assertThat(policy("ts.madd")).isEqualTo(Policy.FORWARD);
        assertThat(policy("bad.wait")).isEqualTo(Policy.BLOCK);
        assertThat(policy("ft.search")).as("no key").isEqualTo(Policy.REFUSE);
        assertThat(policy("bad.any")).as("keys nobody knows").isEqualTo(Policy.REFUSE);
        assertThat(policy("bad.admin")).isEqualTo(Policy.REFUSE);
        assertThat(slot("JSON.GET key $")).isEqualTo(Slot.of("key"));
        assertThat(slot("TS.MADD {k}1 * 1 {k}2 * 2")).isEqualTo(Slot.of("k"));
        assertThat(slot("TS.MADD a * 1 b * 2")).isEqualTo(Keys.CROSS_SLOT);
        assertThat(catalog.current().find("json.get").has(CommandFlag.MODULE)).isTrue();
    }

    @Test
    void what_a_slot_move_would_lose_is_refused() {
        learn(command("expiremember", -4, "write,fast", 1, 1, 1), command("keydb.cron", -5, "write", 1, 1, 1));
        assertThat(policy("EXPIREMEMBER")).isEqualTo(Policy.REFUSE);
        assertThat(policy("KEYDB.CRON")).isEqualTo(Policy.REFUSE);
    }

    @Test
    void key_specs_and_subcommands_of_a_newer_node_are_understood() {
        RespValue spec = array(
                bulk("notes"),
                bulk("whatever"),
                bulk("flags"),
                array(simple("RW"), simple("some_new_flag")),
                bulk("begin_search"),
                array(
                        bulk("type"),
                        bulk("keyword"),
                        bulk("spec"),
                        array(bulk("keyword"), bulk("keys"), bulk("startfrom"), new RespValue.Int(1))),
                bulk("find_keys"),
                array(
                        bulk("type"),
                        bulk("keynum"),
                        bulk("spec"),
                        array(
                                bulk("keynumidx"),
                                new RespValue.Int(0),
                                bulk("firstkey"),
                                new RespValue.Int(1),
                                bulk("keystep"),
                                new RespValue.Int(1))));
        RespValue sub = full("new|read", -3, "readonly", spec);
        learn(full("new", -2, "", null, sub, full("new|purge", 2, "admin", spec)));
        learn(full("cluster", -2, "", null, full("cluster|sudden", 3, "", spec)));
        learn(full("object", -2, "", null, full("object|age", -3, "readonly", spec)));

        assertThat(policy("new|read")).isEqualTo(Policy.FORWARD);
        assertThat(policy("new|purge")).isEqualTo(Policy.REFUSE);
        assertThat(policy("cluster|sudden")).isEqualTo(Policy.REFUSE);
        assertThat(policy("object|age")).isEqualTo(Policy.FORWARD);
        assertThat(slot("NEW READ some KEYS 2 {k}1 {k}2 more")).isEqualTo(Slot.of("k"));
        assertThat(policy("object|encoding")).isEqualTo(Policy.FORWARD);
        assertThat(slot("OBJECT AGE KEYS 1 k")).isEqualTo(Slot.of("k"));
    }

    @Test
    void ids_are_dense_and_stay() {
        learn(command("b.one", 2, "readonly", 1, 1, 1));
        int id = catalog.current().find("b.one").id();
        learn(command("a.two", 2, "readonly", 1, 1, 1), command("b.one", 3, "readonly", 1, 1, 1));
        CommandTable table = catalog.current();
        assertThat(table.find("b.one").id()).isEqualTo(id);
        assertThat(table.find("b.one").arity()).isEqualTo(3);
        for (int i = 0; i < table.size(); i++) {
            assertThat(table.all().get(i).id()).isEqualTo(i);
        }
        for (Command command : before.all()) {
            assertThat(table.find(command.name())).isSameAs(command);
        }
        assertThat(table.top()).extracting(Command::name).isSorted();
        RespValue[] many = IntStream.range(0, 2000)
                .mapToObj(i -> command("c." + i, 2, "readonly", 1, 1, 1))
                .toArray(RespValue[]::new);
        learn(many);
        assertThat(catalog.current().size()).isEqualTo(catalog.idLimit());
    }

    @Test
    void a_reply_of_another_shape_is_refused() {
        assertThatThrownBy(() ->
                        NodeCommands.of(array(array(bulk("x"), bulk("y"), bulk("z"), bulk("z"), bulk("z"), bulk("z")))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> NodeCommands.of(bulk("x"))).isInstanceOf(IllegalArgumentException.class);
    }

    private List<String> learn(RespValue... commands) {
        return catalog.learn(NodeCommands.of(array(commands)));
    }

    private Policy policy(String name) {
        return catalog.current().find(name).policy();
    }

    private int slot(String words) {
        Command command = catalog.current().find(Frames.ofWords(words));
        if (command.isContainer()) {
            command = command.findSub(Frames.ofWords(words));
        }
        return Keys.slotOf(command, Frames.ofWords(words));
    }

    private static RespValue command(String name, int arity, String flags, int first, int last, int step) {
        return array(
                bulk(name),
                new RespValue.Int(arity),
                array(words(flags)),
                new RespValue.Int(first),
                new RespValue.Int(last),
                new RespValue.Int(step));
    }

    private static RespValue full(String name, int arity, String flags, RespValue spec, RespValue... subcommands) {
        return array(
                bulk(name),
                new RespValue.Int(arity),
                array(words(flags)),
                new RespValue.Int(0),
                new RespValue.Int(0),
                new RespValue.Int(0),
                array(simple("@slow")),
                array(),
                spec == null ? array() : array(spec),
                array(subcommands));
    }

    private static RespValue[] words(String text) {
        return Arrays.stream(text.split(","))
                .filter(word -> !word.isEmpty())
                .map(CommandCatalogTest::simple)
                .toArray(RespValue[]::new);
    }

    private static RespValue array(RespValue... items) {
        return new RespValue.Array(List.of(items));
    }

    private static RespValue bulk(String text) {
        return new RespValue.Bulk(text);
    }

    private static RespValue simple(String text) {
        return new RespValue.Simple(text);
    }
}
