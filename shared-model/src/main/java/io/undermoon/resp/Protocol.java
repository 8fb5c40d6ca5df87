package io.undermoon.resp;

/** The version of the protocol that a connection speaks; RESP2 until {@code HELLO 3}. */
public enum Protocol {
    RESP2,
    RESP3
}
