/**
 * Measures the proxy against the bare redis-server it stands in front of, and against other proxies, in one run: what
 * is measured ({@code Cell}), by what load ({@code LoadGenerator}, {@code RedisBenchmark}), and what it says ({@code
 * BenchReport}). Beside {@code run}, of which it takes only the waiting and the progress lines.
 */
@NullMarked
package io.undermoon.dev.bench;

import org.jspecify.annotations.NullMarked;
