package io.undermoon.dev.plan;

import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.ClusterName;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A cluster that is to exist once the stack is up.
 *
 * @param nodes Redis nodes, masters and replicas together: a multiple of 4, as clusters are made of chunks of two
 *     proxies
 * @param copies how many copies of its data it is to have; with more than two each chunk has hot spares
 */
public record WantedCluster(ClusterName name, int nodes, int copies) {
    private static final Pattern FORM = Pattern.compile("([^:]*):([^:]*)(?::([^:]*))?");
    private static final int CHUNK_NODES = 4;
    private static final int NODES_PER_PROXY = 2;

    public WantedCluster {
        if (nodes < CHUNK_NODES || nodes % CHUNK_NODES != 0) {
            throw new UsageException(
                    "cluster " + name + " cannot have " + nodes + " nodes: the number must be a multiple of 4");
        }
        if (copies < ClusterConfig.MIN_COPIES || copies > ClusterConfig.MAX_COPIES) {
            throw new UsageException("cluster " + name + " cannot have " + copies + " copies: the number must be from "
                    + ClusterConfig.MIN_COPIES + " to " + ClusterConfig.MAX_COPIES);
        }
    }

    /** A cluster without hot spares. */
    public WantedCluster(ClusterName name, int nodes) {
        this(name, nodes, ClusterConfig.MIN_COPIES);
    }

    /** Reads {@code NAME:NODES} or {@code NAME:NODES:COPIES}. */
    public static WantedCluster parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw invalid(text, "a number of nodes is missing");
        }
        try {
            return new WantedCluster(
                    new ClusterName(form.group(1)),
                    number(text, form.group(2)),
                    form.group(3) == null ? ClusterConfig.MIN_COPIES : number(text, form.group(3)));
        } catch (UsageException e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw invalid(text, String.valueOf(e.getMessage()));
        }
    }

    /** How many it takes, hot spares included. */
    public int proxies() {
        return nodes / NODES_PER_PROXY + nodes / CHUNK_NODES * (copies - ClusterConfig.MIN_COPIES);
    }

    private static int number(String text, String number) {
        try {
            return Integer.parseInt(number);
        } catch (NumberFormatException e) {
            throw invalid(text, "'" + number + "' is not a number");
        }
    }

    private static UsageException invalid(String text, String why) {
        return new UsageException("'" + text + "' is not NAME:NODES or NAME:NODES:COPIES, such as demo:4: " + why);
    }
}
