package io.undermoon.broker.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.undermoon.broker.auth.Role;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import java.lang.annotation.Annotation;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of endpoints, which says who may call what. */
class EndpointsTest {
    private static final List<Class<? extends Annotation>> METHODS =
            List.of(GET.class, POST.class, PUT.class, PATCH.class, DELETE.class);

    @Test
    void has_a_role_for_every_method_of_a_resource_and_no_other() {
        Set<String> resources = new ClassFileImporter()
                        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                        .importPackages("io.undermoon.broker")
                        .stream()
                        .filter(type -> type.isAnnotatedWith(Path.class))
                        .flatMap(EndpointsTest::endpoints)
                        .collect(Collectors.toSet());
        assertThat(Endpoints.all().stream()
                        .map(endpoint -> endpoint.method() + " /api/v3" + endpoint.path())
                        .toList())
                .doesNotHaveDuplicates()
                .containsExactlyInAnyOrderElementsOf(resources);
    }

    @Test
    void lets_viewers_change_nothing() {
        assertThat(Endpoints.all())
                .filteredOn(endpoint -> endpoint.role() == Role.VIEWER)
                .filteredOn(endpoint -> !endpoint.method().equals("GET"))
                .extracting(Endpoints.Endpoint::path)
                .containsExactly("/resources/failures/check");
    }

    @Test
    void lets_operators_see_data_and_admins_alone_type_commands() {
        assertThat(Endpoints.all())
                .filteredOn(endpoint -> ConsolePages.isData(endpoint.path()))
                .hasSize(6)
                .allMatch(endpoint ->
                        endpoint.role() == (endpoint.path().contains("/command/") ? Role.ADMIN : Role.OPERATOR));
    }

    @Test
    void finds_the_endpoint_with_the_fewest_parameters() {
        assertThat(Endpoints.find("PUT", "/epoch/recovery").orElseThrow().role())
                .isEqualTo(Role.OPERATOR);
        assertThat(Endpoints.find("PUT", "/epoch/7").orElseThrow().role()).isEqualTo(Role.ADMIN);
        assertThat(Endpoints.find("HEAD", "/epoch").orElseThrow().method()).isEqualTo("GET");
        assertThat(Endpoints.find("GET", "/epoch/")).isEmpty();
        assertThat(Endpoints.find("GET", "//epoch")).isEmpty();
        assertThat(Endpoints.find("GET", "/clusters/meta/")).isEmpty();
        assertThat(Endpoints.allowed("/clusters/meta/a")).isEqualTo("DELETE, GET, HEAD, POST");
        assertThat(Endpoints.allowed("/nothing")).isEmpty();
    }

    private static Stream<String> endpoints(JavaClass resource) {
        String base = resource.getAnnotationOfType(Path.class).value();
        return resource.getMethods().stream()
                .flatMap(method -> METHODS.stream()
                        .filter(method::isAnnotatedWith)
                        .map(verb -> verb.getAnnotation(HttpMethod.class).value() + " " + base + pathOf(method)));
    }

    private static String pathOf(JavaMethod method) {
        return method.isAnnotatedWith(Path.class)
                ? method.getAnnotationOfType(Path.class).value()
                : "";
    }
}
