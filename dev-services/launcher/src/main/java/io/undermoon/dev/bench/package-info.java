/**
 * Benchmarks of the proxy against its redis-server, and against other proxies, in one run: the cases ({@code Cell}),
 * the load ({@code LoadGenerator}, {@code RedisBenchmark}) and the result ({@code BenchReport}). From {@code lifecycle}
 * it uses only waiting and progress lines.
 */
@NullMarked
package io.undermoon.dev.bench;

import org.jspecify.annotations.NullMarked;
