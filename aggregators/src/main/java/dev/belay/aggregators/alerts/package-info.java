/**
 * Changes in the labels of a task, found in the counts that the shards send: {@link
 * dev.belay.aggregators.alerts.ChangeAlerts}. The detectors are part of the merger's state, so they
 * survive kills, and an alert is written in the transaction that counts its last example.
 */
@NullMarked
package dev.belay.aggregators.alerts;

import org.jspecify.annotations.NullMarked;
