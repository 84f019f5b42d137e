package io.sensormeter.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sensormeter.config.DatabaseSettings;
import io.sensormeter.config.Secrets;
import io.sensormeter.lambda.Time;
import io.sensormeter.local.Services;
import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.local.postgres.LocalPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** verify-full against servers with TLS on: only the right certificate, for the right name. */
@Tag("postgres")
final class DatabaseTlsIT {
  private static final String SECRET =
      "arn:aws:secretsmanager:us-east-1:000000000000:secret:database-tls";

  @TempDir private static Path directory;

  private static Path authority;
  private static Path foreignAuthority;
  private static Path shippedAuthorities;
  private static LocalPostgres postgres;
  private static LocalPostgres expired;

  @BeforeAll
  static void start() throws IOException, GeneralSecurityException {
    Certificates certificates = new Certificates(directory);
    authority = certificates.authority("authority");
    foreignAuthority = certificates.authority("foreign");
    shippedAuthorities = Path.of("src", "main", "resources", "tls", "rds-ca-bundle.pem");
    postgres = start(certificates.server("server", "authority", "-1d", 5));
    expired = start(certificates.server("expired", "authority", "-3d", 2));
  }

  private static LocalPostgres start(Certificates.Pair server) {
    return LocalPostgres.startWithTls(server.certificate(), server.key());
  }

  @AfterAll
  static void stop() {
    expired.close();
    postgres.close();
  }

  @Test
  void rightCertificateForTheRightNameIsAccepted() {
    try (Database database = database(postgres, "localhost", authority)) {
      boolean encrypted =
          database
              .one(
                  "asking for TLS",
                  row -> row.flag("ssl"),
                  "select ssl from pg_stat_ssl where pid = pg_backend_pid()")
              .orElseThrow();

      assertThat(encrypted).isTrue();
    }
  }

  @Test
  void certificateOfAForeignAuthorityIsRefused() {
    assertRefused(postgres, "localhost", foreignAuthority, "unable to find valid certification");
  }

  @Test
  void shippedBundleIsReadAndTrustsNobodyElse() {
    assertThat(shippedAuthorities).isRegularFile();
    assertRefused(postgres, "localhost", shippedAuthorities, "unable to find valid certification");
  }

  @Test
  void expiredCertificateIsRefused() {
    assertRefused(expired, "localhost", authority, "validity check failed");
  }

  @Test
  void certificateForAnotherNameIsRefused() {
    assertRefused(postgres, "127.0.0.1", authority, "hostname 127.0.0.1 could not be verified");
  }

  @Test
  void serverWithoutTlsIsRefused() {
    assertRefused(Services.postgres(), "localhost", authority, "server does not support SSL");
  }

  @Test
  void emptyBundleTrustsNobody() throws IOException {
    Path empty = Files.writeString(directory.resolve("empty.pem"), "# no certificate\n");
    assertRefused(postgres, "localhost", empty, "SSL");
  }

  private static void assertRefused(
      LocalPostgres server, String host, Path authorities, String because) {
    try (Database database = database(server, host, authorities)) {
      assertThatExceptionOfType(DatabaseException.class)
          .isThrownBy(() -> database.update("capturing", "select"))
          .withMessageStartingWith("capturing failed")
          .withMessageContaining(because);
    }
  }

  private static Database database(LocalPostgres server, String host, Path authorities) {
    LocalDatabase application = server.newDatabase();
    Services.secrets().put(SECRET, application.secretJson());
    return new Database(
        new DatabaseSettings(
            SECRET,
            Optional.of(host),
            Optional.of(application.port()),
            Optional.of(application.name()),
            true,
            authorities),
        new Secrets(Services.secrets().client()),
        Duration.ofSeconds(5),
        Time.of(InstantSource.system()));
  }
}
