package io.sensormeter.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sensormeter.config.DatabaseSettings;
import io.sensormeter.config.Secrets;
import io.sensormeter.lambda.Time;
import io.sensormeter.local.Services;
import io.sensormeter.local.postgres.LocalDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A function that Lambda kills must not leave a statement behind that holds its locks. */
@Tag("postgres")
final class DatabaseTimeoutIT {
  private static final String SECRET =
      "arn:aws:secretsmanager:us-east-1:000000000000:secret:timeout";

  @Test
  void serverEndsAStatementThatTakesTooLongAndTheConnectionServesTheNext() {
    LocalDatabase application = Services.postgres().newDatabase();
    Services.secrets().put(SECRET, application.secretJson());
    DatabaseSettings settings =
        new DatabaseSettings(
            SECRET,
            Optional.of(application.host()),
            Optional.of(application.port()),
            Optional.of(application.name()),
            false,
            Path.of("unused"));
    Secrets secrets = new Secrets(Services.secrets().client());
    try (Database database =
        new Database(settings, secrets, Duration.ofMillis(200), Time.of(InstantSource.system()))) {
      assertThatExceptionOfType(DatabaseException.class)
          .isThrownBy(() -> asText(database, "waiting", "select pg_sleep(60)::text as answer"))
          .withMessageContaining("waiting failed and was rolled back")
          .withMessageContaining("statement timeout");

      assertThat(asText(database, "asking", "select 'served' as answer")).isEqualTo("served");
    }
  }

  private static String asText(Database database, String what, String sql) {
    return database.one(what, row -> row.text("answer"), sql).orElseThrow();
  }
}
