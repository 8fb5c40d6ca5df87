package io.undermoon.broker.config;

import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import jakarta.inject.Singleton;

/** Has the HTTPS server ask for client certificates as configured; Quarkus itself decides that when it is built. */
@Singleton
final class ClientCertificates implements HttpServerOptionsCustomizer {
    private final BrokerConfig config;

    ClientCertificates(BrokerConfig config) {
        this.config = config;
    }

    @Override
    public void customizeHttpsServer(HttpServerOptions options) {
        options.setClientAuth(
                switch (config.tls().authClients()) {
                    case NO -> ClientAuth.NONE;
                    case OPTIONAL -> ClientAuth.REQUEST;
                    case YES -> ClientAuth.REQUIRED;
                });
    }
}
