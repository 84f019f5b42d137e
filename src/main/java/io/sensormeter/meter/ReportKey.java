package io.sensormeter.meter;

/**
 * The key of a report in the ledger.
 *
 * @param hour the hour that was read
 * @param meter Stripe's event name, {@code [a-z0-9_]{1,40}}
 * @param organizationId the customer's organization in the application; see {@link
 *     Characters#isOrganization}
 * @param revision 0 for the first, counted up when a refused or absent one is sent anew
 */
public record ReportKey(Hour hour, String meter, String organizationId, int revision) {

  public ReportKey {
    Meter.requireName(meter);
    if (!Characters.isOrganization(organizationId)) {
      throw new IllegalArgumentException(
          "organization id '"
              + organizationId
              + "' is blank, longer than 200 characters, or holds one that is no text");
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
