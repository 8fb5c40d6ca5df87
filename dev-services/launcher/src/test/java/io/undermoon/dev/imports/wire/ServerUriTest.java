package io.undermoon.dev.imports.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.dev.plan.UsageException;
import io.undermoon.metadata.HostPort;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServerUriTest {
    @Test
    void has_login_servers_and_the_name_of_a_master() {
        assertThat(ServerUri.parse("--from", "a:1,b:2"))
                .isEqualTo(new ServerUri(false, null, null, List.of(new HostPort("a", 1), new HostPort("b", 2)), null));
        assertThat(ServerUri.parse("--from", "rediss://u%40:p%3Aw+@h:1"))
                .isEqualTo(new ServerUri(true, "u@", "p:w+", List.of(new HostPort("h", 1)), null));
        ServerUri sentinels = ServerUri.parse("--from", "sentinel://:pw@a:1,b:2/mymaster");
        assertThat(sentinels.sentinelMaster()).isEqualTo("mymaster");
        assertThat(sentinels).hasToString("sentinel://a:1,b:2/mymaster");
    }

    @Test
    void what_is_no_address_is_named() {
        for (String wrong : List.of("http://a:1", "a", "redis://a:99999", "sentinel://a:1", "redis://a:1/master")) {
            assertThatThrownBy(() -> ServerUri.parse("--from", wrong))
                    .as(wrong)
                    .isInstanceOf(UsageException.class)
                    .hasMessageStartingWith("--from: ");
        }
    }
}
