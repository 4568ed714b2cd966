package dev.belay.cli.acls;

import java.util.Set;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourcePattern;

/**
 * Operations that a role's principal is allowed on a resource.
 *
 * @param operations without those that Kafka infers: READ, WRITE, DELETE and ALTER allow DESCRIBE,
 *     ALTER_CONFIGS allows DESCRIBE_CONFIGS
 */
record Grant(Role role, ResourcePattern resource, Set<AclOperation> operations) {}
