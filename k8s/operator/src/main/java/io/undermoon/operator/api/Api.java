package io.undermoon.operator.api;

/** Names that all custom resources have in common. */
public final class Api {
    public static final String GROUP = "undermoon.io";
    public static final String VERSION = "v1alpha1";

    private Api() {}
}
