package io.undermoon.dev.clusterclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.metadata.HostPort;
import io.undermoon.resp.RespValue;
import io.undermoon.resp.RespValue.Array;
import io.undermoon.resp.RespValue.Bulk;
import io.undermoon.resp.RespValue.Int;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SlotMapTest {
    private static final HostPort ASKED = new HostPort("asked", 1);
    private static final HostPort FIRST = new HostPort("a", 10);
    private static final HostPort SECOND = new HostPort("asked", 20);

    private final SlotMap map = SlotMap.parse(
            new Array(List.of(range(0, 99, node("a", 10), node("b", 11)), range(200, 200, node("", 20)))), ASKED);

    @Test
    void masters_and_replicas_are_those_of_the_range() {
        assertThat(map.shard(99)).contains(new SlotMap.Shard(FIRST, List.of(new HostPort("b", 11))));
        assertThat(map.shard(100)).isEmpty();
        assertThat(map.masters()).containsExactly(FIRST, SECOND);
        assertThat(map.replicas()).isEqualTo(1);
    }

    @Test
    void a_node_without_a_host_is_on_that_of_who_was_asked() {
        assertThat(map.shard(200).orElseThrow().master()).isEqualTo(SECOND);
    }

    @Test
    void a_slot_that_moves_gets_the_replicas_of_its_new_master() {
        assertThat(map.with(200, FIRST).shard(200)).isEqualTo(map.shard(0));
        assertThat(map.with(200, ASKED).shard(200)).contains(new SlotMap.Shard(ASKED, List.of()));
        assertThat(map.shard(200).orElseThrow().master()).isEqualTo(SECOND);
    }

    @Test
    void another_kind_of_reply_is_told() {
        assertThatThrownBy(() -> SlotMap.parse(new Int(1), ASKED))
                .isInstanceOf(UnexpectedReplyException.class)
                .hasMessageContaining("array");
    }

    private static RespValue range(int first, int last, RespValue... nodes) {
        List<RespValue> parts = new ArrayList<>(List.of(new Int(first), new Int(last)));
        parts.addAll(List.of(nodes));
        return new Array(parts);
    }

    private static RespValue node(String host, int port) {
        return new Array(List.of(new Bulk(host), new Int(port), new Bulk("id")));
    }
}
