package io.undermoon.operator.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.crd.generator.annotation.PreserveUnknownFields;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.model.annotation.SpecReplicas;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the owner of a cluster wants. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
        value = "has(self.storage) == has(oldSelf.storage)",
        message = "spec.storage cannot be added or removed later: make a new cluster and copy the data")
@ValidationRule(
        value = "has(self.tls) == has(oldSelf.tls)",
        message = "spec.tls cannot be added or removed later: proxies with and without TLS do not talk to each other")
public final class UndermoonClusterSpec {
    public static final int DEFAULT_SPARES = 1;
    public static final int DEFAULT_BROKERS = 2;
    public static final int DEFAULT_COORDINATORS = 3;
    public static final int DEFAULT_COPIES = 2;

    @Min(1)
    @Max(1024)
    @Default("1")
    @SpecReplicas
    @JsonPropertyDescription("The number of chunks: two proxies with two Redis nodes each, two masters and a replica of"
            + " either. Changing it scales out or in; slots move before pods are removed. Also by kubectl scale.")
    public int chunks = 1;

    @Min(2)
    @Max(5)
    @Default("2")
    @JsonPropertyDescription(
            "How many copies of its data a chunk has; each beyond the second is a hot spare, a pod more.")
    public int copies = DEFAULT_COPIES;

    @Min(0)
    @Max(100)
    @Default("1")
    @JsonPropertyDescription("Proxies in no chunk, which take the place of failed ones. Scaling in needs at least one.")
    public int spares = DEFAULT_SPARES;

    @Min(2)
    @Max(7)
    @Default("2")
    @JsonPropertyDescription("The number of brokers.")
    public int brokers = DEFAULT_BROKERS;

    @Min(1)
    @Max(7)
    @Default("3")
    @JsonPropertyDescription("The number of coordinators; a majority of them decides about failures.")
    public int coordinators = DEFAULT_COORDINATORS;

    @JsonPropertyDescription("Whether proxies carry out commands for slots of others, for clients without support of"
            + " Redis Cluster, instead of answering MOVED. Changing it restarts the proxies, one after the other.")
    public boolean activeRedirection;

    @JsonPropertyDescription("While true the operator changes nothing; it goes on to report the status.")
    public boolean pause;

    @Size(max = 64)
    @JsonPropertyDescription("Settings of the cluster in the broker, such as min_replica_acks or compression_strategy;"
            + " see PATCH /clusters/config in the description of its API. A key that is removed keeps its value.")
    @ValidationRule(value = "!('copies' in self)", message = "copies is spec.copies and no key of spec.config")
    public Map<String, String> config = new TreeMap<>();

    @JsonPropertyDescription("The images of the containers.")
    public Images images = new Images();

    @JsonPropertyDescription("The Redis nodes.")
    public Redis redis = new Redis();

    @JsonPropertyDescription("The volume of each proxy pod, for its two Redis nodes. Without it data is in emptyDir"
            + " volumes, which are lost with their pods.")
    public @Nullable Storage storage;

    @JsonPropertyDescription("Who may use the cluster.")
    public Auth auth = new Auth();

    @JsonPropertyDescription("TLS for clients, between proxies, and for what coordinators and brokers tell proxies.")
    public @Nullable Tls tls;

    @JsonPropertyDescription("The Service that clients connect to.")
    public ClientService service = new ClientService();

    @JsonPropertyDescription(
            "A Service for each proxy, for clients outside of Kubernetes. Adding or removing it restarts"
                    + " the proxies, one after the other.")
    public @Nullable External external;

    @JsonPropertyDescription("Changes to the proxy pods.")
    public Pods proxyPods = new Pods();

    @JsonPropertyDescription("Changes to the broker pods.")
    public Pods brokerPods = new Pods();

    @JsonPropertyDescription("Changes to the coordinator pods.")
    public Pods coordinatorPods = new Pods();

