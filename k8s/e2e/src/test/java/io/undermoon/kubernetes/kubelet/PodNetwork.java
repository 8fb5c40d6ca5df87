package io.undermoon.kubernetes.kubelet;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** The network that all pods share. No address is given twice, so whoever keeps that of a former pod reaches nobody. */
final class PodNetwork {
    /** The address of all nodes, and of everything that runs outside of pods. */
    static final String NODE = "10.244.0.1";

    private static final int PER_BYTE = 256;
    /** Of all networks of this JVM: connections of a former one may still be about to go. */
    private static final AtomicInteger LAST = new AtomicInteger(PER_BYTE);

    private final Namespaces namespaces;

    PodNetwork(Namespaces namespaces) {
        this.namespaces = namespaces;
    }

    /** A connection to the network: its name on the side of the nodes, and the address on the other. */
    record Link(String name, String address) {}

    /** Connects the network namespace of a process. */
    Link connect(long pid) throws IOException {
        int number = LAST.incrementAndGet();
        Link link = new Link("pod" + number, "10.244." + number / PER_BYTE + "." + number % PER_BYTE);
        Namespaces.run(namespaces.script("connect", List.of(link.name(), Long.toString(pid), link.address())));
        return link;
    }

    /** Has no packet come through any more; nobody is told. */
    static void cut(Link link) throws IOException {
        Namespaces.run(List.of("ip", "link", "set", link.name(), "down"));
    }
}
