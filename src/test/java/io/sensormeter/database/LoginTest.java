package io.sensormeter.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.sensormeter.config.RecorderSettings;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class LoginTest {
  private static final String SECRET =
      """
      {"username":"u","password":"p","host":"%s","dbname":"d","port":"%s"}\
      """;

  @Test
  void secretMayNameTheDatabaseWithThePortAsText() {
    assertThat(login("verify-full", SECRET.formatted("db.example.com", "5433")).address())
        .isEqualTo("db.example.com:5433/d");
  }

  @Test
  void anotherMachineNamedByTheSecretIsNotTalkedToInTheClear() {
    assertThat(login("disable", SECRET.formatted("127.0.0.1", "5432")).address())
        .isEqualTo("127.0.0.1:5432/d");
    assertThatIllegalStateException()
        .isThrownBy(() -> login("disable", SECRET.formatted("db.example.com", "5432")))
        .withMessageContaining("DATABASE_SSL_MODE is 'disable'")
        .withMessageContaining("db.example.com");
  }

  private static Login login(String sslMode, String secret) {
    return Login.read(
        RecorderSettings.read(Map.of("DATABASE_SECRET_ARN", "arn", "DATABASE_SSL_MODE", sslMode))
            .database(),
        secret);
  }
}
