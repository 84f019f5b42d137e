/**
 * {@code check}: is everything there that the ledger side needs? Reads only, also where nothing has
 * been migrated yet. One class of probes for each subject, its SQL beside its sentences.
 */
@org.jspecify.annotations.NullMarked
package io.sensormeter.check;
