/**
 * Writing a data set to the topics of a task in transactions that contain the writer's progress, so
 * that a killed producer resumes and producing twice adds nothing. One thread drives a producer.
 */
@NullMarked
package dev.belay.producers.task;

import org.jspecify.annotations.NullMarked;
