package io.undermoon.operator.kube;

import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;

/** Writes the whole status of a resource, whatever has been changed in its spec since it was read. */
public final class StatusWrites {
    private static final int ATTEMPTS = 5;
    private static final int HTTP_NOT_FOUND = 404;
    private static final int HTTP_CONFLICT = 409;

    private StatusWrites() {}

    /** Does nothing when the resource is gone. */
    public static <S, T, R extends CustomResource<S, T>> void write(KubernetesClient client, R resource, T status) {
        for (int attempt = 1; ; attempt++) {
            R present = client.resource(resource).get();
            if (present == null) {
                return;
            }
            present.setStatus(status);
            try {
                client.resource(present).updateStatus();
                return;
            } catch (KubernetesClientException e) {
                if (e.getCode() == HTTP_NOT_FOUND) {
                    return;
                }
                if (e.getCode() != HTTP_CONFLICT || attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }
}
