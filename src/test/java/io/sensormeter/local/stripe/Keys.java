package io.sensormeter.local.stripe;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Restricted keys and what they permit (docs/stripe-facts.md, Keys). Thread-safe. */
final class Keys {
  private static final String BEARER = "Bearer ";

  private final Map<String, Set<Permission>> permissions = new ConcurrentHashMap<>();

  void add(String key, Set<Permission> permitted) {
    permissions.put(key, permitted);
  }

  void remove(String key) {
    permissions.remove(key);
  }

  /** 401 for a key Stripe does not know, 403 naming the missing permission, null when permitted. */
  @Nullable HttpAnswer refusal(@Nullable String authorization, Permission needed) {
    if (authorization == null || !authorization.startsWith(BEARER)) {
      return HttpAnswer.error(
          401, "invalid_request_error", "You did not provide an API key.", null, null);
    }
    // Not trimmed: a key with a line end is another key (docs/stripe-facts.md, Keys).
    String key = authorization.substring(BEARER.length());
    Set<Permission> permitted = permissions.get(key);
    if (permitted == null) {
      return HttpAnswer.error(
          401, "invalid_request_error", "Invalid API Key provided: " + masked(key), null, null);
    }
    if (!permitted.contains(needed)) {
      return HttpAnswer.error(
          403,
          "invalid_request_error",
          ("The provided key '%s' does not have the required permissions for this endpoint on"
                  + " account 'acct_fake'. Having the '%s' permission would allow this request to"
                  + " continue.")
              .formatted(masked(key), needed.wireName()),
          null,
          null);
    }
    return null;
  }

  /** Live keys say so, {@code rk_live_…}. */
  static boolean isLive(@Nullable String authorization) {
    return authorization != null && authorization.contains("_live_");
  }

  private static String masked(String key) {
    int shown = Math.min(8, key.length());
    return key.substring(0, shown) + "*****";
  }
}
