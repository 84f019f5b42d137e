package io.sensormeter.hour;

import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.Services;
import io.sensormeter.local.aws.EventSource;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.meter.Characters;
import io.sensormeter.meter.Identifier;
import io.sensormeter.meter.MeterKind;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Whatever text the database holds as an organization or a customer: it is billed or rejected by
 * name, stops nobody, and SQL judges it as Java does.
 */
@Tag("postgres")
final class HostileStringsIT extends HourFixture {
  private static final int STRINGS = 10_000;
  private static final int RECEIVES = 150;

  /** Code points that somebody's rule forgets; of each string some are from one line of these. */
  private static final List<int[]> ALPHABETS =
      List.of(
          codePoints("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:"),
          codePoints("'\"`\\$%_;,/<>(){}[]*?!|&^~#@+= "),
          // White space, and what only looks like it.
          new int[] {
            ' ', 0xa0, 0x1680, 0x2000, 0x2003, 0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000
          },
          new int[] {0x180e, 0x200b, 0x200d, 0x2060, 0xfeff, 0xad, 0x202e},
          IntStream.concat(IntStream.rangeClosed(1, 0x1f), IntStream.rangeClosed(0x7f, 0x9f))
              .toArray(),
          // Non-characters and their neighbours, and those of the surrogates.
          new int[] {0xfdcf, 0xfdd0, 0xfdef, 0xfdf0, 0xfffd, 0xfffe, 0xffff, 0xd7ff, 0xe000},
          IntStream.rangeClosed(1, 16)
              .flatMap(
                  n -> IntStream.of(n << 16, n << 16 | 0xfffd, n << 16 | 0xfffe, n << 16 | 0xffff))
              .toArray(),
          IntStream.rangeClosed(0x300, 0x36f).toArray(),
          codePoints("é߀中文\u0627\u0644ßſİıĲﬁ"),
          codePoints("😀👩‍🔬🏳️‍🌈🇨🇭𝒜"));

  private static final int[] LENGTHS = {
    1, 1, 2, 3, 5, 8, 20, 40, 66, 199, 200, 201, 255, 256, 3_000
  };

  /** What people have put into a column once. */
  private static final List<String> FOUND =
      List.of(
          "../",
          "../../etc/passwd",
          "invalid:",
          "unknown_",
          "null",
          "\"null\"",
          "{}",
          "[]",
          "0",
          "-1",
          "NaN",
          "true",
          "%s",
          "%n",
          "${jndi:ldap://x}",
          "'; drop table readings; --",
          "<script>alert(1)</script>",
          "a,b",
          "a:b",
          ":",
          "::r1",
          ":r1",
          "\\u0000",
          "\\",
          "\\x41",
          "a b",
          " a",
          "a ",
          "\ta",
          "a\n",
          "\r\n",
          "\f",
          "a\fb",
          "\u3000",
          "\u3000a",
          "a\u2003",
          "\ufffe",
          "a\uffff",
          "\ufeffa",
          "\u0301",
          "e\u0301",
          "\u00e9",
          "A",
          "ａ",
          "cus_1",
          "CUS_1");

  private final LocalDatabase database = ownSource();

  @Test
  void everyTextIsBilledOrRejectedByNameAndStopsNobody() {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("HostileStringsIT: -Dseed=" + seed);
    meter(MeterKind.SUM_HOURLY);
    List<String> texts = texts(new Random(seed));
    give(texts);
    Pipeline pipeline = pipeline(database, Map.of("SOURCE", "own"));

    tick(pipeline);
    EventSource reporter = pipeline.newReporter();
    EventSource recorder = pipeline.newRecorder();
    reporter.drain(RECEIVES);
    recorder.drain(RECEIVES);

    assertThat(reporter.lastFailure()).isEmpty();
    assertThat(recorder.lastFailure()).isEmpty();
    assertThat(reporter.returned() + recorder.returned()).isZero();
    assertThat(differing(texts, "o", "organization_id", Characters::isCustomer))
        .as("judged otherwise as customers")
        .isEmpty();
    assertThat(differing(texts, "own", "stripe_customer_id", Characters::isOrganization))
        .as("judged otherwise as organizations")
        .isEmpty();
    assertIdentifiers(2 * texts.size());
    assertThat(
            database.queryTexts(
                "select distinct failure_code from metering.meter_report where failure_code is not"
                    + " null order by 1"))
        .containsExactly("customer_blank", "customer_invalid", "organization_invalid");
    assertThat(database.queryLong("select sum(value) from metering.meter_report"))
        .as("values of rejected readings are kept")
        .isEqualTo((long) texts.size() * (texts.size() + 1));
    assertThat(Services.sqs().depth(deadLetters(pipeline.reportsUrl()))).isZero();
    assertAgreement(pipeline);
  }

