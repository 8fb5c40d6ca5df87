/**
 * The services: code of the product on simulated ports, with what is modelled of it, the storage and the clients. Uses
 * {@code redis} and {@code world}.
 */
@NullMarked
package io.undermoon.simulation.service;

import org.jspecify.annotations.NullMarked;
