package io.undermoon.proxy.migration.copy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.command.CommandTable;
import io.undermoon.resp.RespWriter;
import io.undermoon.slot.Slot;
import io.undermoon.slot.SlotRanges;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StreamReaderTest implements StreamReader.Listener {
    private final List<String> changed = new ArrayList<>();
    private final StreamReader reader = new StreamReader(CommandTable.load(), SlotRanges.ALL, this);
    private int markersRead;

    @Test
    void reports_the_keys_that_commands_may_have_changed() {
        read("SELECT", "0");
        read("MULTI");
        read("SET", "a", "1");
        read("MSET", "b", "1", "c", "2");
        read("UNLINK", "d", "e");
        read("XCLAIM", "f", "g", "c", "0", "1-1", "JUSTID");
        read("XGROUP", "CREATECONSUMER", "h", "g", "c");
        read("PEXPIREAT", "i", "1");
        read("RENAME", "j", "k");
        read("EXEC");
        read("PUBLISH", "channel", "message");
        read("REPLCONF", "GETACK", "*");
        read("PING");

        assertThat(changed).containsExactly("a", "b", "c", "d", "e", "f", "h", "i", "j", "k");
    }

    @Test
    void leaves_out_other_slots_and_other_databases() {
        SlotRanges slotOfA = SlotRanges.of(Slot.of("a"), Slot.of("a"));
        StreamReader narrow = new StreamReader(CommandTable.load(), slotOfA, this);
        assertThat(narrow.read(command("MSET", "a", "1", "{a}b", "2", "c", "3")))
                .isNull();
        assertThat(narrow.read(command("SELECT", "1"))).isNull();
        assertThat(narrow.read(command("SET", "a", "1"))).isNull();
        assertThat(narrow.read(command("FLUSHDB"))).isNull();
        assertThat(narrow.read(command("SELECT", "0"))).isNull();
        assertThat(narrow.read(command("DEL", "{a}d"))).isNull();

        assertThat(changed).containsExactly("a", "{a}b", "{a}d");
    }

    @Test
    void gives_the_reason_when_the_changed_keys_cannot_be_told() {
        assertThat(reader.read(command("FLUSHALL"))).contains("flushed");
        assertThat(reader.read(command("FLUSHDB", "ASYNC"))).contains("flushed");
        assertThat(reader.read(command("SWAPDB", "0", "1"))).contains("swapped");
        assertThat(reader.read(command("MODULE.DOES", "x"))).contains("MODULE.DOES");
        assertThat(reader.read(command("RREPLAY", "id", "*1\r\n$4\r\nPING\r\n")))
                .contains("active-replica");
    }

    @Test
    void finds_the_awaited_marker_in_another_database() {
        reader.awaitMarker("marker");
        read("SELECT", "0");
        read("SET", "a", "marker");
        assertThat(markersRead).isZero();
        read("SELECT", "1");
        read("SET", "undermoon:marks", "other");
        assertThat(markersRead).isZero();
        read("SET", "undermoon:marks", "marker", "PXAT", "1");
        assertThat(markersRead).isOne();
    }

    private void read(String... words) {
        assertThat(reader.read(command(words))).isNull();
    }

    private static ByteBuf command(String... words) {
        ByteBuf out = Unpooled.buffer();
        RespWriter.command(out, List.of(words));
        return out;
    }

    @Override
    public void changed(byte[] key) {
        changed.add(new String(key, StandardCharsets.UTF_8));
    }

    @Override
    public void markerRead() {
        markersRead++;
    }
}
