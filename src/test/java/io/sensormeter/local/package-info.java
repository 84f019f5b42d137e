/**
 * What stands in for AWS, Stripe and the application on one machine: real PostgreSQL, a real SQS
 * protocol server, Lambda's own serializer and runtime client; Stripe and Secrets Manager, which
 * cannot be run here, at the wire. The integration tests and the local run stand on it; nothing of
 * it ships.
 */
@org.jspecify.annotations.NullMarked
package io.sensormeter.local;
