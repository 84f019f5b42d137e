package io.sensormeter.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class RecorderSettingsTest {

  @Test
  void secretIsEnough() {
    assertThat(RecorderSettings.read(Map.of("DATABASE_SECRET_ARN", "arn")))
        .isEqualTo(
            new RecorderSettings(
                new DatabaseSettings(
                    "arn",
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    true,
                    DatabaseSettings.shippedAuthorities()),
                1,
                Optional.empty()));
  }

  @Test
  void everyProblemIsNamedAtOnce() {
    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                RecorderSettings.read(
                    Map.of("INVOICE_GRACE_HOURS", "0", "DATABASE_SSL_MODE", "require")))
        .withMessageStartingWith("RecorderFunction does not start, 3 setting(s) to mend: ")
        .withMessageContaining("DATABASE_SECRET_ARN is missing")
        .withMessageContaining("DATABASE_SSL_MODE is 'require'")
        .withMessageContaining("INVOICE_GRACE_HOURS is '0'");
  }
}
