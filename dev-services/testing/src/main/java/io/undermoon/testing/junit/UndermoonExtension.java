package io.undermoon.testing.junit;

import io.undermoon.testing.ClusterSettings;
import io.undermoon.testing.UndermoonCluster;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests an {@link UndermoonCluster} as a parameter. All test classes with the same settings use one cluster,
 * which is there until the last test has run; its data is not cleared in between.
 *
 * <pre>{@code
 * @ExtendWith(UndermoonExtension.class)      // or, with settings of its own:
 * class CartTest {
 *     @RegisterExtension
 *     static final UndermoonExtension UNDERMOON =
 *             new UndermoonExtension(UndermoonCluster.builder().nodes(8).settings());
 *
 *     @Test
 *     void keeps_items(UndermoonCluster cluster) { … }
 * }
 * }</pre>
 */
public final class UndermoonExtension implements BeforeAllCallback, ParameterResolver {
    private static final Namespace NAMESPACE = Namespace.create(UndermoonExtension.class);

    private final ClusterSettings settings;

    /** As {@link ClusterSettings#DEFAULT}. */
    public UndermoonExtension() {
        this(ClusterSettings.DEFAULT);
    }

    public UndermoonExtension(ClusterSettings settings) {
        this.settings = settings;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        cluster(context);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == UndermoonCluster.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return cluster(context);
    }

    private UndermoonCluster cluster(ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(settings, Started::of, Started.class)
                .cluster();
    }

    /** What JUnit closes after the last test, also in versions before 5.13, which close nothing else. */
    @SuppressWarnings("deprecation")
    private record Started(UndermoonCluster cluster)
            implements ExtensionContext.Store.CloseableResource, AutoCloseable {
        static Started of(ClusterSettings settings) {
            return new Started(UndermoonCluster.start(settings));
        }

        @Override
        public void close() {
            cluster.close();
        }
    }
}
