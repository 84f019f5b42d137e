package io.sensormeter.operator;

import io.sensormeter.ledger.Selection;
import io.sensormeter.meter.Hour;
import java.util.Optional;

/** A command that selects reports; what is empty narrows nothing. */
interface Selecting {

  Hour from();

  Hour to();

  Optional<String> code();

  Optional<String> organization();

  Optional<String> stripeCustomer();

  Optional<String> meter();

  default Selection selection() {
    return new Selection(from(), to(), code(), organization(), stripeCustomer(), meter());
  }
}
