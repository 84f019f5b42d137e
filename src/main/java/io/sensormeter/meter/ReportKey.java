package io.sensormeter.meter;

import java.util.regex.Pattern;

/**
 * The key of a report in the ledger.
 *
 * @param hour the hour that was read
 * @param meter Stripe's event name, {@code [a-z0-9_]{1,40}}
 * @param organizationId the customer's organization in the application, 1 to 200 characters
 * @param revision 0 for the first, counted up when a refused or absent one is sent anew
 */
public record ReportKey(Hour hour, String meter, String organizationId, int revision) {

  /** The longest organization id, in characters; the ledger's CHECK constraint repeats it. */
  public static final int ORGANIZATION_ID_MAX = 200;

  private static final Pattern METER = Pattern.compile("[a-z0-9_]{1,40}");

  public ReportKey {
    if (!METER.matcher(meter).matches()) {
      throw new IllegalArgumentException("meter '" + meter + "' does not match [a-z0-9_]{1,40}");
    }
    if (organizationId.isBlank()
        || organizationId.codePointCount(0, organizationId.length()) > ORGANIZATION_ID_MAX) {
      throw new IllegalArgumentException(
          "organization id '" + organizationId + "' is blank or longer than 200 characters");
    }
    if (revision < 0) {
      throw new IllegalArgumentException("revision " + revision + " is negative");
    }
  }

  @Override
  public String toString() {
    return Identifier.of(this).value();
  }
}
