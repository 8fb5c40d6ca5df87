package io.undermoon.quarkus.deployment;

import static io.restassured.RestAssured.get;
import static io.restassured.RestAssured.post;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.QuarkusUnitTest;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An application under test whose client knows nothing of clusters. */
class ActiveRedirectionIT {
    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(CounterResource.class)
                    .addAsResource(new StringAsset("quarkus.http.test-port=0"), "application.properties"))
            .overrideConfigKey("quarkus.undermoon.devservices.active-redirection", "true");

    @Test
    void uses_the_cluster_through_one_proxy() {
        assertThat(get("/client").asString()).matches("standalone redis://127.0.0.1:\\d+");
        assertThat(post("/count").asString()).isEqualTo("1");
    }

    @Test
    void starts_no_container() {
        assertThat(ConfigProvider.getConfig().getValue("quarkus.redis.devservices.enabled", boolean.class))
                .isFalse();
    }
}
