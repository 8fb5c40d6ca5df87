package io.undermoon.broker;

import io.undermoon.testsupport.EtcdServers;
import io.undermoon.testsupport.faults.FaultRun;
import io.undermoon.testsupport.faults.PlantedFault;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The guards that the broker's promises stand on, each with the fastest test that fails without it. */
class PlantedFaultsTest {
    private static final String ROOT = "io.undermoon.broker";

    private static final String FAULTS = """
            // A change is durable before it is answered, and a failed one leaves no trace.
            storage.file.DurableFile#rename omits FileSystemCalls.syncFile -> storage.file.FileStorageTest#has_the_old_or_the_new_value_after_a_crash_at_any_call
            storage.file.DurableFile#replace omits FileSystemCalls.syncDirectory -> storage.file.FileStorageTest#has_the_old_or_the_new_value_after_a_crash_at_any_call
            storage.file.FileSystemCalls#syncFile omits FileChannel.force -> storage.file.FileSystemCallsTest
            storage.file.FileSystemCalls#syncDirectory omits FileChannel.force -> storage.file.FileSystemCallsTest
            storage.file.DurableFile#goBack does nothing -> storage.file.FileStorageTest#has_the_old_value_after_an_error_of_any_call
            storage.file.DurableFile#removeTemporaryFiles does nothing -> storage.file.FileStorageTest#cleans_up_after_an_interrupted_write
            storage.file.FileStorage#compareAndSet omits String.equals as true -> storage.file.FileStorageContractTest
            storage.file.FileStorage#open omits FileLock.close -> storage.file.FileStorageTest
            store.MetadataWriter#publish omits ChangeFeed.announce -> store.MetadataWriterTest#stores_before_it_publishes_and_announces
            store.MetadataWriter#attempt omits Metadata.isSameAs -> store.MetadataWriterTest#does_not_store_a_plan_that_changes_nothing
            storage.file.FileLock#require does nothing -> storage.file.FileStorageTest#stops_writing_when_its_lock_was_deleted_and_another_broker_has_started
            storage.file.DurableFile#isOwn returns true -> storage.file.FileStorageTest#stops_writing_when_somebody_else_has_replaced_the_file
            storage.file.FileStorage#restoreMissing does nothing -> storage.file.FileStorageTest#writes_a_file_that_is_gone_again
            storage.file.RealPath#of omits Files.isSymbolicLink -> storage.file.FileStorageTest#a_symbolic_link_is_the_same_file
            storage.file.RealPath#create omits FileSystemCalls.syncDirectory -> storage.file.FileStorageTest#has_nothing_or_the_first_value_after_a_crash_at_any_call
            store.MetadataWriter#isConfirmed returns true -> store.MetadataWriterTest#refuses_nothing_from_a_value_that_another_broker_has_changed
            store.MetadataWriter#stored omits MetadataWriter.requireNewest -> store.MetadataWriterTest#plans_anew_when_another_broker_was_faster
            store.MetadataWriter#confirm omits MetadataWriter.adoptNewest -> store.MetadataWriterTest#finds_what_the_storage_has_not_told_of
            store.MetadataWriter#confirm omits Metadata.isOfOther -> store.MetadataWriterTest#a_copy_of_another_brokers_metadata_confirms_nothing_until_its_epochs_are_raised
            store.MetadataWriter#catchUp does nothing -> store.MetadataWriterTest#hears_of_the_changes_of_another_broker
            store.MetadataWriter#requireReachable does nothing -> store.MetadataWriterTest#answers_reads_and_refuses_changes_while_the_storage_cannot_be_reached
            storage.MetadataIndex#lastWriteIs returns false -> storage.kubernetes.KubernetesStorageTest#finds_its_write_whose_reply_was_lost
            storage.kubernetes.KubernetesStorage#replaceIndex omits Reply.isRepeated -> storage.kubernetes.KubernetesStorageTest#finds_its_write_whose_reply_was_lost
            storage.kubernetes.KubernetesStorage#newerThan omits String.equals as true -> storage.kubernetes.KubernetesStorageTest#a_reader_whose_pieces_are_deleted_meanwhile_reads_the_newer_value
            storage.kubernetes.KubernetesStorage#collect omits Set.removeAll -> storage.kubernetes.KubernetesStorageTest#a_writer_that_stood_still_does_not_name_pieces_that_were_deleted_meanwhile
            storage.kubernetes.KubernetesStorage#collect omits ParallelCalls.later -> storage.kubernetes.KubernetesStorageTest#deletes_what_is_left_of_former_values
            storage.kubernetes.KubernetesStorage#created omits Set.isEmpty as true -> storage.kubernetes.KubernetesStorageTest#refuses_what_is_damaged_and_names_it
            storage.LineFollower#restartIfBehind does nothing -> storage.kubernetes.KubernetesStorageTest#a_watch_that_is_dead_without_a_sign_is_opened_anew
            storage.http.HttpStorage#again omits Metadata.equals -> storage.http.HttpStorageTest#finds_its_write_that_was_answered_with_an_error
            storage.http.HttpStorage#hasStore returns true -> storage.http.HttpStorageTest#initializes_a_storage_that_has_nothing_and_no_other

            // Epochs never fall, and every change raises them.
            plan.Epochs#isPossible returns false -> store.ClusterScalingTest#recovers_above_the_highest_epoch_of_the_proxies
            plan.Epochs#liftTo omits Epoch.isAfter as true -> plan.ProxiesTest#lifts_epochs_and_never_lowers_them
            plan.Epochs#restore omits Epoch.isAfter -> plan.ProxiesTest#lifts_epochs_and_never_lowers_them
            state.MetadataEdit#bumpEpoch omits Epoch.next -> plan.PlanPropertiesTest

            // Failovers and allocation.
            plan.Failover#replacement omits String.equals -> plan.FailoverTest#never_replaces_on_the_host_of_the_survivor
            state.Location#differ returns false -> plan.ZonesTest#puts_the_halves_of_a_chunk_into_two_zones
            plan.Failover#replacement omits Location.isSameMachine -> plan.ZonesTest#replaces_a_failed_proxy_in_another_zone_than_the_one_that_is_left
            plan.Proxies#locate omits MetadataEdit.put -> plan.ZonesTest#knows_the_new_place_of_a_proxy_that_a_cluster_uses
            plan.ProxyPool#after omits Stream.allMatch as true -> plan.MarksTest#a_replaced_proxy_whose_keys_may_be_needed_becomes_no_replica_of_another_cluster
            plan.Failover#isDown returns false -> plan.FailoverTest#does_not_flap_when_both_halves_fail
            plan.Failover#takeOver omits Failover.isDown -> plan.FailoverTest#does_not_flap_when_both_halves_fail
            plan.Failover#failOver omits Failover.isDown -> plan.FailoverTest#does_not_flap_when_both_halves_fail
            plan.Replicas#allow returns true -> plan.ReplicasTest#a_replacement_that_has_not_synchronised_does_not_become_master
            plan.Replicas#willBeReported returns false -> plan.ReplicasTest#a_replica_that_nobody_has_reported_yet_does_not_become_master
            plan.Failover#failOver omits Replicas.withoutCopiesOf -> plan.ReplicasTest#a_half_that_was_away_while_its_masters_went_on_does_not_become_master
            plan.Replicas#accept omits Epoch.equals as true -> plan.ReplicasTest#a_report_about_other_metadata_changes_nothing
            state.StoredChunk#withPosition omits SortedSet.removeIf -> plan.ReplicasTest#masters_are_balanced_onto_replicas_in_sync_only
            plan.Coordinators#quorum omits PlanContext.failureQuorum -> plan.FailureReportsTest#needs_as_many_reporters_as_the_quorum
            plan.Coordinators#quorum omits SortedMap.size as 0 -> plan.CoordinatorsTest#a_majority_of_those_that_are_alive_makes_a_failure
            plan.Coordinators#alive omits Collection.removeIf -> plan.CoordinatorsTest#one_that_is_not_heard_of_any_more_does_not_count
            plan.FailureReports#withdraw omits SortedMap.remove -> plan.FailureReportsTest#a_report_that_is_withdrawn_does_not_count_together_with_a_later_one
            plan.Roles#touchesAny returns false -> plan.FailoverTest#restarts_exactly_the_migrations_whose_addresses_change_and_those_that_share_a_part
            plan.Allocation#nextPair omits String.equals -> plan.AllocationTest#never_puts_both_halves_on_one_host
            plan.ProxyPool#free omits Set.contains -> plan.AllocationTest#leaves_out_failed_proxies_and_those_a_quorum_reports
            plan.Allocation#pairs omits Allocation.requireEnough -> plan.AllocationTest#finds_as_many_pairs_as_there_are
            plan.FailureReports#live omits PlanContext.failureTtlSeconds as 1000000 -> plan.FailureReportsTest#counts_a_report_until_its_time_to_live_is_over
            plan.FailureReports#report omits FailureReports.expire -> plan.FailureReportsTest#takes_a_new_report_after_the_old_one_has_expired
            plan.FailureReports#reachingQuorum omits SortedMap.containsKey as true -> plan.FailureReportsTest#nothing_is_done_about_unknown_proxies_in_a_dump

            // Spares are where they can take a place, and take one only with what they have.
            plan.Spares#choice omits List.contains -> plan.SparesTest#a_new_cluster_has_spares_on_other_hosts_than_both_halves
            plan.Spares#fits omits SortedSet.contains -> plan.SparesTest#a_host_that_is_drained_has_no_spares
            plan.Spares#isUp returns true -> plan.SparesTest#a_failed_spare_is_none_any_more_unless_it_is_under_maintenance
            plan.Spares#mayLeave returns true -> plan.SparesTest#a_spare_goes_to_another_cluster_only_when_its_keys_are_of_no_use_in_its_own
            plan.Spares#requirePossible does nothing -> plan.SparesTest#only_clusters_that_mark_their_nodes_have_spares
            plan.Marks#mayJoin returns true -> plan.SparesTest#only_clusters_that_mark_their_nodes_have_spares
            plan.Failover#withoutSpare omits MetadataEdit.release -> plan.SparesTest#a_failed_spare_is_none_any_more_unless_it_is_under_maintenance
            plan.Failover#withoutSpare omits Maintenance.isActive -> plan.SparesTest#a_failed_spare_is_none_any_more_unless_it_is_under_maintenance
            state.StoredChunk#withHalf omits RolePosition.partOfNode as 0 -> plan.SparesTest#a_spare_takes_the_place_of_either_half_and_each_of_its_nodes_stays_with_its_part
            plan.Reconciliation#spare does nothing -> plan.ReconciliationTest#learns_which_spare_took_whose_place_and_who_is_one_now

            // Migrations run within the limit and one for each source, and only what its source gave up is taken back.
            plan.TaskQueue#start omits PlanContext.migrationLimit -> plan.SlotMovesTest#plans_beside_a_running_migration_and_lets_it_wait_for_its_turn
            plan.TaskQueue#start omits Set.add as true -> plan.SlotMovesTest#moves_slots_of_one_source_one_migration_at_a_time
            plan.TaskQueue#start omits List.forEach -> plan.SlotMovesTest#moves_slots_of_one_source_one_migration_at_a_time
            plan.Aborts#withdraw omits List.retainAll -> store.MigrationAbortsTest#leaves_alone_what_a_failover_restarts_meanwhile
            plan.Aborts#withdraw omits TaskQueue.start -> plan.SlotMovesTest#starts_the_next_migration_when_one_is_taken_back
            store.MigrationAborts#withdraw omits List.contains as true -> store.MigrationAbortsTest#leaves_alone_what_is_committed_meanwhile

            // A host that is drained gets nothing, gives everything, and what others need stays.
            plan.ProxyPool#free omits SortedSet.contains -> plan.HostDrainsTest#moves_slots_to_a_chunk_elsewhere_and_takes_the_empty_one_out
            plan.HostDrains#request omits HostDrains.requireRoom -> plan.HostDrainsTest#refuses_what_cannot_be_done
            plan.HostDrains#advance omits StoredCluster.runsMigrations -> plan.HostDrainsTest#moves_slots_to_a_chunk_elsewhere_and_takes_the_empty_one_out
            plan.HostDrains#advance omits Predicate.test as true -> plan.HostDrainsTest#moves_slots_to_a_chunk_elsewhere_and_takes_the_empty_one_out
            plan.HostDrains#advance omits HostDrains.hasRoom as true -> plan.HostDrainsTest#waits_for_room_that_another_cluster_has_taken
            plan.HostDrains#advance omits List.contains as true -> plan.HostDrainsTest#takes_no_empty_chunk_out_that_belongs_to_a_busy_cluster_or_is_elsewhere
            plan.HostDrains#emptied omits StoredChunk.hasNoSlots as true -> plan.HostDrainsTest#moves_slots_to_a_chunk_elsewhere_and_takes_the_empty_one_out
            plan.HostDrains#emptied omits HostDrains.isAffected as true -> plan.HostDrainsTest#takes_no_empty_chunk_out_that_belongs_to_a_busy_cluster_or_is_elsewhere
            plan.HostDrains#chunksWithSlots omits StoredChunk.hasNoSlots -> plan.HostDrainsTest#moves_slots_to_a_chunk_elsewhere_and_takes_the_empty_one_out
            plan.HostDrains#unused omits HostDrains.isAffected -> plan.HostDrainsTest#an_empty_chunk_on_the_host_needs_no_room_and_takes_no_slots
            plan.HostDrains#willHoldSlots returns true -> plan.HostDrainsTest#an_empty_chunk_on_the_host_needs_no_room_and_takes_no_slots
            plan.HostDrains#handOver omits SlotRanges.isEmpty -> plan.HostDrainsTest#moves_nothing_from_a_shard_without_slots

            // Older metadata is used with what the proxies know better, and not at all where that is not enough.
            plan.Reconciliation#of omits Replicas.withoutCopies -> plan.ReconciliationTest#does_not_believe_that_replicas_are_still_in_sync
            plan.Reconciliation#chunk omits StoredChunk.withPosition -> plan.ReconciliationTest#learns_who_is_master_and_who_took_the_place_of_another
            plan.Reconciliation#withPartner omits StoredChunk.withHalf -> plan.ReconciliationTest#learns_who_is_master_and_who_took_the_place_of_another
            plan.Reconciliation#isAhead returns false -> plan.ReconciliationTest#learns_from_the_survivor_when_the_failed_proxy_is_still_as_before
            plan.Reconciliation#requireNotElsewhere does nothing -> plan.ReconciliationTest#leaves_what_it_cannot_know_to_an_operator
            plan.Reconciliation#others does nothing -> plan.ReconciliationTest#leaves_what_it_cannot_know_to_an_operator
            plan.Reconciliation#checkSlots does nothing -> plan.ReconciliationTest#does_not_take_slots_back_that_have_moved
            store.EpochRecovery#use omits Set.addAll -> store.EpochRecoveryTest#a_backup_from_before_a_cluster_and_its_proxies_is_not_used_unasked
            plan.Reconciliation#of omits Stream.anyMatch -> store.EpochRecoveryTest#a_backup_from_before_a_cluster_and_its_proxies_is_not_used_unasked
            plan.Epochs#recover omits List.isEmpty as true -> plan.ReconciliationTest#changes_nothing_where_there_are_conflicts_that_nobody_accepts

            // Planned work takes no master and no last copy down.
            plan.Switchover#successorUnderMaintenance returns null -> plan.MaintenanceTest#no_planned_change_moves_a_master_to_a_proxy_that_may_be_stopped
            plan.Maintenance#begin omits Switchover.away -> plan.MaintenanceTest#the_masters_are_handed_over_before_the_proxy_may_be_stopped
            plan.Maintenance#begin omits Maintenance.requireOneHost -> plan.MaintenanceTest#there_is_one_host_at_a_time
            plan.Maintenance#begin omits Maintenance.withoutExpired -> plan.MaintenanceTest#there_is_one_host_at_a_time
            plan.Maintenance#requireOtherCopy does nothing -> plan.MaintenanceTest#the_last_copy_is_not_taken_down
            plan.Maintenance#phase omits Maintenance.isDown -> plan.MaintenanceTest#the_last_copy_is_not_taken_down
            plan.Maintenance#hasTakenOver returns true -> plan.MaintenanceTest#the_masters_are_handed_over_before_the_proxy_may_be_stopped
            plan.Maintenance#end omits Replicas.withoutCopiesOf -> plan.MaintenanceTest#when_it_ends_the_nodes_are_copies_only_when_they_are_seen_anew
            plan.Failover#failOver omits Maintenance.isActive -> plan.MaintenanceTest#nothing_replaces_the_proxy_before_the_time_is_over
            plan.ProxyPool#free omits Maintenance.isActive -> plan.MaintenanceTest#nothing_replaces_the_proxy_before_the_time_is_over
            plan.Balancing#canMove omits Maintenance.isActive -> plan.MaintenanceTest#no_planned_change_moves_a_master_to_a_proxy_that_may_be_stopped

            // Refusals.
            plan.Preconditions#requireNoMigration does nothing -> plan.SlotMovesTest
            plan.Preconditions#requireNodeNumber does nothing -> plan.PlanPropertiesTest
            plan.Commits#commit omits Optional.equals as true -> plan.SlotMovesTest#commits_only_what_was_reported_with_the_present_addresses
            plan.Proxies#requireUnused does nothing -> plan.ProxiesTest#refuses_a_replica_address_that_is_an_address_of_another_proxy
            state.Consistency#require does nothing -> state.GoldenJsonTest

            // Data is shown with the rights of a user of the cluster, through its proxies alone, and is recorded.
            data.Dialogue#redirected omits Stream.filter -> data.KeyBrowserTest#connects_to_nothing_that_is_not_of_the_cluster
            data.Dialogue#logIn does nothing -> data.KeyBrowserTest#lets_the_rules_of_the_user_decide
            data.KeyScan#proxy omits Stream.filter -> data.KeyBrowserTest#refuses_cursors_that_lead_elsewhere
            data.TakenCommands#reason returns null -> data.CommandLineTest#refuses_what_keeps_or_changes_its_connection[1]
            data.DataAccess#request omits Semaphore.tryAcquire as true -> data.KeyBrowserTest#ends_a_request_that_takes_long_and_takes_so_many_at_a_time
            store.MetadataWriter#isNoted returns false -> store.MetadataWriterTest#notes_what_was_done_without_a_change_and_the_same_again_after_some_time
            config.ConsoleDataAccess#of omits Optional.orElse as true -> config.ConsoleDataAccessTest#is_on_where_not_everybody_can_call
            """;

    /** Those that only tests with a real etcd notice. */
    private static final String FAULTS_WITH_ETCD = """
            storage.etcd.EtcdClient#withLogin omits RefusedException.asksForLogin -> storage.etcd.EtcdStorageTest#logs_in_and_does_so_again_when_the_token_is_not_known_any_more
            storage.etcd.EtcdWatch#moveTo does nothing -> storage.etcd.EtcdStorageTest#goes_on_with_the_members_that_are_left
            storage.etcd.EtcdStorage#nothingStored omits List.isEmpty as true -> storage.etcd.EtcdStorageTest#refuses_what_is_damaged_and_names_it
            storage.MetadataParts#changesSince omits String.equals -> storage.etcd.EtcdStorageTest#keeps_a_thousand_proxies_in_small_values_and_writes_only_what_changes
            """;

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void a_test_notices(PlantedFault fault) {
        FaultRun.assertNoticed(fault);
    }

    static Stream<PlantedFault> a_test_notices() {
        return PlantedFault.parseAll(ROOT, EtcdServers.isInstalled() ? FAULTS + FAULTS_WITH_ETCD : FAULTS);
    }
}
