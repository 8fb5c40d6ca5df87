package io.undermoon.simulation.loader;

import io.undermoon.testsupport.faults.FaultInjection;
import io.undermoon.testsupport.faults.PlantedFault;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Loads the product and the simulation anew, so that the product runs as it is in simulated time: its calls of methods
 * of the JDK that depend on the clock, on chance or on the run of the JVM become calls of {@link
 * io.undermoon.simulation.world.Seams}, and the one method that hands a proxy's own command to a connection becomes
 * one of {@link io.undermoon.simulation.service.NodeSeam}. A fault may be planted as well.
 */
public final class DeterministicClasses extends ClassLoader {
    private static final String PROJECT = "io.undermoon.";
    private static final String OWN = "io.undermoon.simulation.loader.";
    private static final String SEAMS = "io/undermoon/simulation/world/Seams";
    private static final String NODE_CLIENT = "io.undermoon.proxy.node.NodeClient";
    private static final String NODE_CONNECTIONS = "io.undermoon.proxy.backend.NodeConnections";
    private static final String NODE_SEAM = "io/undermoon/simulation/service/NodeSeam";

    /** What is called, and the name and descriptor of what is called instead. */
    private static final Map<String, String> CALLS = Map.ofEntries(
            Map.entry("java/lang/System.nanoTime()J", "nanoTime()J"),
            Map.entry("java/lang/System.currentTimeMillis()J", "currentTimeMillis()J"),
            Map.entry("java/util/concurrent/locks/LockSupport.parkNanos(J)V", "parkNanos(J)V"),
            Map.entry(
                    "java/util/concurrent/ThreadLocalRandom.nextLong(J)J",
                    "nextLong(Ljava/util/concurrent/ThreadLocalRandom;J)J"),
            Map.entry(
                    "java/util/concurrent/ThreadLocalRandom.nextLong()J",
                    "nextLong(Ljava/util/concurrent/ThreadLocalRandom;)J"),
            Map.entry(
                    "java/util/concurrent/CompletableFuture.completeOnTimeout(Ljava/lang/Object;JLjava/util/concurrent/"
                            + "TimeUnit;)Ljava/util/concurrent/CompletableFuture;",
                    "completeOnTimeout(Ljava/util/concurrent/CompletableFuture;Ljava/lang/Object;J"
                            + "Ljava/util/concurrent/TimeUnit;)Ljava/util/concurrent/CompletableFuture;"),
            Map.entry(
                    "java/util/concurrent/CompletableFuture.orTimeout(JLjava/util/concurrent/TimeUnit;)"
                            + "Ljava/util/concurrent/CompletableFuture;",
                    "orTimeout(Ljava/util/concurrent/CompletableFuture;JLjava/util/concurrent/TimeUnit;)"
                            + "Ljava/util/concurrent/CompletableFuture;"),
            Map.entry(
                    "java/util/Set.copyOf(Ljava/util/Collection;)Ljava/util/Set;",
                    "copyOf(Ljava/util/Collection;)Ljava/util/Set;"),
            Map.entry("java/util/Map.copyOf(Ljava/util/Map;)Ljava/util/Map;", "copyOf(Ljava/util/Map;)Ljava/util/Map;"),
            Map.entry(
                    "java/util/Set.of([Ljava/lang/Object;)Ljava/util/Set;",
                    "setOf([Ljava/lang/Object;)Ljava/util/Set;"),
            Map.entry(
                    "java/util/Set.of(Ljava/lang/Object;Ljava/lang/Object;)Ljava/util/Set;",
                    "setOf(Ljava/lang/Object;Ljava/lang/Object;)Ljava/util/Set;"),
            Map.entry(
                    "java/util/stream/Collectors.toUnmodifiableSet()Ljava/util/stream/Collector;",
                    "toUnmodifiableSet()Ljava/util/stream/Collector;"));

    private final @Nullable PlantedFault fault;

