package io.sensormeter.check;

import java.net.URI;
import java.util.Optional;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Says why an AWS service did not give what it was asked for.
 *
 * @param service as people call it
 * @param label as in the name of its interface endpoint
 * @param variable the setting that replaces its address
 * @param endpoint that setting
 */
record Reach(String service, String label, String region, String variable, Optional<URI> endpoint) {

  /**
   * What happened, with the remedy.
   *
   * @param permission what the function's role needs
   */
  String failure(SdkException e, String permission, String resource) {
    if (e instanceof AwsServiceException answer) {
      return "%s refused (%s): the function's role needs %s on %s, and it must exist"
          .formatted(service, Findings.oneLine(answer), permission, resource);
    }
    String what =
        e instanceof ApiCallTimeoutException
            ? "no answer from %s within %d s".formatted(service, Check.TIMEOUT.toSeconds())
            : "no answer from %s (%s)".formatted(service, Findings.oneLine(e));
    return what
        + ": inside a VPC the function needs an interface endpoint for com.amazonaws.%s.%s with private DNS, in its subnets, whose security group lets the function in on port 443%s"
            .formatted(
                region,
                label,
                endpoint
                    .map(uri -> "; %s is %s, on AWS it must be blank".formatted(variable, uri))
                    .orElse(""));
  }
}