    @JsonPropertyDescription(
            "Whether a NetworkPolicy lets only clients, monitoring and the parts of the cluster in. Redis"
                    + " nodes are then reached by proxies and replicas alone.")
    public boolean networkPolicy;

    @JsonPropertyDescription("Whether a PodMonitor is made; without effect where its CRD is not installed.")
    public boolean podMonitor;

    /** Container images. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public static final class Images {
        @Default("undermoon/broker-service:latest")
        public String broker = "undermoon/broker-service:latest";

        @Default("undermoon/coordinator-service:latest")
        public String coordinator = "undermoon/coordinator-service:latest";

        @Default("undermoon/proxy-service:latest")
        public String proxy = "undermoon/proxy-service:latest";

        @Default("redis:7.2")
        public String redis = "redis:7.2";

        @Default("IfNotPresent")
        @ValidationRule(
                value = "self in ['Always', 'IfNotPresent', 'Never']",
                message = "pullPolicy is Always, IfNotPresent or Never")
        public String pullPolicy = "IfNotPresent";

        @JsonPropertyDescription("Secrets with credentials of registries.")
        @Size(max = 16)
        public List<String> pullSecrets = new ArrayList<>();
    }

    /** The Redis nodes. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public static final class Redis {
        @JsonPropertyDescription(
                "Lines of redis.conf, by directive. Changing them restarts the pods, one after the other.")
        @Size(max = 128)
        @ValidationRule(
                value = "self.all(k, !(k in ['port', 'bind', 'dir', 'replicaof', 'slaveof', 'requirepass',"
                        + " 'masterauth', 'masteruser', 'cluster-enabled', 'databases', 'include', 'aclfile',"
                        + " 'user', 'daemonize', 'tls-port', 'unixsocket']))",
                message = "redis.config must not have port, bind, dir, replicaof, slaveof, requirepass, masterauth,"
                        + " masteruser, cluster-enabled, databases, include, aclfile, user, daemonize, tls-port or"
                        + " unixsocket: the operator and the proxies set them")
        public Map<String, String> config = new TreeMap<>();

        @JsonPropertyDescription(
                "Resources of each of the two Redis containers. maxmemory is 60 % of the memory limit unless"
                        + " config says otherwise.")
        public @Nullable ResourceRequirements resources;
    }

    /** The volume of a proxy pod. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @ValidationRule(
            value = "quantity(self.size).compareTo(quantity(oldSelf.size)) >= 0",
            message =
                    "storage.size cannot become smaller: volumes do not shrink. Scale out to new pods or copy the data"
                            + " to a new cluster")
    @ValidationRule(
            value = "has(self.storageClass) == has(oldSelf.storageClass)"
                    + " && (!has(self.storageClass) || self.storageClass == oldSelf.storageClass)",
            message = "storage.storageClass cannot be changed")
    public static final class Storage {
        @Required
        @Size(min = 1, max = 32)
        @ValidationRule(value = "isQuantity(self)", message = "storage.size is a quantity such as 10Gi")
        @JsonPropertyDescription("The size of each volume. It can be raised where the storage class allows it.")
        public String size = "10Gi";

        @JsonPropertyDescription("The storage class; without it the default one.")
        public @Nullable String storageClass;

        @JsonPropertyDescription(
                "Whether the volumes, and the metadata, stay when the cluster is deleted; a cluster of the"
                        + " same name then goes on with them.")
        public boolean retain;
    }

    /** Who may use a cluster. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @ValidationRule(
            value = "!has(self.passwordSecret) || !self.anonymous",
            message = "auth.anonymous must be false where there is auth.passwordSecret")
    public static final class Auth {
        @JsonPropertyDescription(
                "The password of the user 'default'. A new value in the Secret is used without a restart.")
        public @Nullable SecretKey passwordSecret;

        @Size(min = 1, max = 63)
        @JsonPropertyDescription(
                "Any text, such as a date. When it changes, what services prove to each other, to the broker and to the"
                        + " Redis nodes is replaced, by three rolling restarts of all pods.")
        public @Nullable String rotation;

        @Default("false")
        @JsonPropertyDescription(
                "Whether clients without a login may do everything. Without it and without passwordSecret"
                        + " only UndermoonUsers may.")
        public boolean anonymous;
    }

    /** Certificates. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public static final class Tls {
        @Required
        @Size(min = 1, max = 253)
        @JsonPropertyDescription(
                "A Secret with tls.crt, tls.key and ca.crt, of cert-manager for instance, for the names"
                        + " *.<cluster>-proxies.<namespace>.svc.cluster.local. It is followed when it is renewed.")
        public String secret = "";

        @Default("false")
        @JsonPropertyDescription("Whether clients have to show a certificate.")
        public boolean clientCertificates;
    }

    /** The Service for clients. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public static final class ClientService {
        @Default("ClusterIP")
        @ValidationRule(
                value = "self in ['ClusterIP', 'NodePort', 'LoadBalancer']",
                message = "service.type is ClusterIP, NodePort or LoadBalancer")
        @JsonPropertyDescription(
                "By another type than ClusterIP clients outside of Kubernetes reach one proxy. They need"
                        + " activeRedirection, or external.")
        public String type = "ClusterIP";

        @Size(max = 64)
        @JsonPropertyDescription("Annotations of the Service, for load balancers.")
        public Map<String, String> annotations = new TreeMap<>();
    }

    /** How clients outside of Kubernetes reach each proxy. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @ValidationRule(
            value = "self.type != 'ClusterIP' || has(self.host)",
            message =
                    "external.host must be there with external.type ClusterIP: nothing else says where clients connect")
    public static final class External {
        private static final int DEFAULT_PORT = 5299;
        private static final int DEFAULT_REPLICA_PORT = 15299;

        @Default("LoadBalancer")
        @ValidationRule(
                value = "self in ['LoadBalancer', 'NodePort', 'ClusterIP']",
                message = "external.type is LoadBalancer, NodePort or ClusterIP")
        @JsonPropertyDescription(
                "The type of the Services. With ClusterIP it is up to you how connections get to them: clients are told"
                        + " host, port and replicaPort.")
        public String type = "LoadBalancer";

        @Size(min = 1, max = 253)
        @JsonPropertyDescription(
                "The name or IP address that clients are told, with {ordinal} for the number of the pod. Without it:"
                        + " that of the load balancer, or of the node.")
        public @Nullable String host;

        @Min(1)
        @Max(65535)
        @Default("5299")
        @JsonPropertyDescription(
                "With type ClusterIP the port that clients are told; plus the number of the pod if host"
                        + " has no {ordinal}.")
        public int port = DEFAULT_PORT;

        @Min(1)
        @Max(65535)
        @Default("15299")
        @JsonPropertyDescription("The same for clients that read from replicas.")
        public int replicaPort = DEFAULT_REPLICA_PORT;

        @Size(max = 64)
        @JsonPropertyDescription("Annotations of the Services, with {ordinal} for the number of the pod.")
        public Map<String, String> annotations = new TreeMap<>();
    }

    /** What is different from the operator's own pods of a kind. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public static final class Pods {
        @JsonPropertyDescription("Resources of the service's container.")
        public @Nullable ResourceRequirements resources;

        @JsonPropertyDescription("The priority class of the pods.")
        public @Nullable String priorityClass;

        @Size(max = 128)
        @JsonPropertyDescription(
                "Environment of the service's container, after that of the operator: UNDERMOON_… for" + " settings.")
        public Map<String, String> env = new TreeMap<>();

        @PreserveUnknownFields
        @JsonPropertyDescription(
                "Merged into the pod template ({metadata, spec}): objects field by field, lists of things"
                        + " with a name by name, other values replace.")
        public @Nullable JsonNode template;
    }
}
