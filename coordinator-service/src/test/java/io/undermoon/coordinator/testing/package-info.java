/**
 * In-memory doubles of the broker and the proxies, and small servers that behave as badly as a test wants.
 */
package io.undermoon.coordinator.testing;
