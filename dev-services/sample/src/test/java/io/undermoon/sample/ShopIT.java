package io.undermoon.sample;

import static io.restassured.RestAssured.get;
import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.post;
import static org.hamcrest.Matchers.aMapWithSize;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.redis.datasource.RedisDataSource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
class ShopIT {
    @Inject
    RedisDataSource redis;

    @BeforeEach
    void empty() {
        ShopData.remove(redis);
    }

    @Test
    void a_cart_has_what_was_put_in() {
        post("/carts/anna/tea").then().statusCode(200);
        given().queryParam("quantity", 2).post("/carts/anna/tea").then().body(equalTo("3"));
        post("/carts/anna/cake");

        get("/carts/anna").then().body("tea", equalTo(3)).body("cake", equalTo(1));
        get("/carts/ben").then().body("", aMapWithSize(0));
    }

    @Test
    void an_order_empties_the_cart_and_counts() {
        post("/carts/anna/tea?quantity=2");
        post("/carts/anna/order").then().body(equalTo("1"));
        post("/carts/ben/cake?quantity=5");
        post("/carts/ben/order").then().body(equalTo("2"));

        get("/carts/anna").then().body("", aMapWithSize(0));
        post("/carts/anna/order").then().statusCode(404);
        get("/bestsellers").then().body(equalTo("{\"cake\":5,\"tea\":2}"));
        get("/orders").then().body(equalTo("[{\"tea\":2},{\"cake\":5}]"));
    }
}
