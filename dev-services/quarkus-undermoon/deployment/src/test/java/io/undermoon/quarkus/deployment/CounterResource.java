package io.undermoon.quarkus.deployment;

import io.quarkus.redis.datasource.RedisDataSource;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The application of the tests. */
@Path("/")
public class CounterResource {
    @Inject
    RedisDataSource redis;

    @ConfigProperty(name = "quarkus.redis.hosts")
    String hosts;

    @ConfigProperty(name = "quarkus.redis.client-type")
    String clientType;

    /** Counts on keys of both masters. */
    @POST
    @Path("count")
    public long count() {
        redis.value(Long.class).incr("foo");
        return redis.value(Long.class).incr("bar");
    }

    @GET
    @Path("client")
    public String client() {
        return clientType + " " + hosts;
    }

    @GET
    @Path("version")
    public String version() {
        return "version 1";
    }
}
