package io.sensormeter.local.aws;

/** What the function, or its start, answered instead of a response. */
public final class FunctionError extends RuntimeException {
  private final String json;

  FunctionError(String json) {
    super(json);
    this.json = json;
  }

  /** {@code errorMessage}, {@code errorType} and {@code stackTrace}. */
  public String json() {
    return json;
  }
}
