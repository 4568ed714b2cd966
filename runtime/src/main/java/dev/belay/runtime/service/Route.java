package dev.belay.runtime.service;

import io.javalin.http.Handler;
import io.javalin.http.HandlerType;

/**
 * An endpoint of a service.
 *
 * @param path begins with {@code /v1/}; {@code {name}} is a path parameter
 * @param access who may call it
 * @param handler called on any thread; an {@link io.javalin.http.HttpResponseException} becomes the
 *     answer's status and reason
 */
public record Route(HandlerType method, String path, Access access, Handler handler) {
    /** Who may call a route. */
    public enum Access {
        /** Anybody who reaches the address. */
        OPEN,
        /**
         * Who sends {@code Authorization: Bearer TOKEN} with the token of the setting http.token.
         */
        TOKEN
    }

    public Route {
        if (!path.startsWith("/v1/")) {
            throw new IllegalArgumentException("a route's path begins with /v1/, got " + path);
        }
    }

    /** A route that reads. */
    public static Route get(String path, Handler handler) {
        return new Route(HandlerType.GET, path, Access.OPEN, handler);
    }

    /** A route that writes, so that it needs the token. */
    public static Route post(String path, Handler handler) {
        return new Route(HandlerType.POST, path, Access.TOKEN, handler);
    }
}
