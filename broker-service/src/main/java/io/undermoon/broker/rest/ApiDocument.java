package io.undermoon.broker.rest;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.quarkus.smallrye.openapi.OpenApiFilter;
import io.undermoon.broker.plan.Epochs;
import io.undermoon.broker.plan.Maintenance;
import io.undermoon.broker.rest.Endpoints.Endpoint;
import io.undermoon.broker.state.LongOperation;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.RolePosition;
import io.undermoon.fault.ErrorCode;
import io.undermoon.json.Json;
import io.undermoon.metadata.Cluster;
import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.CompressionStrategy;
import io.undermoon.metadata.MigrationConfig;
import io.undermoon.metadata.Role;
import io.undermoon.slot.Slot;
import io.undermoon.umctl.MigrationProgress;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Field;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.media.Schema.SchemaType;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.eclipse.microprofile.openapi.models.parameters.RequestBody;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.eclipse.microprofile.openapi.models.security.SecurityScheme;
import org.jspecify.annotations.Nullable;

/**
 * Makes the OpenAPI document say what the API takes and answers: members in snake case, which of them are needed or may
 * be {@code null}, values as they are on the wire, roles, and errors. Runs in the build, where it may use reflection.
 */
@OpenApiFilter(OpenApiFilter.RunStage.BUILD)
public final class ApiDocument implements OASFilter {
    private static final String V3 = "/api/v3";
    private static final String JSON = "application/json";
    private static final String PORT =
            "([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])";
    private static final String ADDRESS = "^[A-Za-z0-9]([A-Za-z0-9.-]{0,198}[A-Za-z0-9])?:" + PORT + "$";
    private static final String CLUSTER_NAME = "^[A-Za-z0-9@_-]{1,31}$";
    private static final String SLOTS = "^[0-9]{1,4}(-[0-9]{1,4})?(,[0-9]{1,4}(-[0-9]{1,4})?)*$";
    private static final BigDecimal HIGHEST_EPOCH = BigDecimal.valueOf(Epochs.HIGHEST.value());

    /** Parts of the metadata that may miss in a dump and then have their defaults. */
    private static final Set<Class<?>> WITH_DEFAULTS = Set.of(ClusterConfig.class, MigrationConfig.class);

    @Override
    public void filterOpenAPI(OpenAPI document) {
        Map<String, Schema> schemas = new TreeMap<>(document.getComponents().getSchemas());
        Arrays.stream(NativeReflection.class
                        .getAnnotation(RegisterForReflection.class)
                        .targets())
                .filter(Class::isRecord)
                .forEach(type -> schemas.computeIfPresent(schemaName(type), (name, schema) -> record(type, schema)));
        schemas.putAll(values());
        examples()
                .forEach((name, example) ->
                        requireNonNull(schemas.get(name), name).setExamples(List.of(example)));
        schemas.put("Error", error());
        schemas.put("ClusterConfigFields", configFields());
        document.getComponents().setSchemas(schemas);
        document.getComponents().setSecuritySchemes(Map.of("token", scheme("bearer"), "password", scheme("basic")));
        // Where the broker has no accounts, nothing is needed.
        document.setSecurity(List.of(
                OASFactory.createSecurityRequirement(),
                OASFactory.createSecurityRequirement().addScheme("token"),
                OASFactory.createSecurityRequirement().addScheme("password")));
        document.getPaths().getPathItems().forEach(ApiDocument::complete);
    }

    /** Of requests whose members do not go together as the example of each. */
    private static Map<String, Object> examples() {
        Map<String, Object> migration = Map.of(
                "epoch",
                7,
                "src_proxy_address",
                "10.0.0.1:5299",
                "src_node_address",
                "10.0.0.1:7001",
                "dst_proxy_address",
                "10.0.0.3:5299",
                "dst_node_address",
                "10.0.0.3:7001");
        Map<String, Object> slots =
                Map.of("range_list", List.of(List.of(4096, 8191)), "tag", Map.of("Migrating", migration));
        Map<String, Object> progress = new LinkedHashMap<>();
        progress.put("task", slots);
        progress.put("side", "source");
        progress.put("state", "copying");
        for (String figure : List.of(
                "keys_scanned",
                "keys_total",
                "keys_copied",
                "bytes_copied",
                "keys_dirty",
                "elapsed_ms",
                "keys_per_second",
                "bytes_per_second",
                "attempts",
                "longest_hold_us",
                "writers_held_us")) {
            progress.put(figure, 0);
        }
        progress.put("error", "");
        return Map.of(
                "MigrationProgress",
                progress,
                "MigrationTask",
                Map.of("cluster_name", "orders", "slot_range", slots),
                "ReshardRequest",
                Map.of("destination", "10.0.0.3:7001", "slot_number", 500),
                "MetaStore",
                Json.mapper().convertValue(Metadata.empty(false), Map.class));
    }

