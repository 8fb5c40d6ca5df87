package io.undermoon.tls;

import javax.net.ssl.SSLEngine;

/** Whether a server asks its clients for certificates. */
public enum ClientAuth {
    /** It does not. */
    NO,
    /** It does, and serves those without one too; one that is not trusted is refused. */
    OPTIONAL,
    /** It does, and refuses those without one. */
    YES;

    void applyTo(SSLEngine engine) {
        switch (this) {
            case NO -> engine.setWantClientAuth(false);
            case OPTIONAL -> engine.setWantClientAuth(true);
            case YES -> engine.setNeedClientAuth(true);
        }
    }
}
