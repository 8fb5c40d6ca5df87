package io.undermoon.proxy.blocking;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.proxy.command.CommandTable;
import io.undermoon.proxy.frame.CommandFrame;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BlockingTimeoutTest {
    private final CommandTable commands = CommandTable.load();

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    BLPOP a b 0                            | 250  | BLPOP a b 0
                    BLPOP a b 1                            | 250  | BLPOP a b 0.750
                    BRPOP a 0.5                            | 250  | BRPOP a 0.250
                    BRPOP a 0.2                            | 250  | BRPOP a 0.002
                    BZPOPMIN a 1e1                         | 250  | BZPOPMIN a 9.750
                    BZPOPMAX a 0x1p3                       | 250  | BZPOPMAX a 0x1p3
                    BLMOVE a b LEFT RIGHT 2                | 2000 | BLMOVE a b LEFT RIGHT 0.002
                    BRPOPLPUSH 5 6 7                       | 1000 | BRPOPLPUSH 5 6 6.000
                    BLMPOP 3 2 3 3 LEFT COUNT 3            | 1500 | BLMPOP 1.500 2 3 3 LEFT COUNT 3
                    BZMPOP 3 1 3 MIN                       | 1500 | BZMPOP 1.500 1 3 MIN
                    XREAD COUNT 500 BLOCK 500 STREAMS 500 $ | 400 | XREAD COUNT 500 BLOCK 100 STREAMS 500 $
                    XREADGROUP GROUP BLOCK 9 BLOCK 500 STREAMS s > | 600 | XREADGROUP GROUP BLOCK 9 BLOCK 1 STREAMS s >
                    WAIT 1 0                               | 400  | WAIT 1 0
                    WAIT 1 1000                            | 400  | WAIT 1 600
                    WAITAOF 1 1 1000                       | 400  | WAITAOF 1 1 600
                    BLPOP a b 1                            | 0    | BLPOP a b 1
                    """)
    void takes_off_what_is_over(String command, long elapsedMillis, String rest) {
        CommandFrame frame = CommandFrame.of(List.of(command.split(" ")));
        CommandFrame left =
                BlockingTimeout.rest(commands.find(frame), frame, TimeUnit.MILLISECONDS.toNanos(elapsedMillis));
        assertThat(String.join(" ", left.arguments(0))).isEqualTo(rest);
    }
}
