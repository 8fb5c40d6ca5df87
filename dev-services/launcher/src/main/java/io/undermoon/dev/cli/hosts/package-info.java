/**
 * Commands about what a system runs on: hosts, proxies and nodes, and who takes over from them.
 */
@NullMarked
package io.undermoon.dev.cli.hosts;

import org.jspecify.annotations.NullMarked;
