/**
 * What this broker sees of the proxies, for people who look at the system: answers, figures, some hours of history in
 * memory, and what follows from them. Nothing that the broker decides depends on it. Uses {@code plan}, {@code state}.
 */
@NullMarked
package io.undermoon.broker.observe;

import org.jspecify.annotations.NullMarked;
