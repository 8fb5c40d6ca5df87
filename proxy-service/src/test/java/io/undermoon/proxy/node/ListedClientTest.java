package io.undermoon.proxy.node;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ListedClientTest {
    private static final String REDIS_7 = """
            id=3 addr=127.0.0.1:40364 laddr=127.0.0.1:7001 fd=8 name=undermoon:10.0.0.1:5299 age=5 idle=0 flags=N db=0 \
            sub=0 psub=0 ssub=0 multi=-1 qbuf=26 qbuf-free=20448 argv-mem=10 multi-mem=0 rbs=1024 rbp=0 obl=0 oll=0 \
            omem=0 tot-mem=22298 events=r cmd=client|list user=default redir=-1 resp=2
            id=4 addr=127.0.0.1:40365 laddr=127.0.0.1:7001 fd=9 name= age=5 idle=0 flags=N db=0 sub=0 psub=0 ssub=0 \
            multi=-1 qbuf=0 qbuf-free=0 argv-mem=0 multi-mem=0 rbs=1024 rbp=0 obl=0 oll=0 omem=0 tot-mem=1000 events=r \
            cmd=set user=undermoon-clients redir=-1 resp=2
            id=5 addr=[::1]:40366 laddr=127.0.0.1:7001 fd=9 name=cron age=5 idle=0 flags=N db=0 sub=0 psub=0 ssub=0 \
            multi=-1 qbuf=0 qbuf-free=0 argv-mem=0 multi-mem=0 rbs=1024 rbp=0 obl=0 oll=0 omem=0 tot-mem=1000 events=r \
            cmd=set user=default redir=-1 resp=2
            """;

    @Test
    void reads_lines_of_redis() {
        assertThat(ListedClient.parse(REDIS_7))
                .containsExactly(
                        new ListedClient("127.0.0.1:40364", "undermoon:10.0.0.1:5299", "default", "client|list"),
                        new ListedClient("127.0.0.1:40365", "", "undermoon-clients", "set"),
                        new ListedClient("[::1]:40366", "cron", "default", "set"));
        assertThat(ListedClient.parse("")).isEmpty();
        assertThat(ListedClient.parse("id=1 addr=127.0.0.1:1 fd=8 name= age=5 cmd=NULL\n"))
                .containsExactly(new ListedClient("127.0.0.1:1", "", "", "NULL"));
    }

    @Test
    void knows_connections_of_proxies_by_name_or_user() {
        assertThat(ListedClient.parse(REDIS_7)).map(ListedClient::isOfProxy).containsExactly(true, true, false);
        String copy = "id=6 addr=127.0.0.1:2 name=undermoon-move:0-100 cmd=restore user=proxy\n";
        assertThat(ListedClient.parse(copy)).map(ListedClient::isOfProxy).containsExactly(true);
    }
}
