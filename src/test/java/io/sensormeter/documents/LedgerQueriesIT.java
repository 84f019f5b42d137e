package io.sensormeter.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.sensormeter.documents.Page.Block;
import io.sensormeter.local.Pipeline;
import io.sensormeter.local.Services;
import io.sensormeter.local.SettableClock;
import io.sensormeter.local.postgres.ApplicationData;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.local.stripe.FakeStripe;
import io.sensormeter.meter.Hour;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The queries of docs/ledger.md, on a ledger as SchedulerFunction makes it. */
@Tag("postgres")
final class LedgerQueriesIT {
  private static final Hour HOUR = Hour.parse("2026-11-22T14Z");

  @Test
  void everyQueryIsOneThatTheLedgerAnswers() {
    LocalDatabase database = Services.postgres().newDatabase();
    ApplicationData.insertOrganizations(database, 2, 3, HOUR.minusHours(48).start());
    SettableClock clock = new SettableClock(HOUR.start());
    try (FakeStripe stripe = FakeStripe.start(clock);
        Pipeline pipeline =
            new Pipeline(
                database,
                Services.sqs(),
                Services.secrets(),
                stripe,
                clock,
                Map.of("BILL_FROM", ""))) {
      pipeline.invoke(pipeline.newScheduler(), "{\"command\":\"tick\"}");
    }
    List<String> queries =
        Page.of("docs/ledger.md").blocks().stream()
            .filter(block -> block.language().equals("sql"))
            .map(Block::text)
            .filter(sql -> sql.startsWith("select"))
            .map(sql -> sql.strip().replaceAll(";$", ""))
            .toList();
    assertThat(queries)
        .hasSizeGreaterThan(3)
        .allSatisfy(
            sql ->
                assertThatCode(() -> database.queryLong("select count(*) from (" + sql + ") as q"))
                    .as(sql)
                    .doesNotThrowAnyException());
  }
}
