package io.undermoon.testsupport.faults;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Bounds how long a test waits: for a condition of Awaitility, a reply on a socket, a semaphore or a latch. A fault is
 * often noticed by what does not happen, and the limits of tests are meant for machines that are busy with much else.
 */
public final class ShortWaits extends ClassVisitor {
    /** Several times what the slowest of the tests needs for one wait. */
    private static final Duration LIMIT = Duration.ofSeconds(5);

    private static final String SELF = Type.getInternalName(ShortWaits.class);
    private static final String CONDITION = "org/awaitility/core/ConditionFactory";
    private static final String UNIT = "java/util/concurrent/TimeUnit";
    private static final String AT_MOST = "atMost";
    private static final String BY_DURATION = "(Ljava/time/Duration;)L" + CONDITION + ";";
    private static final String BY_UNIT = "(JLjava/util/concurrent/TimeUnit;)L" + CONDITION + ";";

    /** By class, the method that waits, and says whether it did so in vain. */
    private static final Map<String, String> SIGNALS =
            Map.of("java/util/concurrent/Semaphore", "tryAcquire", "java/util/concurrent/CountDownLatch", "await");

    private static final String IN_TIME = "(JLjava/util/concurrent/TimeUnit;)Z";

    private ShortWaits(ClassVisitor next) {
        super(Opcodes.ASM9, next);
    }

    /** The class with bounded waits. */
    static byte[] in(byte[] bytecode) {
        ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
        new ClassReader(bytecode).accept(new ShortWaits(writer), 0);
        return writer.toByteArray();
    }

    @Override
    public MethodVisitor visitMethod(
            int access, String name, String descriptor, String signature, String[] exceptions) {
        return new MethodVisitor(Opcodes.ASM9, super.visitMethod(access, name, descriptor, signature, exceptions)) {
            @Override
            public void visitMethodInsn(int opcode, String owner, String called, String type, boolean isInterface) {
                boolean isLimit = owner.equals(CONDITION) && called.equals(AT_MOST);
                if (isLimit && type.equals(BY_DURATION)) {
                    convert("bounded", "(Ljava/time/Duration;)Ljava/time/Duration;");
                } else if (isLimit && type.equals(BY_UNIT)) {
                    convert("bounded", "(JLjava/util/concurrent/TimeUnit;)Ljava/time/Duration;");
                    super.visitMethodInsn(opcode, owner, called, BY_DURATION, isInterface);
                    return;
                } else if (owner.equals("java/net/Socket") && called.equals("setSoTimeout")) {
                    convert("bounded", "(I)I");
                } else if (called.equals(SIGNALS.get(owner)) && type.equals(IN_TIME)) {
                    convert("boundedNanos", "(JLjava/util/concurrent/TimeUnit;)J");
                    super.visitFieldInsn(Opcodes.GETSTATIC, UNIT, "NANOSECONDS", "L" + UNIT + ";");
                }
                super.visitMethodInsn(opcode, owner, called, type, isInterface);
                if (owner.equals("org/awaitility/Awaitility") && called.equals("await")) {
                    convert("limit", "()Ljava/time/Duration;");
                    super.visitMethodInsn(Opcodes.INVOKEVIRTUAL, CONDITION, AT_MOST, BY_DURATION, false);
                }
            }

            private void convert(String by, String type) {
                super.visitMethodInsn(Opcodes.INVOKESTATIC, SELF, by, type, false);
            }
        };
    }

    /** Called by changed classes. */
    public static Duration limit() {
        return LIMIT;
    }

    /** Called by changed classes. */
    public static Duration bounded(Duration wanted) {
        return wanted.compareTo(LIMIT) < 0 ? wanted : LIMIT;
    }

    /** Called by changed classes. */
    public static Duration bounded(long wanted, TimeUnit unit) {
        return bounded(Duration.of(wanted, unit.toChronoUnit()));
    }

    /** Called by changed classes. */
    public static long boundedNanos(long wanted, TimeUnit unit) {
        return bounded(wanted, unit).toNanos();
    }

    /** Called by changed classes. */
    public static int bounded(int wantedMillis) {
        return (int) bounded(Duration.ofMillis(wantedMillis)).toMillis();
    }
}
