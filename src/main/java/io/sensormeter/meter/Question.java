package io.sensormeter.meter;

import java.time.Instant;
import java.util.List;

/** What to look up in Stripe. Noted nowhere: one that is not answered is simply asked again. */
public sealed interface Question {

  /** From this instant on nobody waits for the answer: it is asked anew. */
  Instant askBefore();

  /**
   * What Stripe holds of a customer on a meter, hour by hour.
   *
   * @param meter its event name, {@code [a-z0-9_]{1,40}}
   * @param stripeMeterId Stripe's id of it, as the ledger has pinned it
   * @param organizationId whose reports are asked about; see {@link Characters#isOrganization}
   * @param stripeCustomerId as frozen on them; see {@link Characters#isCustomer}
   * @param from the first event hour
   * @param to the hour after the last one; at most {@value #HOURS_MAX} after {@code from}
   */
  record Usage(
      String meter,
      String stripeMeterId,
      String organizationId,
      String stripeCustomerId,
      Hour from,
      Hour to,
      Instant askBefore)
      implements Question {

    public Usage {
      Meter.requireName(meter);
      Subject.require(stripeMeterId, organizationId, stripeCustomerId, from, to);
    }
  }

  /**
   * What Stripe says of meters.
   *
   * @param meters event names, one or more
   */
  record OfMeters(List<String> meters, Instant askBefore) implements Question {

    public OfMeters {
      if (meters.isEmpty()) {
        throw new IllegalArgumentException("no meter is asked about");
      }
      meters.forEach(Meter::requireName);
    }
  }

  /** The longest range of one question: one page of Stripe's summaries holds 100 hours. */
  int HOURS_MAX = 96;
}
