package io.sensormeter.meter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sensormeter.meter.GoldenIdentifiers.Golden;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class IdentifierTest {
  static List<Golden> golden() {
    return GoldenIdentifiers.ALL;
  }

  @ParameterizedTest
  @MethodSource("golden")
  void identifierNeverChanges(Golden golden) {
    ReportKey key =
        new ReportKey(
            GoldenIdentifiers.HOUR, golden.meter(), golden.organizationId(), golden.revision());

    assertThat(Identifier.of(key).value()).isEqualTo(golden.identifier());
  }

  @ParameterizedTest
  @MethodSource("golden")
  void identifierNamesItsKeyOrTheHashOfTheOrganization(Golden golden) {
    ReportKey key = Identifier.keyOf(golden.identifier()).orElseThrow();

    assertThat(key.hour()).isEqualTo(GoldenIdentifiers.HOUR);
    assertThat(key.meter()).isEqualTo(golden.meter());
    assertThat(key.revision()).isEqualTo(golden.revision());
    assertThat(Identifier.mayBeHash(key.organizationId()))
        .isNotEqualTo(key.organizationId().equals(golden.organizationId()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "req_1",
        "m:o",
        ":o:2026-11-22T14Z",
        "M:o:2026-11-22T14Z",
        "m::2026-11-22T14Z",
        "m:o:2026-13-22T14Z",
        "m:o:2026-11-22T14Z:r",
        "m:o:2026-11-22T14Z:r-1",
        "m:o\0:2026-11-22T14Z"
      })
  void whatIsNoneOfOursNamesNoKey(String identifier) {
    assertThat(Identifier.keyOf(identifier)).isEmpty();
  }

  @Test
  void everyRevisionAndHourHasItsOwn() {
    Set<String> identifiers = new HashSet<>();
    for (int hour = 0; hour < 48; hour++) {
      for (int revision = 0; revision < 12; revision++) {
        for (String organization : List.of("o", "o:r1", "o:2026-11-22T14Z", "x".repeat(150))) {
          identifiers.add(
              Identifier.of(
                      new ReportKey(
                          GoldenIdentifiers.HOUR.plusHours(hour), "m", organization, revision))
                  .value());
        }
      }
    }

    assertThat(identifiers).hasSize(48 * 12 * 4).allMatch(i -> i.length() <= 100);
  }

  @Test
  void identifierBeyondStripesLimitIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Identifier("x".repeat(101)))
        .withMessageContaining("101 characters");
    assertThatIllegalArgumentException().isThrownBy(() -> new Identifier(""));
  }
}
