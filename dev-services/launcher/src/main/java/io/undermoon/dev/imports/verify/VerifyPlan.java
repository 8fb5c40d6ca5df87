package io.undermoon.dev.imports.verify;

import io.undermoon.dev.imports.KeyFilter;
import io.undermoon.dev.imports.destination.ImportKeys;
import io.undermoon.dev.imports.wire.Access;
import io.undermoon.dev.imports.wire.ServerUri;
import io.undermoon.slot.Slot;
import io.undermoon.slot.SlotRanges;

/**
 * What is compared.
 *
 * @param database of the source
 * @param share of the keys, from 0 to 1; those of a smaller share are among those of a larger one
 * @param slots whose keys are compared
 * @param surplus whether keys are differences that only the destination has
 * @param expiryToleranceMillis by which expiry times may differ
 */
public record VerifyPlan(
        ServerUri from,
        Access fromAccess,
        ServerUri to,
        Access toAccess,
        KeyFilter filter,
        int database,
        double share,
        SlotRanges slots,
        boolean surplus,
        long expiryToleranceMillis) {
    /** Whether a key is to be compared. */
    boolean wants(byte[] key) {
        return !ImportKeys.isOurs(key) && filter.accepts(key) && isInShare(key) && slots.contains(Slot.of(key));
    }

    private boolean isInShare(byte[] key) {
        if (share >= 1) {
            return true;
        }
        // FNV-1a, and the bits mixed once more: keys that differ in the last byte only are not to be taken together.
        long hash = 0xcbf29ce484222325L;
        for (byte b : key) {
            hash = (hash ^ b & 0xff) * 0x100000001b3L;
        }
        hash ^= hash >>> 32;
        hash *= 0x9e3779b97f4a7c15L;
        return (hash >>> 11) * 0x1.0p-53 < share;
    }
}
