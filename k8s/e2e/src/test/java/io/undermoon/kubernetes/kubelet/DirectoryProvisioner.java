package io.undermoon.kubernetes.kubelet;

import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import io.fabric8.kubernetes.api.model.storage.StorageClassBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.nio.file.Path;

/**
 * Makes a volume for each claim of the storage class {@value #CLASS}, which is the default one: a directory that all
 * nodes can reach, like a disk that follows its pod.
 */
final class DirectoryProvisioner implements AutoCloseable {
    static final String CLASS = "directory";

    private static final int CONFLICT = 409;
    private final KubernetesClient client;
    private final Path directory;
    private final SharedIndexInformer<PersistentVolumeClaim> claims;

    DirectoryProvisioner(KubernetesClient client, Path directory) {
        this.client = client;
        this.directory = directory;
        StorageClass storage = new StorageClassBuilder()
                .withNewMetadata()
                .withName(CLASS)
                .addToAnnotations("storageclass.kubernetes.io/is-default-class", "true")
                .endMetadata()
                .withProvisioner("undermoon.io/directory")
                .build();
        client.resource(storage).create();
        this.claims = client.persistentVolumeClaims().inAnyNamespace().inform(new Claims());
    }

    @Override
    public void close() {
        claims.close();
    }

    private void provide(PersistentVolumeClaim claim) {
        if (claim.getSpec().getVolumeName() != null
                || !CLASS.equals(claim.getSpec().getStorageClassName())) {
            return;
        }
        String name = "pvc-" + claim.getMetadata().getUid();
        PersistentVolume volume = new PersistentVolumeBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .withStorageClassName(CLASS)
                .withAccessModes(claim.getSpec().getAccessModes())
                .withCapacity(claim.getSpec().getResources().getRequests())
                .withPersistentVolumeReclaimPolicy("Retain")
                .withNewClaimRef()
                .withApiVersion("v1")
                .withKind("PersistentVolumeClaim")
                .withNamespace(claim.getMetadata().getNamespace())
                .withName(claim.getMetadata().getName())
                .withUid(claim.getMetadata().getUid())
                .endClaimRef()
                .withNewHostPath()
                .withPath(directory.resolve(name).toString())
                .endHostPath()
                .endSpec()
                .build();
        try {
            client.resource(volume).create();
        } catch (KubernetesClientException e) {
            if (e.getCode() != CONFLICT) {
                throw e;
            }
        }
    }

    /** What the API server says about claims. */
    private final class Claims implements ResourceEventHandler<PersistentVolumeClaim> {
        @Override
        public void onAdd(PersistentVolumeClaim claim) {
            provide(claim);
        }

        @Override
        public void onUpdate(PersistentVolumeClaim former, PersistentVolumeClaim claim) {
            provide(claim);
        }

        @Override
        public void onDelete(PersistentVolumeClaim claim, boolean stateUnknown) {
            // The directory stays, as the volume is retained.
        }
    }
}
