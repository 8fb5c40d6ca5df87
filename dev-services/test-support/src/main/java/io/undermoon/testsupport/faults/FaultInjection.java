package io.undermoon.testsupport.faults;

import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/** Changes the bytecode of a class by a {@link PlantedFault}. */
public final class FaultInjection extends ClassVisitor {
    private static final String RETURNS = "returns ";
    private static final String OMITS = "omits ";
    private static final String TAKES = "takes ";
    private static final String NOTHING = "does nothing";

    private final PlantedFault fault;
    private boolean planted;

    private FaultInjection(PlantedFault fault, ClassVisitor next) {
        super(Opcodes.ASM9, next);
        this.fault = fault;
    }

    /**
     * The changed class.
     *
     * @throws IllegalArgumentException if the class has no such method or the method no such call: the list of faults
     *     is out of date
     */
    public static byte[] plant(PlantedFault fault, byte[] bytecode) {
        ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
        FaultInjection injection = new FaultInjection(fault, writer);
        new ClassReader(bytecode).accept(injection, 0);
        if (!injection.planted) {
            throw new IllegalArgumentException("cannot be planted: " + fault);
        }
        return writer.toByteArray();
    }

    @Override
    public @Nullable MethodVisitor visitMethod(
            int access, String name, String descriptor, String signature, String[] exceptions) {
        MethodVisitor next = super.visitMethod(access, name, descriptor, signature, exceptions);
        if ((access & Opcodes.ACC_ABSTRACT) != 0) {
            return next;
        }
        boolean isMethod = name.equals(fault.method());
        boolean isWithin = isMethod || name.startsWith("lambda$" + fault.method() + "$");
        String change = fault.change();
        if (isWithin && change.startsWith(OMITS)) {
            return omission(next, change.substring(OMITS.length()));
        }
        if (isWithin && change.startsWith(TAKES)) {
            return exchange(next, change.substring(TAKES.length()));
        }
        if (!isMethod) {
            return next;
        }
        planted = true;
        Type result = Type.getReturnType(descriptor);
        next.visitCode();
        if (change.startsWith(RETURNS)) {
            push(next, result, change.substring(RETURNS.length()));
        } else if (!change.equals(NOTHING)) {
            throw new IllegalArgumentException("unknown change: " + fault);
        }
        next.visitInsn(result.getOpcode(Opcodes.IRETURN));
        next.visitMaxs(0, 0);
        next.visitEnd();
        return null;
    }

    private Omission omission(MethodVisitor next, String what) {
        String[] callAndValue = what.split(" as ", 2);
        String call = callAndValue[0];
        int dot = call.lastIndexOf('.');
        @Nullable String value = callAndValue.length > 1 ? callAndValue[1] : null;
        return new Omission(next, call.substring(0, dot), call.substring(dot + 1), value);
    }

    private Exchange exchange(MethodVisitor next, String what) {
        String[] takenAndRight = what.split(" for ", 2);
        String taken = takenAndRight[0];
        int dot = taken.lastIndexOf('.');
        return new Exchange(next, taken.substring(0, dot), taken.substring(dot + 1), takenAndRight[1]);
    }

    private static String simpleName(String type) {
        return type.substring(Math.max(type.lastIndexOf('/'), type.lastIndexOf('$')) + 1);
    }

    private static void push(MethodVisitor out, Type type, String value) {
        switch (type.getSort()) {
            case Type.BOOLEAN -> out.visitInsn(Boolean.parseBoolean(value) ? Opcodes.ICONST_1 : Opcodes.ICONST_0);
            case Type.INT, Type.SHORT, Type.BYTE, Type.CHAR -> out.visitLdcInsn(Integer.valueOf(value));
            case Type.LONG -> out.visitLdcInsn(Long.valueOf(value));
            case Type.DOUBLE -> out.visitLdcInsn(Double.valueOf(value));
            case Type.VOID -> throw new IllegalArgumentException("a void method returns nothing");
            default -> out.visitInsn(Opcodes.ACONST_NULL);
        }
    }

    /**
     * Leaves calls of one method out: takes their arguments from the stack, and puts the result there unless that is
     * the object itself.
     */
    private final class Omission extends MethodVisitor {
        private final String calledOwner;
        private final String called;
        private final @Nullable String value;

        Omission(MethodVisitor next, String owner, String called, @Nullable String value) {
            super(Opcodes.ASM9, next);
            this.calledOwner = owner;
            this.called = called;
            this.value = value;
        }

        @Override
        public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean isInterface) {
            if (!name.equals(called) || !simpleName(owner).equals(calledOwner)) {
                super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
                return;
            }
            planted = true;
            Type[] arguments = Type.getArgumentTypes(descriptor);
            for (int i = arguments.length - 1; i >= 0; i--) {
                visitInsn(arguments[i].getSize() == 2 ? Opcodes.POP2 : Opcodes.POP);
            }
            Type result = Type.getReturnType(descriptor);
            if (opcode != Opcodes.INVOKESTATIC) {
                if (value == null && result.equals(Type.getObjectType(owner))) {
                    return;
                }
                visitInsn(Opcodes.POP);
            }
            if (result.getSort() != Type.VOID) {
                push(this, result, value == null ? "0" : value);
            }
        }
    }

    /** Reads another constant of the same class than the right one. */
    private final class Exchange extends MethodVisitor {
        private final String constantOwner;
        private final String taken;
        private final String right;

        Exchange(MethodVisitor next, String owner, String taken, String right) {
            super(Opcodes.ASM9, next);
            this.constantOwner = owner;
            this.taken = taken;
            this.right = right;
        }

        @Override
        public void visitFieldInsn(int opcode, String owner, String name, String descriptor) {
            boolean isRight = opcode == Opcodes.GETSTATIC
                    && name.equals(right)
                    && simpleName(owner).equals(constantOwner);
            planted |= isRight;
            super.visitFieldInsn(opcode, owner, isRight ? taken : name, descriptor);
        }
    }
}
