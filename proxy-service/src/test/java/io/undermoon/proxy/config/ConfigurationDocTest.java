package io.undermoon.proxy.config;

import io.undermoon.testsupport.ConfigurationDocument;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ConfigurationDocTest {
    @Test
    void the_table_has_every_key_with_its_default_and_no_other() throws IOException {
        ConfigurationDocument.assertDescribes("Proxy", ProxyConfig.class);
    }
}
