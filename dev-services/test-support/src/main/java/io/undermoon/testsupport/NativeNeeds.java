package io.undermoon.testsupport;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.BeanDeserializerBase;
import com.fasterxml.jackson.databind.deser.DefaultDeserializationContext;
import com.fasterxml.jackson.databind.deser.SettableBeanProperty;
import com.fasterxml.jackson.databind.ser.std.BeanSerializerBase;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.AnnotationNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.LdcInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.analysis.Analyzer;
import org.objectweb.asm.tree.analysis.AnalyzerException;
import org.objectweb.asm.tree.analysis.BasicValue;
import org.objectweb.asm.tree.analysis.Frame;
import org.objectweb.asm.tree.analysis.SimpleVerifier;

/**
 * What the code of a service needs at run time that a native image has only if it was told so at build time: found in
 * the compiled classes, by the types that the verifier of the JVM knows at each call.
 */
public final class NativeNeeds {
    private static final String OURS = "io.undermoon.";

    /** Calls with values that Jackson reads or writes, as {@code owner.name}. */
    private static final Set<String> JSON = Set.of(
            "com/fasterxml/jackson/databind/ObjectMapper.readValue",
            "com/fasterxml/jackson/databind/ObjectMapper.treeToValue",
            "com/fasterxml/jackson/databind/ObjectMapper.convertValue",
            "com/fasterxml/jackson/databind/ObjectMapper.readerFor",
            "com/fasterxml/jackson/databind/ObjectMapper.valueToTree",
            "com/fasterxml/jackson/databind/ObjectMapper.writerFor",
            "com/fasterxml/jackson/databind/ObjectMapper.writeValue",
            "com/fasterxml/jackson/databind/ObjectMapper.writeValueAsBytes",
            "com/fasterxml/jackson/databind/ObjectMapper.writeValueAsString",
            "com/fasterxml/jackson/databind/ObjectWriter.writeValue",
            "com/fasterxml/jackson/databind/ObjectWriter.writeValueAsBytes",
            "com/fasterxml/jackson/databind/ObjectWriter.writeValueAsString",
            "jakarta/ws/rs/core/Response.ok",
            "jakarta/ws/rs/core/Response$ResponseBuilder.entity");

    /** Calls that look a class, a member or a service up by name, or make objects of a class that is given. */
    private static final Set<String> REFLECTION = Set.of(
            "java/lang/Class.forName",
            "java/lang/Class.newInstance",
            "java/lang/Class.getDeclaredConstructor",
            "java/lang/Class.getConstructor",
            "java/lang/Class.getMethod",
            "java/lang/Class.getDeclaredMethod",
            "java/lang/Class.getField",
            "java/lang/Class.getDeclaredField",
            "java/lang/ClassLoader.loadClass",
            "java/lang/reflect/Proxy.newProxyInstance",
            "java/util/ServiceLoader.load",
            "java/util/ResourceBundle.getBundle",
            "io/netty/bootstrap/Bootstrap.channel",
            "io/netty/bootstrap/ServerBootstrap.channel");

    private static final Set<String> RESOURCES = Set.of(
            "java/lang/Class.getResource",
            "java/lang/Class.getResourceAsStream",
            "java/lang/ClassLoader.getResource",
            "java/lang/ClassLoader.getResourceAsStream");

    private final ObjectMapper mapper;
    private final Set<String> jsonCalls = new TreeSet<>(JSON);
    private final Set<java.lang.reflect.Type> roots = new LinkedHashSet<>();
    private final Set<String> registered = new TreeSet<>();
    private final Set<String> reflection = new TreeSet<>();
    private final Set<String> resources = new TreeSet<>();

