package io.undermoon.proxy.command;

/** The flags of the keys of a {@link KeySpec}, in the order of Redis. */
public enum KeyFlag {
    READ_ONLY("RO"),
    READ_WRITE("RW"),
    OVERWRITE("OW"),
    REMOVE("RM"),
    ACCESS("access"),
    UPDATE("update"),
    INSERT("insert"),
    DELETE("delete"),
    /** Not a key, but the channel of sharded pub/sub, which has a slot as well. */
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