    private static SecurityScheme scheme(String name) {
        return OASFactory.createSecurityScheme().type(SecurityScheme.Type.HTTP).scheme(name);
    }

    private static String schemaName(Class<?> type) {
        return Optional.ofNullable(type.getAnnotation(org.eclipse.microprofile.openapi.annotations.media.Schema.class))
                .map(org.eclipse.microprofile.openapi.annotations.media.Schema::name)
                .filter(name -> !name.isEmpty())
                .orElse(type.getSimpleName());
    }

    /** The members of a record under their names on the wire, without what its methods look like. */
    private static Schema record(Class<?> type, Schema generated) {
        Map<String, Schema> members = new LinkedHashMap<>();
        List<String> required = new ArrayList<>();
        for (RecordComponent component : type.getRecordComponents()) {
            String name = SnakeCaseStrategy.INSTANCE.translate(component.getName());
            Field field = field(type, component.getName());
            Schema member = isTextOf(field)
                    .map(ApiDocument::ref)
                    .orElseGet(() -> requireNonNull(generated.getProperties().get(component.getName()), name));
            if (mayHoldNull(component)) {
                member.setItems(orNull(requireNonNull(member.getItems(), name)));
            } else if (hasListsThatHoldNull(component)) {
                Schema list = requireNonNull(member.getAdditionalPropertiesSchema(), name);
                list.setItems(orNull(requireNonNull(list.getItems(), name)));
            }
            boolean isNeeded = isNeeded(field);
            boolean mayBeNull = component.getAnnotatedType().isAnnotationPresent(Nullable.class) && !isNeeded;
            members.put(name, mayBeNull ? orNull(member) : member);
            boolean mayMiss = mayBeNull
                    || WITH_DEFAULTS.contains(type)
                    || field.isAnnotationPresent(JsonInclude.class)
                    || type == Cluster.class && name.equals("spares");
            if (isNeeded || !mayMiss) {
                required.add(name);
            }
        }
        generated.setProperties(members);
        generated.setRequired(required.isEmpty() ? null : required);
        return generated;
    }

    private static Field field(Class<?> type, String name) {
        try {
            return type.getDeclaredField(name);
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException("a record has a field for each component", e);
        }
    }

    /** The schema of a text that is the value of another type, such as an address that is checked later. */
    private static Optional<String> isTextOf(Field field) {
        return Optional.ofNullable(field.getAnnotation(org.eclipse.microprofile.openapi.annotations.media.Schema.class))
                .map(org.eclipse.microprofile.openapi.annotations.media.Schema::implementation)
                .filter(type -> type != Void.class && !type.isArray())
                .map(Class::getSimpleName);
    }

    private static boolean mayHoldNull(RecordComponent component) {
        return mayHoldNull(component.getAnnotatedType());
    }

    private static boolean mayHoldNull(AnnotatedType type) {
        return type instanceof AnnotatedParameterizedType list
                && list.getAnnotatedActualTypeArguments()[0].isAnnotationPresent(Nullable.class);
    }

    private static boolean hasListsThatHoldNull(RecordComponent component) {
        return component.getAnnotatedType() instanceof AnnotatedParameterizedType map
                && map.getAnnotatedActualTypeArguments().length == 2
                && mayHoldNull(map.getAnnotatedActualTypeArguments()[1]);
    }

    /** Whether a member that is null where it is missing is needed all the same. */
    private static boolean isNeeded(Field field) {
        var schema = field.getAnnotation(org.eclipse.microprofile.openapi.annotations.media.Schema.class);
        return schema != null && schema.required();
    }

    private static Schema orNull(Schema schema) {
        if (schema.getRef() == null) {
            List<SchemaType> types = new ArrayList<>(schema.getType());
            types.add(SchemaType.NULL);
            schema.setType(types);
            return schema;
        }
        return OASFactory.createSchema().addAnyOf(schema).addAnyOf(type(SchemaType.NULL));
    }

