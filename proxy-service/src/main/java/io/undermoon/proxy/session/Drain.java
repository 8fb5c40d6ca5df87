package io.undermoon.proxy.session;

/** The user event by which a listener has a session handle no more commands, and close when all replies are out. */
public enum Drain {
    INSTANCE
}
