/**
 * The life cycle of services: run on a thread of their own until closed, report the first failure,
 * wait for what is not available yet.
 */
@NullMarked
package dev.belay.runtime.service;

import org.jspecify.annotations.NullMarked;
