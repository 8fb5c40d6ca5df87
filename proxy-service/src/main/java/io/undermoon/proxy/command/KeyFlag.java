package io.undermoon.proxy.command;

/** What a command does with the keys of a {@link KeySpec}, in the order in which Redis lists it. */
public enum KeyFlag {
    READ_ONLY("RO"),
    READ_WRITE("RW"),
    OVERWRITE("OW"),
    REMOVE("RM"),
    ACCESS("access"),
    UPDATE("update"),
    INSERT("insert"),
    DELETE("delete"),
    /** Not a key but something else that has a slot: the channel of sharded publish/subscribe. */
    NOT_KEY("not_key"),
    INCOMPLETE("incomplete"),
    /** The flags depend on the arguments, see {@link KeyUse}. */
    VARIABLE_FLAGS("variable_flags");

    private final String wireName;

    KeyFlag(String wireName) {
        this.wireName = wireName;
    }

    public String wireName() {
        return wireName;
    }
}
