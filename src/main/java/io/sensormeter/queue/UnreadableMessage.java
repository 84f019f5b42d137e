package io.sensormeter.queue;

/**
 * A message that is not one of ours or not of a version we know: it belongs in the dead-letter
 * queue.
 */
public final class UnreadableMessage extends Exception {

  private static final long serialVersionUID = 1L;

  UnreadableMessage(String message, Throwable cause) {
    super(message, cause);
  }

  UnreadableMessage(String message) {
    super(message);
  }
}
