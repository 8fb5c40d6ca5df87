package io.undermoon.operator.api;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** A Redis cluster with everything that runs it: brokers, coordinators, and proxies with two Redis nodes each. */
@Group(Api.GROUP)
@Version(Api.VERSION)
@ShortNames("umc")
@ValidationRule(
        value = "self.metadata.name.matches('^[a-z]([a-z0-9-]{0,29}[a-z0-9])?$')",
        message =
                "metadata.name must have at most 31 characters of a-z, 0-9 and '-', and begin with a letter: it is the"
                        + " name of the cluster in the broker, and that of Services begins with it")
@AdditionalPrinterColumn(
        name = "Ready",
        jsonPath = ".status.conditions[?(@.type=='Ready')].status",
        type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(name = "Chunks", jsonPath = ".status.chunks", type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(name = "Wanted", jsonPath = ".spec.chunks", type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(name = "State", jsonPath = ".status.state", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(name = "Message", jsonPath = ".status.message", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
public final class UndermoonCluster extends CustomResource<UndermoonClusterSpec, UndermoonClusterStatus>
        implements Namespaced {
    private static final long serialVersionUID = 1L;

    @Override
    protected UndermoonClusterSpec initSpec() {
        return new UndermoonClusterSpec();
    }

    @Override
    protected UndermoonClusterStatus initStatus() {
        return new UndermoonClusterStatus();
    }
}