    public DeterministicClasses(ClassLoader parent, @Nullable PlantedFault fault) {
        super(parent);
        this.fault = fault;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(PROJECT) || name.startsWith(OWN)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            @Nullable Class<?> loaded = findLoadedClass(name);
            if (loaded != null) {
                return loaded;
            }
            byte[] bytes = bytecode(name);
            if (fault != null && name.equals(fault.className())) {
                bytes = FaultInjection.plant(fault, bytes);
            }
            byte[] used = exchangeCalls(name, bytes);
            return defineClass(name, used, 0, used.length);
        }
    }

    private byte[] bytecode(String name) throws ClassNotFoundException {
        try (@Nullable InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (in == null) {
                throw new ClassNotFoundException(name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }

    private static byte[] exchangeCalls(String className, byte[] bytes) {
        if (className.startsWith(PROJECT + "simulation.world.Seams")) {
            return bytes;
        }
        ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
        new ClassReader(bytes)
                .accept(
                        new ClassVisitor(Opcodes.ASM9, writer) {
                            @Override
                            public @Nullable MethodVisitor visitMethod(
                                    int access, String name, String descriptor, String signature, String[] exceptions) {
                                MethodVisitor next = super.visitMethod(access, name, descriptor, signature, exceptions);
                                if (className.equals(NODE_CLIENT) && name.equals("send")) {
                                    sendBySeam(next, descriptor);
                                    return null;
                                }
                                if (className.equals(NODE_CONNECTIONS) && name.equals("isRefused")) {
                                    isRefusedBySeam(next, descriptor);
                                    return null;
                                }
                                if (className.equals(NODE_CONNECTIONS) && name.equals("retain")) {
                                    doNothing(next);
                                    return null;
                                }
                                return new CallExchange(next);
                            }
                        },
                        0);
        return writer.toByteArray();
    }

    /** {@code return NodeSeam.send(connections, node, protocol, command, question)}. */
    private static void sendBySeam(MethodVisitor method, String descriptor) {
        String connections = "L" + NODE_CONNECTIONS.replace('.', '/') + ";";
        method.visitCode();
        method.visitVarInsn(Opcodes.ALOAD, 0);
        method.visitFieldInsn(Opcodes.GETFIELD, NODE_CLIENT.replace('.', '/'), "connections", connections);
        for (int argument = 1; argument <= 4; argument++) {
            method.visitVarInsn(Opcodes.ALOAD, argument);
        }
        returnFromSeam(method, "send", "(" + connections + descriptor.substring(1));
    }

    /** {@code return NodeSeam.isRefused(peer)}. */
    private static void isRefusedBySeam(MethodVisitor method, String descriptor) {
        method.visitCode();
        method.visitVarInsn(Opcodes.ALOAD, 1);
        returnFromSeam(method, "isRefused", descriptor);
    }

    private static void returnFromSeam(MethodVisitor method, String name, String descriptor) {
        method.visitMethodInsn(Opcodes.INVOKESTATIC, NODE_SEAM, name, descriptor, false);
        method.visitInsn(Opcodes.ARETURN);
        method.visitMaxs(0, 0);
        method.visitEnd();
    }

    private static void doNothing(MethodVisitor method) {
        method.visitCode();
        method.visitInsn(Opcodes.RETURN);
        method.visitMaxs(0, 0);
        method.visitEnd();
    }

    private static final class CallExchange extends MethodVisitor {
        CallExchange(MethodVisitor next) {
            super(Opcodes.ASM9, next);
        }

        @Override
        public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean isInterface) {
            String taken = CALLS.get(owner + "." + name + descriptor);
            if (taken == null) {
                super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
            } else {
                int end = taken.indexOf('(');
                super.visitMethodInsn(
                        Opcodes.INVOKESTATIC, SEAMS, taken.substring(0, end), taken.substring(end), false);
            }
        }

        @Override
        public void visitInvokeDynamicInsn(
                String name, String descriptor, org.objectweb.asm.Handle bootstrap, Object... arguments) {
            Object[] exchanged = arguments.clone();
            for (int i = 0; i < exchanged.length; i++) {
                if (exchanged[i] instanceof org.objectweb.asm.Handle handle) {
                    String taken = CALLS.get(handle.getOwner() + "." + handle.getName() + handle.getDesc());
                    if (taken != null) {
                        int end = taken.indexOf('(');
                        exchanged[i] = new org.objectweb.asm.Handle(
                                Opcodes.H_INVOKESTATIC, SEAMS, taken.substring(0, end), taken.substring(end), false);
                    }
                }
            }
            super.visitInvokeDynamicInsn(name, descriptor, bootstrap, exchanged);
        }
    }
}
