package io.undermoon.broker.state;

import static io.undermoon.broker.testing.TestMetadata.CONTEXT;
import static io.undermoon.broker.testing.TestMetadata.DEMO;
import static io.undermoon.broker.testing.TestMetadata.proxy;
import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.broker.plan.Coordinators;
import io.undermoon.broker.plan.Epochs;
import io.undermoon.broker.plan.FailureReports;
import io.undermoon.broker.testing.TestMetadata;
import io.undermoon.metadata.Epoch;
import org.junit.jupiter.api.Test;

class MetadataViewTest {
    private final Metadata first = TestMetadata.withCluster(4, 0);
    private final Epoch base = first.globalEpoch();
    private final MetadataView changed = new MetadataView(first)
            .next(Epochs.liftTo(first, first.globalEpoch().next()).state());

    @Test
    void reports_of_replicas_do_not_push_out_the_values_that_updates_lead_from() {
        MetadataView view = changed;
        for (int i = 0; i < 20; i++) {
            Metadata synced = TestMetadata.synced(view.state());
            view = view.next(i % 2 == 0 ? synced : changed.state());
        }
        assertThat(update(view).base()).isEqualTo(base);
    }

    @Test
    void an_update_is_made_once_until_what_it_tells_has_changed() {
        ClusterUpdate update = update(changed);
        MetadataView registered = changed.next(
                Coordinators.register(changed.state(), CONTEXT, "a").state());
        MetadataView reported = registered.next(FailureReports.report(registered.state(), CONTEXT, proxy(1), "a")
                .state());
        assertThat(update(reported)).isSameAs(update);

        MetadataView marked = reported.next(reported.state().ofInstallation("1a2b"));
        assertThat(update(marked)).isNotSameAs(update);
    }

    private ClusterUpdate update(MetadataView view) {
        return view.update(DEMO, base).orElseThrow();
    }
}
