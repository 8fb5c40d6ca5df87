package io.undermoon.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import io.undermoon.metadata.MigrationMeta;
import io.undermoon.metadata.SlotState;
import java.io.IOException;

/** {@code "None"}, <code>{"Migrating": meta}</code> or <code>{"Importing": meta}</code>. */
final class SlotStateJson {
    private static final String STABLE = "None";
    private static final String MIGRATING = "Migrating";
    private static final String IMPORTING = "Importing";

    private SlotStateJson() {}

    static void register(SimpleModule module) {
        module.addSerializer(SlotState.class, new Writer());
        module.addDeserializer(SlotState.class, new Reader());
    }

    private static final class Writer extends JsonSerializer<SlotState> {
        @Override
        public void serialize(SlotState state, JsonGenerator out, SerializerProvider context) throws IOException {
            if (state instanceof SlotState.Migrating migrating) {
                write(MIGRATING, migrating.meta(), out, context);
            } else if (state instanceof SlotState.Importing importing) {
                write(IMPORTING, importing.meta(), out, context);
            } else {
                out.writeString(STABLE);
            }
        }

        private static void write(String tag, MigrationMeta meta, JsonGenerator out, SerializerProvider context)
                throws IOException {
            out.writeStartObject();
            out.writeFieldName(tag);
            context.defaultSerializeValue(meta, out);
            out.writeEndObject();
        }
    }

    private static final class Reader extends JsonDeserializer<SlotState> {
        @Override
        public SlotState deserialize(JsonParser in, DeserializationContext context) throws IOException {
            if (in.hasToken(JsonToken.VALUE_STRING) && in.getText().equals(STABLE)) {
                return SlotState.STABLE;
            }
            if (!in.isExpectedStartObjectToken()) {
                return mismatch(context);
            }
            String tag = in.nextFieldName();
            if (tag == null) {
                return mismatch(context);
            }
            in.nextToken();
            MigrationMeta meta = context.readValue(in, MigrationMeta.class);
            if (meta == null || in.nextToken() != JsonToken.END_OBJECT) {
                return mismatch(context);
            }
            return switch (tag) {
                case MIGRATING -> new SlotState.Migrating(meta);
                case IMPORTING -> new SlotState.Importing(meta);
                default -> mismatch(context);
            };
        }

        private static SlotState mismatch(DeserializationContext context) throws IOException {
            return context.reportInputMismatch(
                    SlotState.class, "a slot tag is \"None\", {\"Migrating\": …} or {\"Importing\": …}");
        }
    }
}
