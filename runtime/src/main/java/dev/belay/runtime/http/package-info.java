/**
 * The HTTP endpoint of a process: health, metrics, and the routes of its services.
 *
 * <p>A service contributes {@link dev.belay.runtime.service.Route}s; {@link
 * dev.belay.runtime.http.HttpServer} is the only place that knows the server, its JSON, and who may
 * call what. Errors are JSON too: {@code {"error": reason}}. Thread-safe.
 */
@NullMarked
package dev.belay.runtime.http;

import org.jspecify.annotations.NullMarked;
