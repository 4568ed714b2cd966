/** {@code belay acls}: which operations on which resources each service's principal needs. */
@org.jspecify.annotations.NullMarked
package dev.belay.cli.acls;
