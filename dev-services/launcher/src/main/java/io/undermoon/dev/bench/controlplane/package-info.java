/**
 * Measures broker and coordinators with very many proxies: the real processes of the control plane, and proxies that
 * only speak the control protocol, all of them in this process.
 */
@NullMarked
package io.undermoon.dev.bench.controlplane;

import org.jspecify.annotations.NullMarked;
