package io.undermoon.proxy.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.ProxyAddress;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class OutsideAddressesTest {
    private static final ProxyAddress KNOWN = new ProxyAddress("proxy-0.inside:5299");
    private static final ProxyAddress OTHER = new ProxyAddress("proxy-1.inside:5299");

    private final OutsideAddresses addresses = new OutsideAddresses();

    @Test
    void reads_a_line_for_each() {
        addresses.replace("""
            # of our load balancers
            proxy-0.inside:5299   203.0.113.7:6000
              proxy-0.inside:15299 [2001:db8::1]:6001 # replicas

            """);
        assertThat(addresses.size()).isEqualTo(2);
        assertThat(addresses.of(KNOWN)).isEqualTo(new HostPort("203.0.113.7", 6000));
        assertThat(addresses.of(new ProxyAddress("proxy-0.inside:15299"))).hasToString("[2001:db8::1]:6001");
        assertThat(addresses.of(OTHER)).isNull();
        addresses.replace("");
        assertThat(addresses.of(KNOWN)).isNull();
    }

    @Test
    void a_mistake_changes_nothing_and_is_named() {
        addresses.replace("proxy-0.inside:5299 203.0.113.7:6000");
        assertThatThrownBy(() -> addresses.replace("proxy-0.inside:5299 a:1\nproxy-1.inside:5299"))
                .hasMessageContaining("line 2 'proxy-1.inside:5299'");
        assertThatThrownBy(() -> addresses.replace("proxy-0.inside:5299 203.0.113.7"))
                .hasMessageContaining("line 1: ")
                .hasMessageContaining("203.0.113.7");
        assertThatThrownBy(() -> addresses.replace("proxy-0.inside:5299 a:1\nproxy-0.inside:5299 b:1"))
                .hasMessageContaining("line 2: proxy-0.inside:5299 has an address already");
        assertThat(addresses.of(KNOWN)).isEqualTo(new HostPort("203.0.113.7", 6000));
    }

    @Test
    void a_proxy_without_one_is_shown_as_in_the_metadata() {
        ClientPorts plain = new ClientPorts(false, OptionalInt.of(0), OptionalInt.empty(), addresses);
        addresses.replace("proxy-0.inside:5299 203.0.113.7:6000");
        assertThat(plain.addressOf(KNOWN)).isEqualTo("203.0.113.7:6000");
        assertThat(plain.plainOf(KNOWN)).hasValue(6000);
        assertThat(plain.tlsOf(KNOWN)).isEmpty();
        assertThat(plain.addressOf(OTHER)).isEqualTo("proxy-1.inside:5299");
        ClientPorts encrypted = new ClientPorts(true, OptionalInt.empty(), OptionalInt.of(0), addresses);
        assertThat(encrypted.tlsOf(KNOWN)).hasValue(6000);
        assertThat(encrypted.plainOf(KNOWN)).isEmpty();
    }
}
