package io.undermoon.system.application;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.metadata.HostPort;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.RedisTemplate;
import org.springframework.data.redis.listener.ChannelTopic;
import org.springframework.data.redis.listener.PatternTopic;
import org.springframework.data.redis.listener.RedisMessageListenerContainer;
import org.springframework.data.redis.serializer.RedisSerializer;
import org.springframework.session.FindByIndexNameSessionRepository;
import org.springframework.session.Session;
import org.springframework.session.data.redis.RedisIndexedSessionRepository;
import org.springframework.session.events.AbstractSessionEvent;
import org.springframework.session.events.SessionCreatedEvent;
import org.springframework.session.events.SessionDeletedEvent;
import org.springframework.session.events.SessionExpiredEvent;

/**
 * Sessions of Spring (https://docs.spring.io/spring-session) that are found by the names of users, with a proxy as
 * their Redis. The nodes need {@code notify-keyspace-events Egx}, which the application cannot set through a proxy:
 * with Spring Boot set {@code spring.session.data.redis.configure-action=none}.
 */
public final class SpringSession implements AutoCloseable {
    private static final String PRINCIPAL = FindByIndexNameSessionRepository.PRINCIPAL_NAME_INDEX_NAME;

    /** With one slot for all keys a session can get another id, which renames its key. */
    private static final String NAMESPACE = "{spring}:session";

    private static final String EXPIRATION = NAMESPACE + ":sessions:expires:";

    private final LettuceConnectionFactory connections;
    private final RedisTemplate<String, Object> template = new RedisTemplate<>();
    private final RedisMessageListenerContainer listener = new RedisMessageListenerContainer();
    private final FindByIndexNameSessionRepository<? extends Session> sessions;
    private final long runId = System.nanoTime();
    private final Map<String, String> idsOfLoad = new HashMap<>();
    private final Queue<AbstractSessionEvent> events = new ConcurrentLinkedQueue<>();

    private SpringSession(HostPort proxy) {
        connections = new LettuceConnectionFactory(new RedisStandaloneConfiguration(proxy.host(), proxy.port()));
        connections.afterPropertiesSet();
        connections.start();
        template.setConnectionFactory(connections);
        template.setKeySerializer(RedisSerializer.string());
        template.setHashKeySerializer(RedisSerializer.string());
        template.afterPropertiesSet();
        RedisIndexedSessionRepository repository = new RedisIndexedSessionRepository(template);
        repository.setRedisKeyNamespace(NAMESPACE);
        repository.setApplicationEventPublisher(event -> events.add((AbstractSessionEvent) event));
        repository.afterPropertiesSet();
        listener.setConnectionFactory(connections);
        listener.addMessageListener(
                repository,
                List.of(
                        new ChannelTopic(repository.getSessionDeletedChannel()),
                        new ChannelTopic(repository.getSessionExpiredChannel()),
                        new PatternTopic(repository.getSessionCreatedChannelPrefix() + "*")));
        listener.afterPropertiesSet();
        listener.start();
        sessions = repository;
    }

    /** @param args proxies with commas between them, of which the first is used, and {@code load} to make a load */
    public static void main(String[] args) throws Exception {
        HostPort proxy = HostPort.parse(args[0].split(",")[0]);
        boolean passed;
        try (SpringSession program = new SpringSession(proxy)) {
            passed = program.suite(program.sessions).run(args.length > 1);
        }
        System.exit(passed ? 0 : 1);
    }

