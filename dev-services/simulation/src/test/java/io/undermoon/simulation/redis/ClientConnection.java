package io.undermoon.simulation.redis;

/** A connection at a simulated Redis server, as the server sees it. */
public final class ClientConnection {
    private final long id;
    private final Runnable onClose;
    private String name = "";
    private boolean open = true;

    ClientConnection(long id, Runnable onClose) {
        this.id = id;
        this.onClose = onClose;
    }

    long id() {
        return id;
    }

    String name() {
        return name;
    }

    void setName(String given) {
        name = given;
    }

    /** Whether the server still executes what arrives on it. */
    public boolean isOpen() {
        return open;
    }

    /** Has the server close it. */
    void close() {
        if (open) {
            open = false;
            onClose.run();
        }
    }
}