    /** The values that are no objects on the wire. */
    private static Map<String, Schema> values() {
        Map<String, Schema> values = new TreeMap<>();
        values.put("ClusterName", text(CLUSTER_NAME, "orders"));
        values.put("ProxyAddress", text(ADDRESS, "10.0.0.1:5299"));
        values.put("NodeAddress", text(ADDRESS, "10.0.0.1:7001"));
        values.put("Epoch", number(0, null).examples(List.of(7)));
        values.put(
                "SlotRange",
                type(SchemaType.ARRAY)
                        .items(number(0, Slot.COUNT - 1))
                        .minItems(2)
                        .maxItems(2)
                        .description("The first and the last slot")
                        .examples(List.of(List.of(0, 100))));
        values.put("SlotRanges", type(SchemaType.ARRAY).items(ref("SlotRange")));
        values.put(
                "SlotState",
                OASFactory.createSchema()
                        .addOneOf(type(SchemaType.STRING).enumeration(List.of("None")))
                        .addOneOf(tag("Migrating"))
                        .addOneOf(tag("Importing")));
        Schema migration = type(SchemaType.OBJECT);
        Map<String, String> members = new LinkedHashMap<>();
        members.put("epoch", "Epoch");
        for (String side : List.of("src", "dst")) {
            members.put(side + "_proxy_address", "ProxyAddress");
            members.put(side + "_node_address", "NodeAddress");
        }
        members.forEach((name, type) -> migration.addProperty(name, ref(type)).addRequired(name));
        values.put("MigrationMeta", migration);
        values.put("Role", words(Role.values()));
        values.put("CompressionStrategy", words(CompressionStrategy.values()));
        values.put("RolePosition", words(RolePosition.values()));
        values.put("OperationKind", words(LongOperation.Kind.values()));
        values.put("OperationState", words(LongOperation.State.values()));
        values.put("Side", words(MigrationProgress.Side.values()));
        values.put("State", words(MigrationProgress.State.values()));
        return values;
    }

    private static Schema tag(String name) {
        return type(SchemaType.OBJECT)
                .addProperty(name, ref("MigrationMeta"))
                .addRequired(name)
                .additionalPropertiesBoolean(false);
    }

    private static Schema words(Enum<?>[] constants) {
        return type(SchemaType.STRING)
                .enumeration(Arrays.stream(constants)
                        .map(constant -> (Object) Json.mapper().convertValue(constant, String.class))
                        .toList());
    }

    private static Schema error() {
        return type(SchemaType.OBJECT)
                .addProperty("error", type(SchemaType.STRING).examples(List.of(ErrorCode.CLUSTER_NOT_FOUND.name())))
                .addProperty("message", type(SchemaType.STRING))
                .required(List.of("error", "message"));
    }

    /** The form of a configuration in which fields are changed. */
    private static Schema configFields() {
        Schema fields = type(SchemaType.OBJECT).additionalPropertiesBoolean(false);
        Map<String, String> defaults = ClusterConfig.DEFAULT.toFields();
        ClusterConfig.FIELDS.forEach(name -> fields.addProperty(
                name,
                switch (name) {
                    case "compression_strategy" -> words(CompressionStrategy.values());
                    case "copies" -> text("^[2-5]$", "3");
                    case "min_replica_acks" -> text("^[01]$", "1");
                    case "max_lag_on_failover", "limit_commands", "limit_bytes", "limit_connections" ->
                        text("^[0-9]{1,18}$", "0");
                    case "migration_scan_count" -> text("^[1-9][0-9]{0,8}$", defaults.getOrDefault(name, "0"));
                    default -> text("^[0-9]{1,9}$", defaults.getOrDefault(name, "0"));
                }));
        return fields;
    }

