/**
 * What stands in for the world: PostgreSQL, SQS, Secrets Manager and Lambda itself on this machine,
 * each spoken to over its real protocol. Integration tests and the local run stand on it.
 */
@org.jspecify.annotations.NullMarked
package io.sensormeter.local;
