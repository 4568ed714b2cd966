package dev.belay.runtime.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class PrerequisitesTest {
    private final Prerequisites patience = new Prerequisites("labeler");
    private final Logger log = (Logger) LoggerFactory.getLogger(Prerequisites.class);
    private final ListAppender<ILoggingEvent> said = new ListAppender<>();

    @BeforeEach
    void listen() {
        said.start();
        log.addAppender(said);
    }

    @AfterEach
    void stop() {
        log.detachAppender(said);
    }

    @Test
    void workThatFailedIsTriedAgainAndCountsAsMissingUntilItSucceeds() {
        // Given: work that fails at each try, though all it needs is there
        for (int tries = 0; tries < 2; tries++) {
            patience.blame(null, "bow", "no such file");
            assertFalse(patience.passes(null, "bow", () -> null), "too soon");
            assertTrue(patience.await("bow", () -> null)); // a second later
            assertEquals(List.of("bow: no such file"), patience.problems());
            assertFalse(patience.isContent());
        }
        assertEquals(List.of("labeler waits for bow: no such file"), lines());
        // When
        patience.forget("bow");
        // Then
        assertTrue(patience.isContent());
        assertEquals("labeler continues with bow", lines().get(1));
    }

    @Test
    void whatACheckMissedIsThereWhenTheCheckPasses() {
        assertFalse(patience.passes(null, "task", () -> "no topic"));
        assertTrue(patience.await("task", () -> null));
        assertTrue(patience.isContent());
        assertEquals(
                List.of("labeler waits for task: no topic", "labeler continues with task"),
                lines());
    }

    @Test
    void whatATaskWaitsForIsNoProblemOfTheService() {
        // When
        assertFalse(patience.passes("reviews", "bow", () -> "no topic"));
        // Then
        assertTrue(patience.isContent());
        assertTrue(patience.isMissing("bow"));
        assertEquals(
                List.of(new Participant("reviews", "bow", "no topic")), patience.participants());
        assertEquals(List.of("bow: no topic"), patience.problems());
    }

    private List<String> lines() {
        return said.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }
}