    private NativeNeeds(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    /**
     * The needs of all classes in some directories, such as {@code target/classes}.
     *
     * @param mapper configured as the services' one, which knows the types that have code of their own for JSON
     */
    public static NativeNeeds of(ObjectMapper mapper, List<Path> directories)
            throws IOException, AnalyzerException, ClassNotFoundException {
        List<ClassNode> classes = new ArrayList<>();
        for (Path directory : directories) {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.filter(each -> each.toString().endsWith(".class"))
                        .sorted()
                        .toList()) {
                    ClassNode node = new ClassNode();
                    new ClassReader(Files.readAllBytes(file)).accept(node, ClassReader.SKIP_DEBUG);
                    classes.add(node);
                }
            }
        }
        NativeNeeds needs = new NativeNeeds(mapper);
        for (ClassNode node : classes) {
            needs.addRegistrations(node);
            needs.addResource(node);
        }
        int before;
        do { // A method that passes what it is given on to Jackson is a call with JSON itself.
            before = needs.jsonCalls.size();
            for (ClassNode node : classes) {
                for (MethodNode method : node.methods) {
                    needs.scan(node, method);
                }
            }
        } while (needs.jsonCalls.size() > before);
        return needs;
    }

    /** Places that look classes, members or services up by name, as {@code class.method -> call}. */
    public Set<String> reflection() {
        return reflection;
    }

    /** Names of files on the class path, or the class that asks for one whose name is not a constant. */
    public Set<String> resources() {
        return resources;
    }

    /** The classes that are registered for reflection. */
    public Set<String> registered() {
        return registered;
    }

    /** Our classes whose members Jackson reads or writes by reflection. */
    public Set<String> json() throws JsonMappingException {
        Set<String> found = new TreeSet<>();
        for (java.lang.reflect.Type root : roots) {
            add(mapper.constructType(root), found);
        }
        return found;
    }

    private void addRegistrations(ClassNode node) {
        AnnotationNode registration = annotation(node, "Lio/quarkus/runtime/annotations/RegisterForReflection;");
        if (registration == null) {
            return;
        }
        int targets = registration.values == null ? -1 : registration.values.indexOf("targets");
        if (targets < 0) {
            registered.add(node.name.replace('/', '.'));
        } else {
            for (Object target : (List<?>) registration.values.get(targets + 1)) {
                registered.add(((Type) target).getClassName());
            }
        }
    }

    /** What the methods of a resource of the HTTP API take and return. */
    private void addResource(ClassNode node) throws ClassNotFoundException {
        if (annotation(node, "Ljakarta/ws/rs/Path;") == null) {
            return;
        }
        for (Method method : load(node.name.replace('/', '.')).getDeclaredMethods()) {
            if (Stream.of(method.getAnnotations())
                    .anyMatch(each -> each.annotationType().getName().startsWith("jakarta.ws.rs."))) {
                roots.add(method.getGenericReturnType());
                roots.addAll(List.of(method.getGenericParameterTypes()));
            }
        }
    }

    private static @Nullable AnnotationNode annotation(ClassNode node, String descriptor) {
        return Stream.of(node.visibleAnnotations, node.invisibleAnnotations)
                .filter(Objects::nonNull)
                .flatMap(List::stream)
                .filter(each -> each.desc.equals(descriptor))
                .findFirst()
                .orElse(null);
    }

    private static Class<?> load(String name) throws ClassNotFoundException {
        return Class.forName(name, false, NativeNeeds.class.getClassLoader());
    }

    private void scan(ClassNode node, MethodNode method) throws AnalyzerException, ClassNotFoundException {
        if ((method.access & (Opcodes.ACC_ABSTRACT | Opcodes.ACC_NATIVE)) != 0) {
            return;
        }
        Frame<BasicValue>[] frames = new Analyzer<>(new Constants(node)).analyze(node.name, method);
        for (int i = 0; i < frames.length; i++) {
            AbstractInsnNode instruction = method.instructions.get(i);
            if (instruction instanceof MethodInsnNode call && frames[i] != null) {
                scan(node, method, call, frames[i]);
            }
        }
    }

    private void scan(ClassNode node, MethodNode method, MethodInsnNode call, Frame<BasicValue> frame)
            throws ClassNotFoundException {
        String name = call.owner + "." + call.name;
        String place = node.name.replace('/', '.') + "." + method.name + " -> " + name.replace('/', '.');
        if (REFLECTION.contains(name)) {
            reflection.add(place);
        } else if (RESOURCES.contains(name)) {
            resources.add(resource(call, frame, place));
        }
        int arguments = Type.getArgumentTypes(call.desc).length;
        for (int argument = 0; argument < arguments; argument++) {
            if (jsonCalls.contains(name) || jsonCalls.contains(parameter(name, call.desc, argument))) {
                argument(node, method, top(frame, arguments - 1 - argument));
            }
        }
    }

    /** The path of a resource whose name and, where that is relative, class are constants; else the place. */
    private static String resource(MethodInsnNode call, Frame<BasicValue> frame, String place) {
        String name = top(frame, 0).constant();
        String relativeTo = top(frame, 1).constant();
        if (name == null || name.startsWith("/") || call.owner.equals("java/lang/ClassLoader")) {
            return name == null ? place : name.replaceFirst("^/", "");
        }
        return relativeTo == null
                ? place
                : relativeTo.substring(0, relativeTo.lastIndexOf('.') + 1).replace('.', '/') + name;
    }

    private void argument(ClassNode node, MethodNode method, Value value) throws ClassNotFoundException {
        String type = value.constant() != null
                ? value.constant()
                : value.getType() == null ? "" : value.getType().getClassName();
        if (type.startsWith(OURS)) {
            roots.add(load(type.replaceFirst("(\\[])+$", "")));
        } else if (value.local() >= 0 && (type.equals("java.lang.Object") || type.equals("java.lang.Class"))) {
            boolean isStatic = (method.access & Opcodes.ACC_STATIC) != 0;
            int local = isStatic ? 0 : 1;
            Type[] parameters = Type.getArgumentTypes(method.desc);
            for (int i = 0; i < parameters.length; i++) {
                if (local == value.local()) {
                    jsonCalls.add(parameter(node.name + "." + method.name, method.desc, i));
                }
                local += parameters[i].getSize();
            }
        }
    }

    /** The name of one parameter of a method of ours that reaches Jackson. */
    private static String parameter(String method, String descriptor, int index) {
        return method + descriptor + "#" + index;
    }

    private static Value top(Frame<BasicValue> frame, int back) {
        BasicValue value = frame.getStack(frame.getStackSize() - 1 - back);
        return value instanceof Value known ? known : new Value(value.getType(), null, -1);
    }

    private void add(JavaType type, Set<String> found) throws JsonMappingException {
        for (int i = 0; i < type.containedTypeCount(); i++) {
            add(type.containedType(i), found);
        }
        if (type.getContentType() != null) {
            add(type.getContentType(), found);
        }
        Class<?> raw = type.getRawClass();
        if (TypeReference.class.isAssignableFrom(raw) && raw.getGenericSuperclass() instanceof ParameterizedType read) {
            add(mapper.constructType(read.getActualTypeArguments()[0]), found);
            return;
        }
        if (!raw.getName().startsWith(OURS) || raw.isEnum() || found.contains(raw.getName())) {
            return;
        }
        boolean byReflection = false;
        List<JavaType> members = new ArrayList<>();
        JsonSerializer<?> serializer = mapper.getSerializerProviderInstance().findValueSerializer(type);
        if (serializer instanceof BeanSerializerBase bean) {
            byReflection = true;
            bean.properties().forEachRemaining(property -> members.add(property.getType()));
        }
        DefaultDeserializationContext context = ((DefaultDeserializationContext) mapper.getDeserializationContext())
                .createInstance(mapper.getDeserializationConfig(), null, null);
        if (!type.isAbstract()) {
            JsonDeserializer<?> deserializer = context.findRootValueDeserializer(type);
            if (deserializer instanceof BeanDeserializerBase bean) {
                byReflection = true;
                for (Iterator<?> each = bean.properties(); each.hasNext(); ) {
                    members.add(((SettableBeanProperty) each.next()).getType());
                }
            }
        }
        if (byReflection) {
            found.add(raw.getName());
            if (raw.isSealed()) {
                for (Class<?> permitted : raw.getPermittedSubclasses()) {
                    add(mapper.constructType(permitted), found);
                }
            }
            for (JavaType member : members) {
                add(member, found);
            }
        }
    }

    /** A value of the verifier, with what is known of it: a constant string or class, or that it is a parameter. */
    private static final class Value extends BasicValue {
        private final @Nullable String constant;
        private final int local;

        /** @param local the number of the variable of a parameter; negative for everything else */
        Value(@Nullable Type type, @Nullable String constant, int local) {
            super(type);
            this.constant = constant;
            this.local = local;
        }

        @Nullable
        String constant() {
            return constant;
        }

        int local() {
            return local;
        }
    }

    /** The verifier, which also remembers constants and parameters. */
    private static final class Constants extends SimpleVerifier {
        Constants(ClassNode node) {
            super(
                    Opcodes.ASM9,
                    Type.getObjectType(node.name),
                    node.superName == null ? null : Type.getObjectType(node.superName),
                    node.interfaces.stream().map(Type::getObjectType).toList(),
                    (node.access & Opcodes.ACC_INTERFACE) != 0);
            setClassLoader(NativeNeeds.class.getClassLoader());
        }

        @Override
        public BasicValue newOperation(AbstractInsnNode instruction) throws AnalyzerException {
            BasicValue value = super.newOperation(instruction);
            if (instruction instanceof LdcInsnNode ldc) {
                if (ldc.cst instanceof Type type) {
                    return new Value(value.getType(), type.getClassName(), -1);
                }
                if (ldc.cst instanceof String text) {
                    return new Value(value.getType(), text, -1);
                }
            }
            return value;
        }

        @Override
        public BasicValue newParameterValue(boolean isInstanceMethod, int local, Type type) {
            BasicValue value = super.newParameterValue(isInstanceMethod, local, type);
            return type.getSort() == Type.OBJECT ? new Value(value.getType(), null, local) : value;
        }
    }
}
