package io.undermoon.operator.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;

/** Makes an object in Kubernetes what it is to be. */
public interface Writer {
    /** Creates or changes the fields that the object has; those that others have set stay. */
    void write(HasMetadata wanted);
}
