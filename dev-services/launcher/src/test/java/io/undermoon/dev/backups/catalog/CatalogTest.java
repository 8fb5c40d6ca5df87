package io.undermoon.dev.backups.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.dev.backups.store.DamagedFileException;
import io.undermoon.dev.backups.store.DirectoryStore;
import io.undermoon.dev.plan.LaunchException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CatalogTest {
    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");

    @TempDir
    private Path directory;

    private Catalog catalog;

    @BeforeEach
    void open() {
        catalog = new Catalog(new DirectoryStore(directory));
    }

    @Test
    void backups_are_listed_in_order_and_only_those_that_were_finished() throws IOException {
        backup("shop", "20261129T110000Z", "2026-11-29T11:00:01Z");
        backup("shop", "20261128T110000Z", "2026-11-28T11:00:01Z");
        backup("cart", "20261129T100000Z", "2026-11-29T10:00:01Z");
        file("shop/20261129T113000Z/shard-0.rdb", "");

        assertThat(ids(catalog.all(Optional.empty())))
                .containsExactly("cart/20261129T100000Z", "shop/20261128T110000Z", "shop/20261129T110000Z");
        assertThat(ids(catalog.all(Optional.of("shop")))).hasSize(2);
        assertThat(catalog.newest("shop", Optional.empty()).manifest().id()).isEqualTo("20261129T110000Z");
        assertThat(catalog.newest("shop", Optional.of(Instant.parse("2026-11-29T11:00:00Z")))
                        .manifest()
                        .id())
                .isEqualTo("20261128T110000Z");
    }

    @Test
    void what_is_not_there_is_refused_in_words() throws IOException {
        backup("shop", "20261128T110000Z", "2026-11-28T11:00:01Z");
        file("shop/20261129T113000Z/shard-0.rdb", "");

        assertThatThrownBy(() -> catalog.get("shop", "20261129T113000Z"))
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("was not finished");
        assertThatThrownBy(() -> catalog.get("shop", "20261129T113001Z"))
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("there is no backup shop/20261129T113001Z");
        assertThatThrownBy(() -> catalog.newest("shop", Optional.of(Instant.parse("2026-11-28T11:00:00Z"))))
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("2026-11-28T11:00:01Z");
        assertThatThrownBy(() -> catalog.newest("cart", Optional.empty()))
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("cart");
    }

    @Test
    void a_manifest_of_another_version_or_none_is_refused() throws IOException {
        backup("shop", "20261128T110000Z", "2026-11-28T11:00:01Z");
        Path manifest = directory.resolve("shop/20261128T110000Z/manifest.json");
        Files.writeString(manifest, Files.readString(manifest).replace("\"version\":1", "\"version\":2"));
        assertThatThrownBy(() -> catalog.get("shop", "20261128T110000Z"))
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("version 2");
        file("shop/20261128T110000Z/manifest.json", "{");
        assertThatThrownBy(() -> catalog.get("shop", "20261128T110000Z")).isInstanceOf(DamagedFileException.class);
    }

    @Test
    void the_oldest_go_and_what_was_abandoned() throws IOException {
        for (String id : List.of("20261126T110000Z", "20261127T110000Z", "20261128T110000Z", "20261129T110000Z")) {
            backup("shop", id, "2026-11-26T11:00:01Z");
            file("shop/" + id + "/shard-0.rdb", "data");
        }
        backup("cart", "20261101T110000Z", "2026-11-01T11:00:01Z");
        file("shop/20261128T115959Z/shard-0.rdb", "of a process that was killed");
        file("shop/20261129T115900Z/shard-0.rdb", "being written");
        file("shop/other/file", "not ours");

        assertThat(catalog.prune("shop", 2, NOW))
                .containsExactly("20261126T110000Z", "20261127T110000Z", "20261128T115959Z");

        assertThat(new DirectoryStore(directory).list(""))
                .containsExactly(
                        "cart/20261101T110000Z/manifest.json",
                        "shop/20261128T110000Z/manifest.json",
                        "shop/20261128T110000Z/shard-0.rdb",
                        "shop/20261129T110000Z/manifest.json",
                        "shop/20261129T110000Z/shard-0.rdb",
                        "shop/20261129T115900Z/shard-0.rdb",
                        "shop/other/file");
    }

    private static List<String> ids(List<StoredBackup> backups) {
        return backups.stream()
                .map(backup ->
                        backup.manifest().cluster() + "/" + backup.manifest().id())
                .toList();
    }

    private void backup(String cluster, String id, String taken) throws IOException {
        file(
                cluster + "/" + id + "/manifest.json",
                "{\"version\":1,\"id\":\"" + id + "\",\"cluster\":\"" + cluster + "\",\"epoch\":1,\"taken\":\"" + taken
                        + "\",\"held_millis\":1,\"compression\":\"disabled\",\"shards\":[]}");
    }

    private void file(String name, String text) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
