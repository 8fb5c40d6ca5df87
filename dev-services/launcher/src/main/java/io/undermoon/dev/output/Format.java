package io.undermoon.dev.output;

/** The form of a result. */
public enum Format {
    /** For people; may change from version to version. */
    TABLE,
    JSON,
    YAML
}
