package io.sensormeter.meter;

/** What a question and its sighting have in common: whose usage, and of which event hours. */
final class Subject {

  private Subject() {}

  static void require(
      String stripeMeterId, String organizationId, String stripeCustomerId, Hour from, Hour to) {
    if (!Characters.isCustomer(stripeMeterId)) {
      throw new IllegalArgumentException("'" + stripeMeterId + "' is no id of a Stripe meter");
    }
    if (!Characters.isOrganization(organizationId)) {
      throw new IllegalArgumentException("'" + organizationId + "' is no organization id");
    }
    if (!Characters.isCustomer(stripeCustomerId)) {
      throw new IllegalArgumentException("'" + stripeCustomerId + "' is no Stripe customer");
    }
    long hours = from.hoursUntil(to);
    if (hours < 1 || hours > Question.HOURS_MAX) {
      throw new IllegalArgumentException(
          "from %s to %s are %d hours, not 1 to %d".formatted(from, to, hours, Question.HOURS_MAX));
    }
  }
}
