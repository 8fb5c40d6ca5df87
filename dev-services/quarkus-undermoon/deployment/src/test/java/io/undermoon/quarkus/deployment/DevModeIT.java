package io.undermoon.quarkus.deployment;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.QuarkusDevModeTest;
import io.undermoon.testsupport.FreePort;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An application in dev mode. */
class DevModeIT {
    private static final int PORT = FreePort.any();

    @RegisterExtension
    static final QuarkusDevModeTest APPLICATION = new QuarkusDevModeTest()
            .withApplicationRoot(jar -> jar.addClasses(CounterResource.class)
                    .addAsResource(new StringAsset("quarkus.http.port=" + PORT), "application.properties"));

    @Test
    void has_one_cluster_over_live_reloads() throws Exception {
        assertThat(post("/count")).isEqualTo("1");
        String client = get("/client");
        assertThat(client).matches("cluster redis://127.0.0.1:\\d+,redis://127.0.0.1:\\d+");

        APPLICATION.modifySourceFile(CounterResource.class, source -> source.replace("version 1", "version 2"));

        assertThat(get("/version")).isEqualTo("version 2");
        assertThat(get("/client")).isEqualTo(client);
        assertThat(post("/count")).isEqualTo("2");
        the_dev_ui_knows_it();
    }

    /** After a live reload, which leaves the cluster and builds the Dev UI anew. */
    private static void the_dev_ui_knows_it() throws Exception {
        assertThat(JsonRpc.call(PORT, "topology", "")).contains("proxy-2", "[0,8191]", "[8192,16383]");
        assertThat(JsonRpc.call(PORT, "log", "\"service\":\"proxy-2\"")).contains("Listening: address=");

        JsonRpc.call(PORT, "kill", "\"service\":\"proxy-1\"");
        assertThat(JsonRpc.call(PORT, "topology", "")).containsPattern("proxy-1\"\\s*:\\s*0\\b");
        JsonRpc.call(PORT, "restart", "");
        assertThat(JsonRpc.call(PORT, "topology", "")).doesNotContainPattern("proxy-1\"\\s*:\\s*0\\b");
    }

    private static String get(String path) {
        return given().port(PORT).get(path).asString();
    }

    private static String post(String path) {
        return given().port(PORT).post(path).asString();
    }
}
