package io.sensormeter.meter;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The identifier of a meter event, by which Stripe refuses a second one: {@code
 * <meter>:<organization_id>:<hour>}, and {@code :r<revision>} from the second revision on. An
 * organization id that would make it longer than {@value #MAX_CHARACTERS} characters, or that holds
 * any but printable ones of ASCII, enters as the first 32 hex digits of its SHA-256.
 *
 * <p>Capture computes the same in SQL. A changed identifier is a billing incident: the golden tests
 * hold both to the same list.
 *
 * @param value 1 to {@value #MAX_CHARACTERS} characters
 */
public record Identifier(String value) {

  /** Stripe's limit on {@code identifier} (docs.stripe.com, billing/meter_events). */
  public static final int MAX_CHARACTERS = 100;

  private static final int HASH_DIGITS = 32;

  private static final Pattern HASH = Pattern.compile("[0-9a-f]{" + HASH_DIGITS + "}");

  private static final Pattern FORM =
      Pattern.compile("([a-z0-9_]{1,40}):(.+):(\\d{4}-\\d{2}-\\d{2}T\\d{2}Z)(?::r(\\d{1,9}))?");

  public Identifier {
    int length = value.codePointCount(0, value.length());
    if (length < 1 || length > MAX_CHARACTERS) {
      throw new IllegalArgumentException(
          "identifier '" + value + "' has " + length + " characters, not 1 to 100");
    }
  }

  public static Identifier of(ReportKey key) {
    String whole = assemble(key, key.organizationId());
    return new Identifier(
        whole.length() <= MAX_CHARACTERS && Characters.isGraphic(key.organizationId())
            ? whole
            : assemble(key, hash(key.organizationId())));
  }

  /**
   * The key that an identifier of ours names. Of an organization that enters as a hash it has the
   * hash: {@link #mayBeHash}.
   *
   * @return empty if it is none of ours
   */
  public static Optional<ReportKey> keyOf(String identifier) {
    Matcher parts = FORM.matcher(identifier);
    if (!parts.matches()) {
      return Optional.empty();
    }
    int revision = parts.group(4) == null ? 0 : Integer.parseInt(parts.group(4));
    try {
      return Optional.of(
          new ReportKey(Hour.parse(parts.group(3)), parts.group(1), parts.group(2), revision));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Whether the organization of a key from {@link #keyOf} may stand for a longer id. */
  public static boolean mayBeHash(String organizationId) {
    return HASH.matcher(organizationId).matches();
  }

  private static String assemble(ReportKey key, String organization) {
    String first = key.meter() + ":" + organization + ":" + key.hour();
    return key.revision() == 0 ? first : first + ":r" + key.revision();
  }

  private static String hash(String organizationId) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(organizationId.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest).substring(0, HASH_DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
