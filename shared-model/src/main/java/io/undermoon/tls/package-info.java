/**
 * TLS from PEM files for every service: reading them, the contexts made of them, and noticing that they changed. Only the
 * JDK; imports no other room. Reading these files is the one file access of this module: all services need it alike.
 */
@NullMarked
package io.undermoon.tls;

import org.jspecify.annotations.NullMarked;
