/**
 * TLS from PEM files for every service: the files, the contexts made of them, and taking changed ones. The files are
 * the only input and output here; the services call {@link io.undermoon.tls.ServiceTls#refresh} from their schedulers.
 * Formats are the business of the JDK, SmallRye and Vert.x. Imports {@code config} only.
 */
@NullMarked
package io.undermoon.tls;

import org.jspecify.annotations.NullMarked;