    private <S extends Session> Suite suite(FindByIndexNameSessionRepository<S> repository) {
        Suite suite = new Suite((key, number) -> exchange(repository, key, number));
        suite.check("session_is_found", () -> {
            S session = repository.createSession();
            session.setAttribute("name", "value");
            repository.save(session);
            assertThat(found(session.getId()).<String>getAttribute("name")).isEqualTo("value");
            assertThat(sessions.findById("unknown")).isNull();
        });
        suite.check("attributes_are_changed_and_removed", () -> {
            S session = repository.createSession();
            session.setAttribute("kept", 1);
            session.setAttribute("removed", 2);
            repository.save(session);
            S again = repository.findById(session.getId());
            again.removeAttribute("removed");
            again.setAttribute("kept", 3);
            repository.save(again);
            assertThat(found(session.getId()).getAttributeNames()).containsExactly("kept");
            assertThat(found(session.getId()).<Integer>getAttribute("kept")).isEqualTo(3);
        });
        suite.check("sessions_of_a_user_are_found", () -> {
            String user = "user-" + System.nanoTime();
            S one = ofUser(repository, user);
            S other = ofUser(repository, user);
            assertThat(repository.findByPrincipalName(user)).containsOnlyKeys(one.getId(), other.getId());
            one.setAttribute(PRINCIPAL, "nobody");
            repository.save(one);
            assertThat(repository.findByPrincipalName(user)).containsOnlyKeys(other.getId());
            repository.deleteById(other.getId());
            assertThat(repository.findByPrincipalName(user)).isEmpty();
        });
        suite.check("session_gets_another_id", () -> {
            String user = "user-" + System.nanoTime();
            S session = ofUser(repository, user);
            String before = session.getId();
            session.changeSessionId();
            repository.save(session);
            assertThat(sessions.findById(before)).isNull();
            assertThat(found(session.getId()).<String>getAttribute(PRINCIPAL)).isEqualTo(user);
            assertThat(repository.findByPrincipalName(user)).containsOnlyKeys(session.getId());
        });
        suite.check("deleted_session_is_gone_and_announced", () -> {
            S session = ofUser(repository, "user");
            Suite.eventually(() -> isAnnounced(SessionCreatedEvent.class, session));
            repository.deleteById(session.getId());
            assertThat(sessions.findById(session.getId())).isNull();
            Suite.eventually(() -> isAnnounced(SessionDeletedEvent.class, session));
        });
        suite.check("expired_session_is_gone_and_announced", () -> {
            S session = repository.createSession();
            session.setMaxInactiveInterval(Duration.ofSeconds(1));
            repository.save(session);
            Suite.eventually(() -> sessions.findById(session.getId()) == null);
            // Redis removes and announces an expired key when it comes to it, or when the key is asked for.
            Suite.eventually(() -> Boolean.FALSE.equals(template.hasKey(EXPIRATION + session.getId()))
                    && isAnnounced(SessionExpiredEvent.class, session));
        });
        return suite;
    }

    private static <S extends Session> S ofUser(FindByIndexNameSessionRepository<S> repository, String user) {
        S session = repository.createSession();
        session.setAttribute(PRINCIPAL, user);
        repository.save(session);
        return session;
    }

    private Session found(String id) {
        Session session = sessions.findById(id);
        assertThat(session).as(id).isNotNull();
        return session;
    }

    private boolean isAnnounced(Class<? extends AbstractSessionEvent> kind, Session session) {
        return events.stream()
                .anyMatch(
                        event -> kind.isInstance(event) && event.getSessionId().equals(session.getId()));
    }

    /** Each key of the load is a user with one session, which has to be found by either. */
    private <S extends Session> long exchange(FindByIndexNameSessionRepository<S> repository, String key, long number) {
        String user = userOfLoad(key);
        String id = idsOfLoad.get(key);
        S session = id == null ? ofUser(repository, user) : repository.findById(id);
        if (session == null) {
            return 0;
        }
        assertThat(repository.findByPrincipalName(user)).containsOnlyKeys(session.getId());
        assertThat(isAnnounced(SessionDeletedEvent.class, session))
                .as("announced as deleted")
                .isFalse();
        Long before = session.getAttribute("number");
        session.setAttribute("number", number);
        repository.save(session);
        idsOfLoad.put(key, session.getId());
        return before == null ? 0 : before;
    }

    private String userOfLoad(String key) {
        return key + "-" + runId;
    }

    @Override
    public void close() throws Exception {
        listener.destroy();
        connections.destroy();
    }
}
