package io.undermoon.testsupport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * The reference arrays of constant length that a module's compiled classes create. GraalVM 25.0 omits the garbage
 * collector's write barrier for those over 128 KB, which corrupts the heap of a native image; with references of 8
 * bytes, and a margin, the limit is 8,192 elements.
 */
public final class LargeArrays {
    private static final int MAX_LENGTH = 8_192;

    private LargeArrays() {}

    /** Fails if a main class of the module whose tests run creates a larger one. */
    public static void assertNoneOfReferences() throws IOException {
        assertThat(found(Path.of("target", "classes")))
                .as("reference arrays with a constant length over %s", MAX_LENGTH)
                .isEmpty();
    }

    /** {@code class.method: type[length]} of every such array. */
    static List<String> found(Path classes) throws IOException {
        List<String> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".class"))
                    .sorted()
                    .toList()) {
                try (InputStream in = Files.newInputStream(file)) {
                    ClassReader reader = new ClassReader(in);
                    reader.accept(
                            new Methods(reader.getClassName(), found),
                            ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
                }
            }
        }
        return found;
    }

    private static final class Methods extends ClassVisitor {
        private final String className;
        private final List<String> found;

        Methods(String className, List<String> found) {
            super(Opcodes.ASM9);
            this.className = className;
            this.found = found;
        }

        @Override
        public MethodVisitor visitMethod(
                int access, String name, String descriptor, String signature, String[] exceptions) {
            return new Instructions(className.replace('/', '.') + "." + name, found);
        }
    }

    /** Remembers the constant that the instruction before has pushed. */
    private static final class Instructions extends MethodVisitor {
        private static final int NONE = -1;

        private final String method;
        private final List<String> found;
        private int pushed = NONE;

        Instructions(String method, List<String> found) {
            super(Opcodes.ASM9);
            this.method = method;
            this.found = found;
        }

        @Override
        public void visitIntInsn(int opcode, int operand) {
            pushed = opcode == Opcodes.SIPUSH ? operand : NONE;
        }

        @Override
        public void visitLdcInsn(Object value) {
            pushed = value instanceof Integer number ? number : NONE;
        }

        @Override
        public void visitTypeInsn(int opcode, String type) {
            if (opcode == Opcodes.ANEWARRAY && pushed > MAX_LENGTH) {
                found.add(method + ": " + type + "[" + pushed + "]");
            }
            pushed = NONE;
        }

        @Override
        public void visitMultiANewArrayInsn(String descriptor, int dimensions) {
            if (pushed > MAX_LENGTH) {
                found.add(method + ": " + descriptor + " with " + pushed);
            }
            pushed = NONE;
        }

        @Override
        public void visitInsn(int opcode) {
            pushed = NONE;
        }

        @Override
        public void visitVarInsn(int opcode, int index) {
            pushed = NONE;
        }

        @Override
        public void visitFieldInsn(int opcode, String owner, String name, String descriptor) {
            pushed = NONE;
        }

        @Override
        public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean isInterface) {
            pushed = NONE;
        }
    }
}
