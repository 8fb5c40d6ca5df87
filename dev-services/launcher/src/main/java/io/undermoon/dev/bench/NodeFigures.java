package io.undermoon.dev.bench;

/**
 * What commands cost the redis-server that executes them.
 *
 * @param cpuMicros its CPU time for each command
 * @param commandsPerRead how many commands it gets with one system call
 */
public record NodeFigures(double cpuMicros, double commandsPerRead) {}
