package io.undermoon.testsupport.faults;

import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/** Changes the bytecode of a class by a {@link PlantedFault}. */
final class FaultInjection extends ClassVisitor {
    private static final String RETURNS = "returns ";
    private static final String OMITS = "omits ";
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
    static byte[] plant(PlantedFault fault, byte[] bytecode) {
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
        if (!name.equals(fault.method()) || (access & Opcodes.ACC_ABSTRACT) != 0) {
            return next;
        }
        String change = fault.change();
        if (change.startsWith(OMITS)) {
            String call = change.substring(OMITS.length());
            int dot = call.lastIndexOf('.');
            return new Omission(next, call.substring(0, dot), call.substring(dot + 1));
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

    /** Leaves calls of one method out: takes their arguments from the stack and puts false, 0 or null there. */
    private final class Omission extends MethodVisitor {
        private final String ownerSuffix;
        private final String called;

        Omission(MethodVisitor next, String owner, String called) {
            super(Opcodes.ASM9, next);
            this.ownerSuffix = owner;
            this.called = called;
        }

        @Override
        public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean isInterface) {
            String simpleOwner = owner.substring(Math.max(owner.lastIndexOf('/'), owner.lastIndexOf('$')) + 1);
            if (!name.equals(called) || !simpleOwner.equals(ownerSuffix)) {
                super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
                return;
            }
            planted = true;
            Type[] arguments = Type.getArgumentTypes(descriptor);
            for (int i = arguments.length - 1; i >= 0; i--) {
                visitInsn(arguments[i].getSize() == 2 ? Opcodes.POP2 : Opcodes.POP);
            }
            if (opcode != Opcodes.INVOKESTATIC) {
                visitInsn(Opcodes.POP);
            }
            Type result = Type.getReturnType(descriptor);
            if (result.getSort() != Type.VOID) {
                push(this, result, result.getSort() == Type.BOOLEAN ? "false" : "0");
            }
        }
    }
}
