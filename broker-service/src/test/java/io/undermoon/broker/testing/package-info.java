/** Doubles and values that several tests share. */
package io.undermoon.broker.testing;
