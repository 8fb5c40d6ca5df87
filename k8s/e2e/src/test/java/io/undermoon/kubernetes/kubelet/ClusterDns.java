package io.undermoon.kubernetes.kubelet;

import io.fabric8.kubernetes.api.model.Service;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/**
 * The DNS server of the cluster: names of services, and those of pods behind headless services. It knows no other
 * names. A thread of its own answers.
 */
final class ClusterDns implements AutoCloseable {
    private static final int PORT = 53;
    private static final int MAX_BYTES = 512;
    private static final String DOMAIN = ".svc.cluster.local";

    private final Endpoints endpoints;
    private final DatagramSocket socket;

    ClusterDns(Endpoints endpoints) throws IOException {
        this.endpoints = endpoints;
        this.socket = new DatagramSocket(new InetSocketAddress(PodNetwork.NODE, PORT));
        Thread thread = new Thread(this::serve, "cluster-dns");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        socket.close();
    }

    private void serve() {
        byte[] buffer = new byte[MAX_BYTES];
        while (!socket.isClosed()) {
            DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
            try {
                socket.receive(packet);
                Optional<DnsMessage> question = DnsMessage.parse(buffer, packet.getLength());
                if (question.isPresent()) {
                    byte[] answer = answer(question.get());
                    socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                }
            } catch (IOException e) {
                // The one who asked asks again.
            }
        }
    }

    private byte[] answer(DnsMessage question) {
        List<String> addresses = lookUp(question.name());
        return question.answer(!addresses.isEmpty(), question.type() == DnsMessage.ADDRESS ? addresses : List.of());
    }

    private List<String> lookUp(String name) {
        if (!name.endsWith(DOMAIN)) {
            return List.of();
        }
        String[] labels = name.substring(0, name.length() - DOMAIN.length()).split("\\.");
        if (labels.length < 2) {
            return List.of();
        }
        String namespace = labels[labels.length - 1];
        String serviceName = labels[labels.length - 2];
        Optional<Service> service = endpoints.service(namespace, serviceName);
        if (service.isEmpty()) {
            return List.of();
        }
        if (labels.length > 2) {
            return endpoints.addresses(namespace, serviceName, labels[0]);
        }
        String address = service.get().getSpec().getClusterIP();
        return "None".equals(address) ? endpoints.addresses(namespace, serviceName) : List.of(address);
    }
}
