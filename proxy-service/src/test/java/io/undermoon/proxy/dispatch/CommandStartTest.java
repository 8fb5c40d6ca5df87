package io.undermoon.proxy.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.session.Place;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandStartTest {
    /** The number of bytes is that from which on the place is known. */
    @ParameterizedTest
    @CsvSource({
        "'*2\r\n$5\r\nUMCTL\r\n$8\r\nGETEPOCH\r\n', CONTROL, 14",
        "'*2\r\n$5\r\numCtl\r\n$8\r\nGETEPOCH\r\n', CONTROL, 14",
        "'*12345\r\n$5\r\nUMCTL\r\n$7\r\nSETMETA\r\n', CONTROL, 18",
        "'*3\r\n$4\r\nAUTH\r\n$1\r\nu\r\n$1\r\np\r\n', ANY, 13",
        "'*1\r\n$4\r\nPING\r\n*2\r\n$5\r\nUMCTL\r\n$4\r\nINFO\r\n', CONTROL, 28",
        "'*1\r\n$4\r\nPING\r\n*2\r\n$3\r\nGET\r\n$1\r\nk\r\n', CLIENTS, 23",
        "'*2\r\n$3\r\nGET\r\n$1\r\nk\r\n', CLIENTS, 9",
        "'*2\r\n$6\r\nUMCTLX\r\n$1\r\nk\r\n', CLIENTS, 14",
        "'*2\r\n$9\r\nUMFORWARD\r\n$1\r\nk\r\n', CLIENTS, 11",
        "'*x', CLIENTS, 2",
        "'*1\r\n:1', CLIENTS, 5",
        "'*11111111111111\r\n$4\r\nAUTH\r\n', CLIENTS, 11",
        "'UMCTL GETEPOCH\r\n', CONTROL, 6",
        "'auth secret\r\n', ANY, 5",
        "'GET k\r\n', CLIENTS, 1",
        "'\r\n', CLIENTS, 1",
    })
    void tells_where_a_command_belongs_as_soon_as_that_is_known(String command, Place place, int known) {
        byte[] bytes = command.getBytes(StandardCharsets.US_ASCII);
        for (int length = 1; length <= bytes.length; length++) {
            ByteBuf in = Unpooled.buffer().writeByte('x').writeBytes(bytes, 0, length);
            in.readByte();
            if (length < known) {
                // A PING alone is a command of a client.
                boolean isPing = length == 14 && command.contains("PING");
                assertThat(CommandStart.of(in))
                        .as("%d bytes", length)
                        .isEqualTo(isPing ? Place.CLIENTS : Place.UNKNOWN);
            } else {
                assertThat(CommandStart.of(in)).as("%d bytes", length).isEqualTo(place);
            }
        }
    }
}
