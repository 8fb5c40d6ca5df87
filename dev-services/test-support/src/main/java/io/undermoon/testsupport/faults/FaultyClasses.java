package io.undermoon.testsupport.faults;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import org.jspecify.annotations.Nullable;

/** A class loader that loads the project anew: one class with a fault, the tests with {@link ShortWaits}. */
final class FaultyClasses extends ClassLoader {
    private static final String PROJECT = "io.undermoon.";

    private final @Nullable PlantedFault fault;

    /** @param fault null for none */
    FaultyClasses(@Nullable PlantedFault fault, ClassLoader parent) {
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
            byte[] used = bytecode(name);
            return defineClass(name, used, 0, used.length);
        }
    }

    private byte[] bytecode(String name) throws ClassNotFoundException {
        @Nullable URL resource = getParent().getResource(name.replace('.', '/') + ".class");
        if (resource == null) {
            throw new ClassNotFoundException(name);
        }
        try (InputStream in = resource.openStream()) {
            byte[] bytes = in.readAllBytes();
            if (fault != null && name.equals(fault.className())) {
                return FaultInjection.plant(fault, bytes);
            }
            return resource.getPath().contains("/test-classes/") ? ShortWaits.in(bytes) : bytes;
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }
}