    private static void complete(String path, PathItem item) {
        item.getOperations().forEach((method, operation) -> {
            String below = path.substring(V3.length());
            Endpoint endpoint = Endpoints.all().stream()
                    .filter(known ->
                            known.path().equals(below) && known.method().equals(method.name()))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException(method + " " + path + " is not in Endpoints"));
            complete(endpoint, operation);
        });
    }

    private static void complete(Endpoint endpoint, Operation operation) {
        operation.setDescription("Needs the role " + endpoint.role().wireName() + " where the broker has accounts.");
        List<Parameter> parameters = operation.getParameters() == null ? List.of() : operation.getParameters();
        parameters.forEach(parameter -> parameter.setSchema(schemaOf(parameter, endpoint)));
        RequestBody body = operation.getRequestBody();
        if (body != null && endpoint.path().equals("/clusters/config/{name}")) {
            body.getContent().getMediaType(JSON).setSchema(ref("ClusterConfigFields"));
        }
        if (body != null && endpoint.path().equals("/clusters/migrations/rebalance/{name}")) {
            body.setRequired(false);
        }
        boolean changes = !endpoint.method().equals("GET");
        withoutEmptyBody(operation);
        List<Integer> errors = new ArrayList<>(List.of(401, 403));
        if (changes || !parameters.isEmpty()) {
            errors.add(400);
        }
        if (!endpoint.path().equals("/version")) {
            errors.add(406);
        }
        if (endpoint.path().contains("{")
                || endpoint.path().equals("/clusters/migrations")
                || endpoint.path().equals("/preview")
                || changes && endpoint.path().equals("/proxies/locations")) {
            errors.add(404);
        }
        if (changes) {
            errors.addAll(List.of(409, 413, 415, 500));
        } else if (ConsolePages.isData(endpoint.path())) {
            // It is recorded who has seen data.
            errors.addAll(List.of(409, 500));
        }
        errors.stream()
                .sorted()
                .forEach(status ->
                        operation.getResponses().addAPIResponse(Integer.toString(status), errorResponse(status)));
    }

    /** A success without a body is generated as one with any JSON. */
    private static void withoutEmptyBody(Operation operation) {
        APIResponse success = operation.getResponses().getAPIResponse("200");
        boolean isEmpty = success != null
                && success.getContent() != null
                && success.getContent().getMediaTypes().values().stream()
                        .allMatch(media -> media.getSchema() == null
                                || (media.getSchema().getRef() == null
                                        && media.getSchema().getType() == null));
        if (isEmpty) {
            success.setContent(null);
        }
    }

    private static APIResponse errorResponse(int status) {
        return OASFactory.createAPIResponse()
                .description(
                        switch (status) {
                            case 400 -> "A value is missing or cannot be used";
                            case 401 -> "The caller proves no account";
                            case 403 -> "The role does not suffice, or the request comes from another origin";
                            case 404 -> "What is named does not exist";
                            case 406 -> "The reply is of no accepted type";
                            case 409 -> "It cannot be done as things are";
                            case 413 -> "The body is too large";
                            case 415 -> "The body is not JSON";
                            default -> "The change could not be stored, or the broker failed";
                        })
                .content(OASFactory.createContent()
                        .addMediaType(JSON, OASFactory.createMediaType().schema(ref("Error"))));
    }

    /** What is looked up may be any text; what is changed has to be named as it can be. */
    private static Schema schemaOf(Parameter parameter, Endpoint endpoint) {
        boolean reads = endpoint.method().equals("GET");
        return switch (parameter.getName()) {
            case "name" -> reads ? anyText("orders") : ref("ClusterName");
            case "address", "to" -> anyText("10.0.0.1:5299");
            case "node" -> ref("NodeAddress");
            case "node_number" ->
                number(4, 32768).multipleOf(BigDecimal.valueOf(4)).examples(List.of(8));
            case "epoch" -> {
                Schema epoch = number(0, null).examples(List.of(7));
                yield endpoint.path().contains("{epoch}") ? epoch.maximum(HIGHEST_EPOCH) : epoch;
            }
            case "offset", "limit", "timeout", "base", "seen" -> number(0, null);
            case "minutes" -> number(1, OverviewResource.MAX_MINUTES);
            case "seconds" -> number(1, (int) Maintenance.MAX_SECONDS);
            case "force" -> type(SchemaType.BOOLEAN).defaultValue(false);
            case "counted" -> type(SchemaType.BOOLEAN).defaultValue(true);
            case "id" -> anyText("17");
            case "state" -> ref("OperationState");
            case "slots" -> text(SLOTS, "0-100,300");
            case "reporter_id" -> anyText("coordinator-0").maxLength(FailureResource.MAX_REPORTER_LENGTH);
            default -> anyText("10.0.0.1");
        };
    }

    private static Schema anyText(String example) {
        return type(SchemaType.STRING).minLength(1).examples(List.of(example));
    }

    private static Schema text(String pattern, String example) {
        return type(SchemaType.STRING).pattern(pattern).examples(List.of(example));
    }

    private static Schema number(long min, @Nullable Integer max) {
        Schema number = type(SchemaType.INTEGER).minimum(BigDecimal.valueOf(min));
        return max == null ? number.format("int64") : number.maximum(BigDecimal.valueOf(max));
    }

    private static Schema type(SchemaType type) {
        return OASFactory.createSchema().addType(type);
    }

    private static Schema ref(String name) {
        return OASFactory.createSchema().ref(name);
    }
}
