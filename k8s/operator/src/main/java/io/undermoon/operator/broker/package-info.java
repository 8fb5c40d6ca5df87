/** The broker's HTTP API as the operator uses it: calls, and what they say as values. */
@NullMarked
package io.undermoon.operator.broker;

import org.jspecify.annotations.NullMarked;
