package io.undermoon.quarkus.deployment;

import static io.restassured.RestAssured.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.QuarkusUnitTest;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An application that says which Redis it uses. */
class ConfiguredHostsTest {
    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(CounterResource.class)
                    .addAsResource(new StringAsset("quarkus.http.test-port=0"), "application.properties"))
            .overrideConfigKey("quarkus.redis.hosts", "redis://127.0.0.1:1")
            .setLogRecordPredicate(record -> record.getMessage().startsWith("No Undermoon cluster"))
            .assertLogRecords(records -> assertThat(records)
                    .singleElement()
                    .satisfies(record ->
                            assertThat(record.getParameters()).containsExactly("quarkus.redis.hosts is set")));

    @Test
    void keeps_it() {
        assertThat(get("/client").asString()).isEqualTo("standalone redis://127.0.0.1:1");
    }
}
