package io.sensormeter.reporter;

import static io.sensormeter.reporter.Copies.SEND_BEFORE;
import static io.sensormeter.reporter.Copies.copy;
import static io.sensormeter.reporter.Copies.message;
import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.meter.Copy;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BatchTest {

  @Test
  void customersKeepTheOrderOfTheQueue() {
    Batch batch =
        Batch.read(
            List.of(
                message("1", copy("c", 1)),
                message("2", copy("a", 1)),
                message("3", copy("b", 1))));

    assertThat(batch.customers())
        .extracting(customer -> customer.getFirst().copy().stripeCustomerId())
        .containsExactly("cus_c", "cus_a", "cus_b");
  }

  @Test
  void copiesOfOneReportAreOneCallUntilTheLastMayBeSent() {
    Copy later = Copies.withSendBefore(copy("a", 1), SEND_BEFORE.plusSeconds(1));

    Batch batch =
        Batch.read(
            List.of(message("1", copy("a", 1)), message("2", later), message("3", copy("a", 1))));

    Batch.Report report = batch.customers().getFirst().getFirst();
    assertThat(batch.customers()).containsExactly(List.of(report));
    assertThat(report.copy()).isEqualTo(later);
    assertThat(report.messages()).extracting("messageId").containsExactly("1", "2", "3");
  }

  @Test
  void whatIsNoCopyIsSetAsideWithTheReason() {
    Batch batch = Batch.read(List.of(message("1", "{\"v\":3}", 1), message("2", copy("a", 1))));

    assertThat(batch.customers()).hasSize(1);
    assertThat(batch.unreadable())
        .singleElement()
        .satisfies(
            one -> {
              assertThat(one.message().getMessageId()).isEqualTo("1");
              assertThat(one.reason())
                  .isEqualTo("version 3 is unknown; this release reads 1 and 2");
            });
  }
}
