package io.undermoon.operator.api;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** One backup of the metadata of a cluster, in a Secret that goes when the resource does. */
@Group(Api.GROUP)
@Version(Api.VERSION)
@ShortNames("umb")
@AdditionalPrinterColumn(name = "Cluster", jsonPath = ".spec.cluster", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(name = "State", jsonPath = ".status.state", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(name = "Epoch", jsonPath = ".status.epoch", type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(name = "Message", jsonPath = ".status.message", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
public final class UndermoonBackup extends CustomResource<UndermoonBackupSpec, UndermoonBackupStatus>
        implements Namespaced {
    private static final long serialVersionUID = 1L;

    @Override
    protected UndermoonBackupSpec initSpec() {
        return new UndermoonBackupSpec();
    }

    @Override
    protected UndermoonBackupStatus initStatus() {
        return new UndermoonBackupStatus();
    }
}
