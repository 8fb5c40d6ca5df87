package io.undermoon.operator.api;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** A user of a cluster: its passwords, what it may do, and its limits. */
@Group(Api.GROUP)
@Version(Api.VERSION)
@ShortNames("umu")
@AdditionalPrinterColumn(name = "Cluster", jsonPath = ".spec.cluster", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "Ready",
        jsonPath = ".status.conditions[?(@.type=='Ready')].status",
        type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "Message",
        jsonPath = ".status.conditions[?(@.type=='Ready')].message",
        type = AdditionalPrinterColumn.Type.STRING)
public final class UndermoonUser extends CustomResource<UndermoonUserSpec, ConditionsStatus> implements Namespaced {
    private static final long serialVersionUID = 1L;

    @Override
    protected UndermoonUserSpec initSpec() {
        return new UndermoonUserSpec();
    }

    @Override
    protected ConditionsStatus initStatus() {
        return new ConditionsStatus();
    }
}
