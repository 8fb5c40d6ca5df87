package io.undermoon.proxy.control.info;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.metadata.Role;
import io.undermoon.proxy.node.InfoReport;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplicationFiguresTest {
    private static final String REPLICA = "role:slave\r\nmaster_link_status:up\r\nslave_repl_offset:42\r\n";

    @Test
    void a_field_that_some_servers_do_not_tell_is_left_out() {
        assertThat(ofReplica(REPLICA))
                .contains("\r\nslave_repl_offset:42\r\n")
                .doesNotContain("slave_read_repl_offset");
        assertThat(ofReplica(REPLICA + "slave_read_repl_offset:43\r\n"))
                .contains("\r\nslave_read_repl_offset:43\r\nslave_repl_offset:42\r\n");
    }

    private static String ofReplica(String info) {
        InfoText text = new InfoText();
        new ReplicationFigures(List.of(InfoReport.parse(info)))
                .replication(text, new ShownReplication(Role.REPLICA, List.of(), List.of()));
        return text.toString();
    }
}
