package dev.belay.it;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * A test of minutes that {@code mvn verify} leaves to {@code .ci/long experiments}, which sets the
 * property.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Tag(LongTest.TAG)
@EnabledIfSystemProperty(
        named = LongTest.PROPERTY,
        matches = "true",
        disabledReason = ".ci/long experiments runs it")
public @interface LongTest {
    String PROPERTY = "belay.long";

    /** What {@code .ci/long} selects by. */
    String TAG = "long";
}
