package io.undermoon.coordinator;

import io.undermoon.testsupport.faults.FaultRun;
import io.undermoon.testsupport.faults.PlantedFault;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The guards that keep coordinators from doing harm, each with the fastest test that fails without it. */
class PlantedFaultsTest {
    private static final String ROOT = "io.undermoon.coordinator";

    private static final String FAULTS = """
            // Only what is dead is reported, for as long as it is, and the network is thought of first.
            detect.FailureDetector#isRatherTheNetwork returns false -> detect.FailureDetectorTest#thinks_of_the_network_first_when_many_proxies_are_silent_at_once
            detect.FailureDetector#isRatherTheNetwork omits ProbeFailures.isSilentForLessThan as true -> detect.FailureDetectorTest#does_not_count_proxies_that_have_been_silent_for_long_or_answer_as_a_fault_of_the_network
            detect.FailureDetector#introduce does nothing -> detect.FailureDetectorTest#says_that_it_is_there_before_it_reports_for_the_first_time
            detect.FailureDetector#isDeadMaster omits Duration.compareTo -> detect.FailureDetectorTest#reports_a_proxy_whose_master_is_down_for_too_long
            detect.FailureDetector#isDeadMaster omits NodeHealth.up -> detect.FailureDetectorTest#does_not_report_a_dead_replica_or_a_slow_master
            detect.FailureDetector#isDeadMaster omits NodeHealth.refused -> detect.FailureDetectorTest#reports_a_proxy_at_once_whose_master_has_ended
            detect.FailureDetector#forgetSilence does nothing -> detect.FailureDetectorTest#does_not_blame_proxies_for_a_pause_of_its_own
            detect.FailureDetector#withdraw omits FailureLedger.withdraw -> detect.FailureDetectorTest#withdraws_the_report_of_a_proxy_that_answers_again
            detect.FailureDetector#withdraw omits Map.putIfAbsent -> detect.FailureDetectorTest#retries_a_withdrawal_that_the_broker_did_not_accept
            detect.FailureDetector#report omits ProbeFailures.reportDue as true -> detect.FailureDetectorTest#renews_the_report_while_the_failure_lasts_but_not_every_round
            detect.FailureDetector#report omits Map.computeIfPresent -> detect.FailureDetectorTest#renews_the_report_while_the_failure_lasts_but_not_every_round
            detect.FailureDetector#report omits Runnable.run -> detect.FailureDetectorTest#reports_a_proxy_that_refuses_connections_at_half_the_limit
            detect.FailureDetector#outOfServiceProbeDue returns true -> detect.FailureDetectorTest#does_not_report_a_proxy_that_is_out_of_service_and_probes_it_less_often
            detect.FailureDetector#failed omits ProxyStatuses.failed -> detect.FailureDetectorTest#keeps_the_status_of_answering_proxies_only
            detect.FailureDetector#listing omits Set.retainAll -> detect.FailureDetectorTest#forgets_proxies_that_are_gone
            detect.FailureDetector#listing omits ProxyStatuses.retain -> detect.FailureDetectorTest#keeps_the_status_of_answering_proxies_only
            detect.FailureDetector#listing omits ReplicaWatch.retain -> detect.FailureDetectorTest#forgets_proxies_that_are_gone
            detect.ProbeFailures#isSilentForLessThan returns true -> detect.FailureDetectorTest#reports_many_proxies_that_refuse_connections_at_once
            job.ProbeLoop#step omits FailureDetector.forgetSilence -> job.ProbeLoopTest#blames_nobody_for_the_time_in_which_it_stood_still

            // A replica counts as in sync only while both sides say so.
            detect.ReplicaWatch#look omits NodeHealth.up as true -> detect.ReplicaWatchTest#a_replica_whose_master_is_down_has_missed_nothing
            detect.ReplicaWatch#look omits NodeHealth.outdated -> detect.ReplicaWatchTest#the_replica_of_a_master_that_has_restarted_with_less_is_in_sync
            detect.ReplicaWatch#look omits Epoch.isAfter -> detect.ReplicaWatchTest#a_replica_is_in_sync_only_when_its_masters_proxy_has_the_metadata
            detect.ReplicaWatch#look omits NodeHealth.linkUp as true -> detect.ReplicaWatchTest#a_replica_that_another_one_hides_is_not_in_sync
            detect.ReplicaWatch#look omits NodeHealth.replicaSilentSeconds -> detect.ReplicaWatchTest#a_replica_that_its_master_does_not_know_is_not_in_sync
            detect.ReplicaWatch#look omits Map.remove -> detect.ReplicaWatchTest#a_broken_link_that_comes_back_is_not_reported
            detect.ReplicaWatch#round omits Answer.nanos as 9000000000000000000 -> detect.ReplicaWatchTest#an_answer_of_the_master_from_before_does_not_count
            detect.ReplicaWatch#isNews returns true -> detect.ReplicaWatchTest#reports_a_replica_in_sync_once
            detect.ReplicaWatch#send omits Set.contains -> detect.ReplicaWatchTest#what_the_broker_does_not_take_is_reported_again
            detect.ReplicaWatch#retain does nothing -> detect.ReplicaWatchTest#forgets_proxies_that_are_gone
            detect.ReplicaWatch#forgetOthers does nothing -> detect.ReplicaWatchTest#forgets_proxies_that_are_gone

            // A lease is renewed only by metadata that is certainly the newest, with each token once.
            detect.LeaseGrants#requireNewest does nothing -> detect.LeaseGrantsTest#does_not_renew_while_a_proxy_has_newer_metadata_than_the_broker
            detect.LeaseGrants#round omits Epoch.equals as true -> detect.LeaseGrantsTest#does_not_renew_the_lease_of_a_proxy_with_other_metadata
            detect.LeaseGrants#note omits Lease.isAlone as true -> detect.LeaseGrantsTest#asks_nobody_while_partners_renew_the_leases
            detect.LeaseGrants#note omits Map.remove -> detect.LeaseGrantsTest#renews_the_lease_of_a_proxy_that_is_alone_with_each_token_once
            detect.LeaseGrants#renew omits Map.remove -> detect.LeaseGrantsTest#a_token_of_a_proxy_that_does_not_answer_is_not_used_again
            detect.LeaseGrants#areGranted returns true -> detect.LeaseGrantsTest#grants_nothing_with_a_broker_of_the_original
            detect.LeaseGrants#round omits Set.retainAll -> detect.LeaseGrantsTest#forgets_the_metadata_of_a_proxy_that_is_gone
            broker.HttpBroker#confirmedEpochs omits Epoch.equals as true -> broker.HttpBrokerTest#confirms_wanted_epochs_with_the_storage_and_reads_them_again_only_after_a_change

            // Failovers follow one after the other, and what cannot be done is not tried all the time.
            failover.Failover#round omits AtomicInteger.compareAndSet as true -> failover.FailoverTest#a_caller_that_comes_meanwhile_does_not_wait_and_is_served_by_one_more_round
            failover.Failover#round omits AtomicInteger.set -> failover.FailoverTest#goes_on_after_a_round_in_which_no_broker_answered
            failover.Failover#failOverAll omits Backoff.ready as true -> failover.FailoverTest#without_a_free_proxy_it_retries_after_growing_pauses
            failover.Failover#failOverAll omits Backoff.retain -> failover.FailoverTest#a_proxy_that_fails_again_later_is_failed_over_at_once
            port.Backoff#longer omits Math.min as 9000000000000000000 -> port.BackoffTest#pauses_double_up_to_the_limit

            // Only the source of a migration ends it, and only the one that the broker knows.
            migrate.MigrationCommit#ofSource omits Optional.equals as true -> migrate.MigrationCommitTest#commits_what_its_source_reports_as_the_broker_knows_it_and_nothing_else
            migrate.MigrationCommit#ofSource omits TaggedSlots.isMigrating as true -> migrate.MigrationCommitTest#commits_what_its_source_reports_as_the_broker_knows_it_and_nothing_else
            migrate.MigrationCommit#ask omits Stream.filter -> migrate.MigrationCommitTest#does_not_ask_proxies_that_do_not_answer_probes
            migrate.RunningMigrations#forget does nothing -> migrate.MigrationCommitTest#a_task_unknown_to_the_broker_is_committed_once_only
            migrate.RunningMigrations#refresh omits Epoch.equals -> migrate.MigrationCommitTest#reads_the_migrations_only_when_the_epoch_of_the_broker_has_changed

            // Metadata goes to those that are behind, in an order in which no slot is without an owner.
            sync.PushOrder#combined takes PushOrder.WITHOUT_SLOTS for WITH_SLOTS -> sync.PushOrderTest#every_destination_comes_before_every_source
            sync.MetadataSync#synchronise omits MetadataPush.ready as true -> sync.MetadataSyncTest#retries_a_failing_proxy_after_growing_pauses
            sync.MetadataSync#synchronise omits Epoch.isAfter -> sync.MetadataSyncTest#repairs_a_stale_broker_after_some_rounds_and_not_again_at_once
            sync.MetadataSync#synchronise omits MetadataPush.retain -> sync.MetadataSyncTest#a_proxy_that_registers_again_does_not_wait_for_the_end_of_a_pause
            sync.StaleBrokerRecovery#observe omits Backoff.ready as true -> sync.MetadataSyncTest#repairs_a_stale_broker_after_some_rounds_and_not_again_at_once
            sync.StaleBrokerRecovery#observe omits Map.isEmpty -> sync.MetadataSyncTest#a_proxy_that_is_ahead_for_a_moment_does_not_make_the_broker_stale

            // Who is talked to, and who may talk.
            proxy.RespProxyControl#outcome omits RespConnection.close -> proxy.RespProxyControlTest#a_wrong_machine_closes_the_connection
            proxy.RespProxyControl#probed omits Set.remove -> proxy.RespProxyControlTest#a_proxy_of_ours_in_place_of_one_of_the_original_is_noticed
            admin.AdminPassword#isRequired returns false -> admin.AdminServerTest#asks_for_its_password_before_anything_else
            admin.AdminPassword#logIn omits MessageDigest.isEqual as true -> admin.AdminServerTest#asks_for_its_password_before_anything_else
            admin.AdminPassword#of omits Loopback.isLoopback as true -> admin.AdminServerTest#does_not_listen_for_other_machines_without_a_password_unless_it_is_told_to
            broker.BrokerList#answered omits List.contains as true -> broker.BrokerListTest#an_answer_from_one_that_was_replaced_meanwhile_does_not_bring_it_back
            """;

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void a_test_notices(PlantedFault fault) {
        FaultRun.assertNoticed(fault);
    }

    static Stream<PlantedFault> a_test_notices() {
        return PlantedFault.parseAll(ROOT, FAULTS);
    }
}
