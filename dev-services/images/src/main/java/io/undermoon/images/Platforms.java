package io.undermoon.images;

/** Names of processor architectures, as images have them. */
final class Platforms {
    private Platforms() {}

    /** The architecture of this machine, such as {@code amd64} or {@code arm64}. */
    static String ownArchitecture() {
        String name = System.getProperty("os.arch");
        return name.equals("aarch64") ? "arm64" : name;
    }

    /** The same in the names of Netty's libraries. */
    static String inNetty(String architecture) {
        return architecture.equals("arm64") ? "aarch_64" : "x86_64";
    }
}
