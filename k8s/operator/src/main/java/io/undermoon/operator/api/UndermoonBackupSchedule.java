package io.undermoon.operator.api;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** Makes backups of the metadata of a cluster at intervals, and deletes old ones. */
@Group(Api.GROUP)
@Version(Api.VERSION)
@ShortNames("umbs")
@AdditionalPrinterColumn(name = "Cluster", jsonPath = ".spec.cluster", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(name = "Interval", jsonPath = ".spec.interval", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(name = "Last", jsonPath = ".status.lastBackup", type = AdditionalPrinterColumn.Type.STRING)
public final class UndermoonBackupSchedule
        extends CustomResource<UndermoonBackupScheduleSpec, UndermoonBackupScheduleStatus> implements Namespaced {
    private static final long serialVersionUID = 1L;

    @Override
    protected UndermoonBackupScheduleSpec initSpec() {
        return new UndermoonBackupScheduleSpec();
    }

    @Override
    protected UndermoonBackupScheduleStatus initStatus() {
        return new UndermoonBackupScheduleStatus();
    }
}
