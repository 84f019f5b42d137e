package io.sensormeter.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ViewSettingsTest {
  private static final Map<String, String> SHARED =
      Map.of(
          "DATABASE_SECRET_ARN", "arn:shared",
          "SOURCE", "shipped",
          "METERS", "active_sensors:sum-hourly");

  @Test
  void roleOfItsOwnIsPreferredAndBlankMeansTheShared() {
    Map<String, String> own = new HashMap<>(SHARED);
    own.put("DATABASE_VIEW_SECRET_ARN", "arn:view");
    assertThat(ViewSettings.read(own).database().secretArn()).isEqualTo("arn:view");

    own.put("DATABASE_SECRET_ARN", "");
    assertThat(ViewSettings.read(own).database().secretArn()).isEqualTo("arn:view");

    own.putAll(Map.of("DATABASE_VIEW_SECRET_ARN", " ", "DATABASE_SECRET_ARN", "arn:shared"));
    assertThat(ViewSettings.read(own).database().secretArn()).isEqualTo("arn:shared");
  }

  @Test
  void everyProblemIsNamedAtOnce() {
    assertThatIllegalStateException()
        .isThrownBy(() -> ViewSettings.read(Map.of("VERIFY_EVERY_HOURS", "1")))
        .withMessageStartingWith("ViewFunction does not start, 4 setting(s) to mend: ")
        .withMessageContaining("DATABASE_SECRET_ARN is missing")
        .withMessageContaining("SOURCE is missing")
        .withMessageContaining("METERS is missing")
        .withMessageContaining("VERIFY_EVERY_HOURS is '1'");
  }
}
