package io.undermoon.resp;

/** The protocol version of a connection; RESP2 until {@code HELLO 3}. */
public enum Protocol {
    RESP2,
    RESP3
}
