package io.sensormeter.local.aws;

import com.amazonaws.services.lambda.runtime.ClientContext;
import com.amazonaws.services.lambda.runtime.CognitoIdentity;
import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.LambdaLogger;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One invocation's context at a time, whose remaining time stands still until it is set.
 * Thread-safe; throws its log lines away.
 */
public final class TestContext implements Context {
  private volatile String requestId = UUID.randomUUID().toString();
  private volatile Duration remaining;
  private volatile Runnable onRemaining = () -> {};

  /** With five minutes left. */
  public TestContext() {
    this(Duration.ofMinutes(5));
  }

  public TestContext(Duration remaining) {
    this.remaining = remaining;
  }

  /** From here on it is another invocation's. */
  public void begin() {
    requestId = UUID.randomUUID().toString();
  }

  public void setRemaining(Duration remaining) {
    this.remaining = remaining;
  }

  /** Runs {@code action} each time the function asks how much time is left. */
  public void onRemaining(Runnable action) {
    this.onRemaining = action;
  }

  @Override
  public int getRemainingTimeInMillis() {
    onRemaining.run();
    return Math.toIntExact(remaining.toMillis());
  }

  @Override
  public String getAwsRequestId() {
    return requestId;
  }

  @Override
  public String getLogGroupName() {
    return "/aws/lambda/test";
  }

  @Override
  public String getLogStreamName() {
    return "test";
  }

  @Override
  public String getFunctionName() {
    return "test";
  }

  @Override
  public String getFunctionVersion() {
    return "$LATEST";
  }

  @Override
  public String getInvokedFunctionArn() {
    return "arn:aws:lambda:us-east-1:000000000000:function:test";
  }

  @Override
  public @Nullable CognitoIdentity getIdentity() {
    return null;
  }

  @Override
  public @Nullable ClientContext getClientContext() {
    return null;
  }

  @Override
  public int getMemoryLimitInMB() {
    return 512;
  }

  @Override
  public LambdaLogger getLogger() {
    return SilentLogger.INSTANCE;
  }

  private enum SilentLogger implements LambdaLogger {
    INSTANCE;

    @Override
    public void log(String message) {}

    @Override
    public void log(byte[] message) {}
  }
}
