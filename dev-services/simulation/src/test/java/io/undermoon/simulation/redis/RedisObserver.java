package io.undermoon.simulation.redis;

/** Is told what happens to the data of the simulated Redis servers. */
public interface RedisObserver {
    /** A master has executed a write of a client; the former value is what the client wrote before. */
    void written(RedisServer master, int key, long formerVersion, long version);

    /** A master has replaced a record of a slot move; an empty value removes it. */
    void recorded(RedisServer master, String hash, String field, String value);

    /** A server has the data of its master up to its end. */
    void copied(RedisServer replica);

    /** A replica has become a master. */
    void promoted(RedisServer server, RedisServer former);
}
