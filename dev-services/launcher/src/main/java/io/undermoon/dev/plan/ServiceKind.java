package io.undermoon.dev.plan;

/** The kind of a process of the stack. The order of the constants is the order in which a listing shows them. */
public enum ServiceKind {
    BROKER(Stage.FOUNDATION),
    COORDINATOR(Stage.WATCH),
    PROXY(Stage.FOUNDATION),
    REDIS(Stage.STORAGE);

    private final Stage stage;

    ServiceKind(Stage stage) {
        this.stage = stage;
    }

    public Stage stage() {
        return stage;
    }

    /**
     * When a service starts: stages in order, all services of a stage at once. Stopping goes backwards. Coordinators
     * are last in and first out, so that they never see a proxy as failed which merely has not started yet or was
     * stopped on purpose.
     */
    public enum Stage {
        STORAGE,
        FOUNDATION,
        WATCH
    }
}
