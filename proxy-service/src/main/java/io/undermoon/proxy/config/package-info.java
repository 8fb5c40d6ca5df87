/**
 * The configuration keys of the proxy, their checks, and the checked values that each other package asks for. Opens no
 * socket and starts no thread; reads the files of TLS and addresses that the keys name. Imports the packages whose
 * settings it makes.
 */
@NullMarked
package io.undermoon.proxy.config;

import org.jspecify.annotations.NullMarked;
