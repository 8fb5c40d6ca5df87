package io.undermoon.sample;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import java.util.List;
import java.util.Map;
import org.jboss.resteasy.reactive.RestPath;
import org.jspecify.annotations.Nullable;

/** The HTTP API of the shop. */
@Path("/")
public class ShopResource {
    private final Carts carts;
    private final Sales sales;

    ShopResource(Carts carts, Sales sales) {
        this.carts = carts;
        this.sales = sales;
    }

    @POST
    @Path("carts/{session}/{product}")
    public long add(
            @RestPath String session, @RestPath String product, @QueryParam("quantity") @Nullable Integer quantity) {
        return carts.add(session, product, quantity == null ? 1 : quantity);
    }

    @GET
    @Path("carts/{session}")
    public Map<String, Integer> cart(@RestPath String session) {
        return carts.content(session);
    }

    /** Orders what is in the cart, and empties it. */
    @POST
    @Path("carts/{session}/order")
    public long order(@RestPath String session) {
        Map<String, Integer> items = carts.content(session);
        if (items.isEmpty()) {
            throw new NotFoundException("the cart of " + session + " is empty");
        }
        long number = sales.record(items);
        carts.remove(session);
        return number;
    }

    @GET
    @Path("bestsellers")
    public Map<String, Long> bestsellers() {
        return sales.bestsellers(10);
    }

    @GET
    @Path("orders")
    public List<Map<String, Integer>> orders() {
        return sales.orders();
    }
}
