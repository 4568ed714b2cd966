package dev.belay.runtime.service;

import org.jspecify.annotations.Nullable;

/**
 * What a service does for one task: a labeler, a model in training, an application.
 *
 * @param id a model's, a labeler's, or another name that is unique in the service
 * @param problem why it does not run; null while it runs
 */
public record Participant(String task, String id, @Nullable String problem) {}
