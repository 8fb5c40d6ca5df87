package io.undermoon.dev.imports.engine;

/** What an attempt has done so far. Written under the lock of {@link Backlog}, and read by who shows it. */
final class Counters {
    volatile long keys;
    volatile long bytes;
    volatile long reread;
    volatile long commands;
    volatile long unread;
    volatile long unwritten;
    volatile long retries;
}
