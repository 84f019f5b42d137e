/**
 * What stands in for AWS: a server of the real SQS protocol, Lambda's own serializer and runtime
 * client, and Secrets Manager at the wire.
 */
@org.jspecify.annotations.NullMarked
package io.sensormeter.local.aws;
