package io.undermoon.proxy.node;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class KeyspaceFiguresTest {
    @Test
    void the_average_is_over_the_keys_that_expire() {
        KeyspaceFigures one = InfoReport.parse("# Keyspace\r\ndb0:keys=10,expires=1,avg_ttl=4000\r\ndb1:keys=7\r\n")
                .keyspace();
        KeyspaceFigures other = InfoReport.parse("db0:keys=5,expires=3,avg_ttl=0,subexpiry=0\r\n")
                .keyspace();
        assertThat(one).isEqualTo(new KeyspaceFigures(10, 1, 4000));
        assertThat(one.plus(other)).isEqualTo(new KeyspaceFigures(15, 4, 1000));
        assertThat(KeyspaceFigures.NONE.plus(KeyspaceFigures.NONE)).isEqualTo(KeyspaceFigures.NONE);
    }
}
