/**
 * In-memory doubles of the broker and the proxies, and scripted servers.
 */
package io.undermoon.coordinator.testing;
