package io.undermoon.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import io.undermoon.metadata.Cluster;
import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.ClusterLimits;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.CompressionStrategy;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.Role;
import io.undermoon.slot.SlotRange;
import io.undermoon.slot.SlotRanges;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The JSON form of the metadata values: identifiers as plain strings and numbers, a slot range as
 * {@code [start,end]}, a slot state as {@code "None"} or an object with one key. Records need no code here: Jackson
 * names their members after the components, in snake case.
 */
public final class MetadataModule extends SimpleModule {
    private static final long serialVersionUID = 1L;

    public MetadataModule() {
        super("undermoon-metadata");
        text(ClusterName.class, ClusterName::value, ClusterName::new);
        text(ProxyAddress.class, ProxyAddress::value, ProxyAddress::new);
        text(NodeAddress.class, NodeAddress::value, NodeAddress::new);
        text(Role.class, Role::wireName, Role::parse);
        text(CompressionStrategy.class, CompressionStrategy::wireName, CompressionStrategy::parse);
        keyText(ClusterName.class, ClusterName::new);
        keyText(ProxyAddress.class, ProxyAddress::new);
        keyText(NodeAddress.class, NodeAddress::new);
        addSerializer(Epoch.class, new EpochWriter());
        addDeserializer(Epoch.class, new EpochReader());
        addSerializer(SlotRange.class, new RangeWriter());
        addDeserializer(SlotRange.class, new RangeReader());
        addSerializer(SlotRanges.class, new RangesWriter());
        addDeserializer(SlotRanges.class, new RangesReader());
        SlotStateJson.register(this);
    }

    @Override
    public void setupModule(SetupContext context) {
        super.setupModule(context);
        // Brokers, operators and scripts that do not know an optional setting, or spares, see what they always saw.
        JsonInclude.Value always = JsonInclude.Value.construct(JsonInclude.Include.ALWAYS, JsonInclude.Include.ALWAYS);
        JsonInclude.Value present = always.withValueInclusion(JsonInclude.Include.NON_NULL);
        context.configOverride(ClusterConfig.class).setInclude(present).setIncludeAsProperty(always);
        context.configOverride(ClusterLimits.class).setInclude(present).setIncludeAsProperty(present);
        context.configOverride(Cluster.class)
                .setInclude(always.withValueInclusion(JsonInclude.Include.NON_EMPTY))
                .setIncludeAsProperty(always);
    }

    private <T> void text(Class<T> type, Function<T, String> print, Function<String, T> parse) {
        addSerializer(type, new JsonSerializer<T>() {
            @Override
            public void serialize(T value, JsonGenerator out, SerializerProvider context) throws IOException {
                out.writeString(print.apply(value));
            }
        });
        addDeserializer(type, new JsonDeserializer<T>() {
            @Override
            @SuppressWarnings("unchecked")
            public T deserialize(JsonParser in, DeserializationContext context) throws IOException {
                if (!in.hasToken(JsonToken.VALUE_STRING)) {
                    return (T) context.handleUnexpectedToken(type, in);
                }
                return parsed(context, type, in.getText(), parse);
            }
        });
    }

    private <T> void keyText(Class<T> type, Function<String, T> parse) {
        addKeySerializer(type, new JsonSerializer<T>() {
            @Override
            public void serialize(T value, JsonGenerator out, SerializerProvider context) throws IOException {
                out.writeFieldName(value.toString());
            }
        });
        addKeyDeserializer(type, new com.fasterxml.jackson.databind.KeyDeserializer() {
            @Override
            public Object deserializeKey(String key, DeserializationContext context) throws IOException {
                return parsed(context, type, key, parse);
            }
        });
    }

    static <T> T parsed(DeserializationContext context, Class<T> type, String text, Function<String, T> parse)
            throws IOException {
        try {
            return parse.apply(text);
        } catch (IllegalArgumentException e) {
            throw context.weirdStringException(text, type, e.getMessage());
        }
    }

    private static final class EpochWriter extends JsonSerializer<Epoch> {
        @Override
        public void serialize(Epoch epoch, JsonGenerator out, SerializerProvider context) throws IOException {
            out.writeNumber(epoch.value());
        }
    }

    private static final class EpochReader extends JsonDeserializer<Epoch> {
        @Override
        public Epoch deserialize(JsonParser in, DeserializationContext context) throws IOException {
            if (!in.hasToken(JsonToken.VALUE_NUMBER_INT)) {
                return (Epoch) context.handleUnexpectedToken(Epoch.class, in);
            }
            long value = in.getLongValue();
            if (value < 0) {
                throw context.weirdNumberException(value, Epoch.class, "an epoch is not negative");
            }
            return new Epoch(value);
        }
    }

    private static final class RangeWriter extends JsonSerializer<SlotRange> {
        @Override
        public void serialize(SlotRange range, JsonGenerator out, SerializerProvider context) throws IOException {
            out.writeStartArray();
            out.writeNumber(range.start());
            out.writeNumber(range.end());
            out.writeEndArray();
        }
    }

    private static final class RangeReader extends JsonDeserializer<SlotRange> {
        @Override
        public SlotRange deserialize(JsonParser in, DeserializationContext context) throws IOException {
            if (!in.isExpectedStartArrayToken()) {
                return (SlotRange) context.handleUnexpectedToken(SlotRange.class, in);
            }
            int[] ends = context.readValue(in, int[].class);
            if (ends.length != 2) {
                return context.reportInputMismatch(
                        SlotRange.class, "a slot range is [start, end], not %d numbers", ends.length);
            }
            try {
                return SlotRange.between(ends[0], ends[1]);
            } catch (IllegalArgumentException e) {
                return context.reportInputMismatch(SlotRange.class, "%s", e.getMessage());
            }
        }
    }

    private static final class RangesWriter extends JsonSerializer<SlotRanges> {
        @Override
        public void serialize(SlotRanges slots, JsonGenerator out, SerializerProvider context) throws IOException {
            out.writeStartArray();
            for (SlotRange range : slots.ranges()) {
                context.defaultSerializeValue(range, out);
            }
            out.writeEndArray();
        }
    }

    private static final class RangesReader extends JsonDeserializer<SlotRanges> {
        @Override
        public SlotRanges deserialize(JsonParser in, DeserializationContext context) throws IOException {
            if (!in.isExpectedStartArrayToken()) {
                return (SlotRanges) context.handleUnexpectedToken(SlotRanges.class, in);
            }
            List<SlotRange> ranges = new ArrayList<>();
            while (in.nextToken() != JsonToken.END_ARRAY) {
                ranges.add(context.readValue(in, SlotRange.class));
            }
            return new SlotRanges(ranges);
        }
    }
}
