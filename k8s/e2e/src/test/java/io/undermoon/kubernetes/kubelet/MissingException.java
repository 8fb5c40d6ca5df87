package io.undermoon.kubernetes.kubelet;

/** Says that a pod refers to an object that is not there (yet). */
final class MissingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MissingException(String message) {
        super(message);
    }
}
