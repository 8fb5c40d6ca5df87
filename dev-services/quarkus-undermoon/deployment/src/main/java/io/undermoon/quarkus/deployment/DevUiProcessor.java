package io.undermoon.quarkus.deployment;

import io.quarkus.deployment.IsLocalDevelopment;
import io.quarkus.deployment.annotations.BuildProducer;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.devui.spi.buildtime.BuildTimeActionBuildItem;
import io.quarkus.devui.spi.page.CardPageBuildItem;
import io.quarkus.devui.spi.page.Page;
import java.util.Map;

/** The card of the extension in the Dev UI, and the actions that its page calls by JSON-RPC. */
class DevUiProcessor {
    private static final String SERVICE = "service";
    private static final String NODES = "nodes";

    @BuildStep(onlyIf = IsLocalDevelopment.class)
    void card(BuildProducer<CardPageBuildItem> cards, BuildProducer<BuildTimeActionBuildItem> actions) {
        CardPageBuildItem card = new CardPageBuildItem();
        card.addPage(Page.webComponentPageBuilder()
                .title("Cluster")
                .icon("font-awesome-solid:circle-nodes")
                .componentLink("qwc-undermoon-cluster.js"));
        cards.produce(card);
        actions.produce(actions());
    }

    private static BuildTimeActionBuildItem actions() {
        BuildTimeActionBuildItem actions = new BuildTimeActionBuildItem();
        actions.actionBuilder()
                .methodName("topology")
                .description("The services, their processes and the nodes of the Undermoon cluster")
                .function(parameters -> ClusterActions.topology())
                .build();
        actions.actionBuilder()
                .methodName("kill")
                .description("Kills a service of the Undermoon cluster, as kill -9 does")
                .parameter(SERVICE, "such as proxy-1 or redis-7001")
                .function(parameters -> ClusterActions.kill(given(parameters, SERVICE)))
                .build();
        actions.actionBuilder()
                .methodName("restart")
                .description("Starts the services of the Undermoon cluster that have ended")
                .function(parameters -> ClusterActions.restart())
                .build();
        actions.actionBuilder()
                .methodName("scale")
                .description("Scales the Undermoon cluster; slots move in the background")
                .parameter(NODES, "how many nodes it is to have, a multiple of 4")
                .function(parameters -> ClusterActions.scale(given(parameters, NODES)))
                .build();
        actions.actionBuilder()
                .methodName("log")
                .description("The end of the log of a service of the Undermoon cluster")
                .parameter(SERVICE, "such as proxy-1 or redis-7001")
                .function(parameters -> ClusterActions.log(given(parameters, SERVICE)))
                .build();
        return actions;
    }

    private static String given(Map<String, String> parameters, String name) {
        String value = parameters.get(name);
        if (value == null) {
            throw new IllegalArgumentException("the parameter `" + name + "` is missing");
        }
        return value;
    }
}
