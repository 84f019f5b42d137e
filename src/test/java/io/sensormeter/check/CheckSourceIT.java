package io.sensormeter.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.local.postgres.ApplicationData;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The application's tables, the source function and what it gives. */
@Tag("postgres")
final class CheckSourceIT extends CheckFixture {
  private static final String OWN_ROWS =
      "values ('a', 'cus_a', 'active_sensors', 1.0), ('b', 'cus_a', 'active_sensors', 2), ('c', '"
          + " ', 'active_sensors', 3), ('d', 'cus_d', 'active_sensors', 0.5), ('e', null,"
          + " 'active_sensors', 5)";

  @Test
  void missingGrantIsNamedWithTheGrantToRun() {
    database.execute("revoke select on devices from " + database.user());

    Answer answer = check(Map.of());

    assertThat(answer.ok()).isFalse();
    assertThat(answer.bad()).containsExactly("reading", "tables");
    assertThat(answer.of("tables").says())
        .isEqualTo(
            "%1$s may not read public.devices; run: grant select on public.devices to %1$s"
                .formatted(database.user()));
    assertThat(answer.of("reading").says()).contains("permission denied for table devices");
    database.execute(answer.of("tables").says().replaceFirst(".*run: ", ""));
    assertThat(check(Map.of()).ok()).isTrue();
  }

  @Test
  void missingColumnAndTableAreNamed() {
    database.execute("alter table organizations drop column deleted_at");
    database.execute("drop table devices");

    assertThat(check(Map.of()).of("tables").says())
        .startsWith("public.devices, public.organizations.deleted_at do not exist");
  }

  @Test
  void rowSecurityIsAWarning() {
    database.execute("alter table devices enable row level security");

    Answer answer = check(Map.of());

    assertThat(answer.warned()).containsExactly("tables");
    assertThat(answer.of("reading").says()).contains("total 0");
  }

  @Test
  void organizationsWithoutACustomerAreCounted() {
    database.execute(
        "update subscriptions set stripe_customer_id = ' ' where organization_id = ?::uuid",
        ApplicationData.organizationId(2));

    Answer answer = check(Map.of());

    assertThat(answer.warned()).containsExactly("customers");
    assertThat(answer.of("customers").says())
        .startsWith("1 organization(s)")
        .contains(ApplicationData.organizationId(2));
    assertThat(answer.of("reading").says()).contains("billable 2 with total 40");
  }

  @Test
  void organizationsThatShareACustomerAreCounted() {
    database.execute("update subscriptions set stripe_customer_id = 'cus_one'");

    Answer answer = check(Map.of());

    assertThat(answer.ok()).isTrue();
    assertThat(answer.of("reading").says()).contains("rejected 2: customer_shared 2 (such as ");
  }

  @Test
  void applicationWithoutOrganizationsIsNotOk() {
    database.execute("delete from subscriptions");

    assertThat(check(Map.of()).bad()).containsExactly("reading");
  }

  @Test
  void rejectedReadingsOfOwnFunctionAreCountedByCode() {
    ownRows("numeric", OWN_ROWS);

    Answer answer = check(Map.of("SOURCE", "own"));

    assertThat(answer.bad()).isEmpty();
    assertThat(answer.warned()).containsExactly("reading");
    assertThat(answer.of("reading").says())
        .contains("5 organizations, 5 readings, billable 1 with total 1, rejected 4")
        .contains("customer_blank 2 (such as c), customer_shared 1 (such as b)")
        .contains("value_fractional 1 (such as d)");
    assertThat(answer.of("source").says()).isEqualTo("your function is there, as expected");
  }

  @Test
  void readingOfAMeterThatIsNotDeclaredIsCounted() {
    ownRows(
        "numeric",
        "values ('a', 'cus_a', 'Front Doors', 1.0), ('b', 'cus_b', 'active_sensors', 2)");

    Answer answer = check(Map.of("SOURCE", "own"));

    assertThat(answer.warned()).containsExactly("reading");
    assertThat(answer.of("reading").says())
        .contains("billable 1 with total 2, rejected 1: meter_unknown 1 (such as a)");
  }

  @Test
  void missingOwnFunctionIsNamedWithItsSignature() {
    Answer answer = check(Map.of("SOURCE", "own"));

    assertThat(answer.bad()).containsExactly("reading", "source");
    assertThat(answer.of("source").says())
        .contains(
            "the source must be the function metering.billable_readings(at timestamptz) returns"
                + " table (")
        .contains("found: none of that name");
  }

  @Test
  void ownFunctionWithOtherColumnsIsShown() {
    ownRows("integer", "values ('a', 'cus_a', 'doors', 1)");

    assertThat(check(Map.of("SOURCE", "own")).of("source").says())
        .contains("found: (timestamp with time zone) returns TABLE(organization_id text,")
        .contains("meter text, value integer)");
  }

  @Test
  void ownFunctionThatNamesATableWithoutItsSchemaIsToldToWriteIt() {
    own("numeric", "sql as $$ select id::text, id::text, 'doors', 1.0 from sites $$");

    Answer answer = check(Map.of("SOURCE", "own"));

    assertThat(answer.bad()).containsExactly("reading");
    assertThat(answer.of("reading").says())
        .contains("relation \"sites\" does not exist", "is written with its schema");
  }

  @Test
  void ownFunctionUnderShippedIsNotOk() {
    ownRows("numeric", OWN_ROWS);

    assertThat(check(Map.of()).of("source"))
        .matches(f -> !f.isOk() && f.says().contains("set SOURCE=own to keep it"));
  }

  @Test
  void functionThatWritesIsRefused() {
    database.execute("create table seen (at timestamptz)");
    database.execute("grant insert on seen to " + database.user());
    own("numeric", "plpgsql as $$ begin insert into public.seen values (at); end $$");

    Answer answer = check(Map.of("SOURCE", "own"));

    assertThat(answer.of("reading").says()).contains("read-only transaction");
    assertThat(database.queryLong("select count(*) from seen")).isZero();
  }

  /** Creates the function as the role would, of its own. */
  private void own(String valueType, String body) {
    database.execute(
        """
        set role %s;
        create function metering.billable_readings(at timestamptz)
        returns table (organization_id text, stripe_customer_id text, meter text, value %s)
        language %s;
        reset role
        """
            .formatted(database.user(), valueType, body));
  }

  private void ownRows(String valueType, String rows) {
    own(valueType, "sql stable as $$ " + rows + " $$");
  }
}
