package io.undermoon.testsupport.faults;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** A class loader that loads the project's classes and tests anew, one of them with a fault. */
final class FaultyClasses extends ClassLoader {
    private static final String PROJECT = "io.undermoon.";

    private final PlantedFault fault;

    FaultyClasses(PlantedFault fault, ClassLoader parent) {
        super(parent);
        this.fault = fault;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(PROJECT)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            @Nullable Class<?> loaded = findLoadedClass(name);
            if (loaded != null) {
                return loaded;
            }
            byte[] bytes = bytecode(name);
            byte[] used = name.equals(fault.className()) ? FaultInjection.plant(fault, bytes) : bytes;
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
}
