package io.undermoon.dev.imports;

/** What becomes of keys that the destination has already. */
public enum ImportMode {
    /** There may be none. */
    EMPTY,
    /** They are replaced, and removed where the source has no such key: in the end both have the same keys. */
    REPLACE,
    /** Those of the source replace those of the same name; all others stay. */
    MERGE
}