  /** Capture gives a name to what has none; that somebody is called so is no third one's loss. */
  @Test
  void organizationCalledAsCaptureCallsAnotherIsRejectedByNameAndStopsNobodyElse() {
    meter(MeterKind.SUM_HOURLY);
    stripe.addCustomer("cus_3");
    String called = "invalid:" + hash("\u0001");
    reading(database, "\u0001", "cus_1", Pipeline.METER, "1");
    reading(database, called, "cus_2", Pipeline.METER, "2");
    reading(database, "c", "cus_3", Pipeline.METER, "3");
    Pipeline pipeline = pipeline(database, Map.of("SOURCE", "own"));

    tick(pipeline);
    drain(pipeline);

    assertThat(
            database.queryTexts(
                "select concat_ws(' ', organization_id, status, failure_code) from"
                    + " metering.meter_report order by 1"))
        .containsExactly("c accepted", called + " rejected reading_doubled");
    assertAgreement(pipeline);
  }

  /** The texts that were billed against Java's word, or not billed against it. */
  private List<String> differing(
      List<String> texts, String prefix, String column, Predicate<String> takes) {
    Set<String> billed =
        new HashSet<>(
            database.queryTexts(
                "select %s from metering.meter_report where status = 'accepted'"
                    .formatted(column)));
    return IntStream.range(0, texts.size())
        .filter(i -> takes.test(texts.get(i)) != billed.contains(prefix + i))
        .mapToObj(
            i -> (takes.test(texts.get(i)) ? "not billed: " : "billed: ") + shown(texts.get(i)))
        .toList();
  }

  private static String shown(String text) {
    StringBuilder shown = new StringBuilder();
    text.codePoints()
        .limit(60)
        .forEach(
            c -> shown.append(c > ' ' && c <= '~' ? Character.toString(c) : "<%x>".formatted(c)));
    return shown.toString();
  }

  private void assertIdentifiers(int reports) {
    assertThat(reports(database)).isEqualTo(reports);
    assertThat(
            database.queryLong(
                "select count(distinct identifier) from metering.meter_report where"
                    + " char_length(identifier) <= "
                    + Identifier.MAX_CHARACTERS))
        .isEqualTo(reports);
  }

  private static long reports(LocalDatabase database) {
    return database.queryLong("select count(*) from metering.meter_report");
  }

  private static String deadLetters(String queueUrl) {
    return Services.sqs().deadLetterUrl(queueUrl.substring(queueUrl.lastIndexOf('/') + 1));
  }

  /** Each text once as an organization and once as a customer; the i-th with value i + 1. */
  private void give(List<String> texts) {
    int n = texts.size();
    String[] organizations = new String[2 * n];
    String[] customers = new String[2 * n];
    String[] values = new String[2 * n];
    for (int i = 0; i < n; i++) {
      String text = texts.get(i);
      organizations[i] = text;
      customers[i] = "own" + i;
      organizations[n + i] = "o" + i;
      customers[n + i] = text;
      values[i] = values[n + i] = String.valueOf(i + 1);
      stripe.addCustomer(customers[i]);
      stripe.addCustomer(text);
    }
    database.execute(
        """
        insert into readings
        select organization, customer, 'active_sensors', value::numeric
        from unnest(?::text[], ?::text[], ?::text[]) as given(organization, customer, value)
        """,
        organizations,
        customers,
        values);
  }

  private static List<String> texts(Random random) {
    Set<String> texts = new LinkedHashSet<>(FOUND);
    while (texts.size() < STRINGS) {
      String text = text(random);
      // Who is called as those that are given another text would be given twice.
      if (!text.matches("o(wn)?\\d+")) {
        texts.add(text);
      }
    }
    return new ArrayList<>(texts);
  }

  private static String text(Random random) {
    int[] main = ALPHABETS.get(random.nextInt(ALPHABETS.size()));
    int[] other = ALPHABETS.get(random.nextInt(ALPHABETS.size()));
    int length = LENGTHS[random.nextInt(LENGTHS.length)];
    int oneIn = random.nextInt(1, 2 * length + 1);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      int[] from = random.nextInt(oneIn) == 0 ? other : main;
      text.appendCodePoint(from[random.nextInt(from.length)]);
    }
    return text.toString();
  }

  private static int[] codePoints(String text) {
    return text.codePoints().toArray();
  }

  private static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest).substring(0, 32);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
