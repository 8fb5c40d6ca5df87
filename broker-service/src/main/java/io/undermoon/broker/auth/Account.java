package io.undermoon.broker.auth;

/** The proven identity of a caller. */
public record Account(String name, Role role) {}
