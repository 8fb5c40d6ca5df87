package io.undermoon.simulation.check;

/** What has to happen in some schedule of a run: else the run shows less than it seems to. */
public enum Sometimes {
    MASTERS_TAKEN_OVER,
    PROXY_REPLACED,
    TAKEOVER_REFUSED_AS_REPLICAS_ARE_BEHIND,
    BOTH_HALVES_FAILED,
    ROLES_CHANGED_AS_PLANNED,
    MASTER_STEPPED_DOWN,
    REPLICA_PROMOTED_WITHOUT_THE_LAST_WRITES,
    WRITE_LOST_AS_PROMISED,
    WRITE_ACKNOWLEDGED_BY_A_FORMER_MASTER,
    PUSH_WAS_LATE,
    STORAGE_DID_NOT_ANSWER,
    REDIS_RESTARTED_AS_MASTER,
    LEASE_RENEWED_BY_A_COORDINATOR,
    REPLY_DROPPED_WITHOUT_A_LEASE,
    WRITE_REFUSED_WITHOUT_REPLICA,
    SLOTS_MOVE,
    SLOTS_SWITCHED,
    SLOTS_TAKEN_BACK,
    MOVE_COMMITTED,
    MOVE_ABORTED,
    TAKEOVER_DURING_A_MOVE,
    SOURCE_KILLED_WHILE_IT_HELD_SLOTS,
    LEASE_LOST_WHILE_SLOTS_WERE_HELD,
    /** In schedules with hot spares only. */
    SPARE_TOOK_A_PLACE;

    /** @param leases whether proxies need leases */
    public boolean isPossible(boolean leases) {
        return switch (this) {
            case WRITE_ACKNOWLEDGED_BY_A_FORMER_MASTER -> !leases;
            case LEASE_RENEWED_BY_A_COORDINATOR, REPLY_DROPPED_WITHOUT_A_LEASE, LEASE_LOST_WHILE_SLOTS_WERE_HELD ->
                leases;
            case SPARE_TOOK_A_PLACE -> false;
            default -> true;
        };
    }
}
