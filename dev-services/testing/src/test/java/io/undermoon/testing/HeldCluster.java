package io.undermoon.testing;

/** A program that starts a cluster, prints the process ids of all services on a line, and does not end by itself. */
final class HeldCluster {
    private HeldCluster() {}

    public static void main(String[] args) throws InterruptedException {
        UndermoonCluster cluster = UndermoonCluster.start();
        System.out.println(cluster.processes().values());
        Thread.currentThread().join();
    }
}
