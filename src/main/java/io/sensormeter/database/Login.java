package io.sensormeter.database;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sensormeter.config.DatabaseSettings;
import org.jspecify.annotations.Nullable;

/** Who connects where: the secret's fields, and the settings that win over them. Immutable. */
public final class Login {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int DEFAULT_PORT = 5432;

  private final String host;
  private final int port;
  private final String database;
  private final String user;
  private final String password;

  private Login(String host, int port, String database, String user, String password) {
    this.host = host;
    this.port = port;
    this.database = database;
    this.user = user;
    this.password = password;
  }

  /**
   * Reads the secret's JSON.
   *
   * @throws IllegalStateException naming the secret and the field that is missing or wrong, never a
   *     value
   */
  public static Login read(DatabaseSettings settings, String secretText) {
    JsonNode secret = parse(settings.secretArn(), secretText);
    String host = settings.host().orElseGet(() -> field(settings, secret, "host", "DATABASE_HOST"));
    settings.requireTlsUnlessLocal(host);
    return new Login(
        host,
        settings.port().orElseGet(() -> port(settings, secret)),
        settings.name().orElseGet(() -> field(settings, secret, "dbname", "DATABASE_NAME")),
        field(settings, secret, "username", null),
        field(settings, secret, "password", null));
  }

  /** {@code host:port/database}, for messages. */
  public String address() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port + "/" + database;
  }

  /** The role that connects. */
  public String user() {
    return user;
  }

  String password() {
    return password;
  }

  private static JsonNode parse(String arn, String secretText) {
    try {
      JsonNode secret = JSON.readTree(secretText);
      if (secret.isObject()) {
        return secret;
      }
    } catch (JsonProcessingException e) {
      // Its message may quote the password; ours names the secret only.
    }
    throw new IllegalStateException(
        "secret "
            + arn
            + " is not a JSON object such as {\"username\":\"sensor_meter\",\"password\":\"…\"}");
  }

  private static int port(DatabaseSettings settings, JsonNode secret) {
    JsonNode port = secret.path("port");
    if (port.isMissingNode() || port.isNull()) {
      return DEFAULT_PORT;
    }
    int number = port.asInt(0);
    if (number < 1 || number > 65535) {
      throw new IllegalStateException(
          "secret %s has a \"port\" that is no number from 1 to 65535; mend it or set DATABASE_PORT"
              .formatted(settings.secretArn()));
    }
    return number;
  }

  private static String field(
      DatabaseSettings settings, JsonNode secret, String field, @Nullable String variable) {
    String text = secret.path(field).asText("");
    if (text.isBlank()) {
      throw new IllegalStateException(
          "secret %s has no \"%s\"%s"
              .formatted(
                  settings.secretArn(),
                  field,
                  variable == null ? "" : "; add it or set " + variable));
    }
    return text;
  }
}
