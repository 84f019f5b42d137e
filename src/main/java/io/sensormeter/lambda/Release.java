package io.sensormeter.lambda;

import java.util.ResourceBundle;

/** Which release runs. Maven writes it into a resource: on Lambda there is no jar to ask. */
public final class Release {

  // log4j2.xml reads the same, into every line.
  private static final String VERSION =
      ResourceBundle.getBundle("sensor-meter").getString("version");

  private Release() {}

  /** As in the pom and in the changelog, such as {@code 1.2.3}. */
  public static String version() {
    return VERSION;
  }
}
