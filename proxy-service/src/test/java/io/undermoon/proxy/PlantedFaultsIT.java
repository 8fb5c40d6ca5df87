package io.undermoon.proxy;

import io.undermoon.testsupport.faults.FaultRun;
import io.undermoon.testsupport.faults.PlantedFault;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The guards that the proxy's promises stand on, each with the fastest test that fails without it. Some tests only fail
 * when they have waited in vain: those run with {@code -Dundermoon.faults=all}.
 */
class PlantedFaultsIT {
    private static final String ROOT = "io.undermoon.proxy";

    private static final String FAULTS = """
            // One owner of a slot, whatever fails in a move.
            migration.SourceMove#isLater returns false -> migration.SourceMoveTest
            migration.SourceMove#isSwitched returns false -> migration.SourceMoveModelTest
            migration.SourceMove#isAborted returns false -> migration.SourceMoveModelTest
            migration.SourceMove#isInterruptible returns true -> migration.SourceMoveModelTest
            migration.SourceMove#newAttempt omits Math.max -> migration.SourceMoveModelTest
            migration.SourceMove#converged takes SlotOwnership.LOCAL for HELD -> migration.SourceMoveModelTest
            migration.SourceMove#failed takes SlotOwnership.LOCAL for HELD -> migration.SourceMoveModelTest
            migration.SourceMove#foundAtSource takes Status.COPYING for ABORTED -> migration.SourceMoveModelTest
            migration.ImportTask#contradicts returns false -> migration.SlotMoveFailureIT#the_later_of_two_records_decides
            topology.InitialOwnership#wereSettledElsewhere returns true -> topology.TopologyStoreTest#a_destination_that_knows_the_owner_of_moving_slots_holds_no_commands_for_them
            topology.InitialOwnership#wereSettledElsewhere returns false -> topology.TopologyStoreTest#a_destination_that_knows_the_owner_of_moving_slots_holds_no_commands_for_them
            topology.InitialOwnership#served returns true -> topology.TopologyStoreTest#a_source_that_has_just_started_does_not_serve_moving_slots
            backend.LoginSequence#authAsUser does nothing -> migration.RecordsOutOfReachIT

            // A switch waits for the writes in flight, on every kind of connection, and for a replica.
            backend.NodeConnections#existing omits SharedConnections.addExisting -> migration.CommandsInFlightIT#a_switch_waits_for_a_write_in_flight[1]
            backend.SharedConnections#retain omits List.add -> migration.CommandsInFlightIT#a_switch_waits_for_a_write_in_flight[3]
            backend.PinnedPool#settled omits List.add -> migration.CommandsInFlightIT#a_switch_waits_for_a_write_in_flight[5]
            backend.PinnedConnection#endBlocking does nothing -> migration.CommandsInFlightIT#a_switch_waits_for_a_write_in_flight[7]
            migration.copy.CopyAttempt#askReplica omits ReplyValues.number as 1 -> migration.SlotMoveFailureIT#slots_are_not_switched_before_a_replica_of_the_destination_has_them
            migration.copy.CopyAttempt#requireClaim does nothing -> migration.copy.CopyAttemptIT#an_attempt_whose_claim_was_replaced_deletes_nothing
            migration.copy.CopyAttempt#close omits DirectConnection.close -> migration.copy.CopyAttemptIT#what_an_attempt_deletes_ends_with_it
            migration.copy.Copier#hasBegun returns false -> migration.copy.CopyAttemptIT#left_over_keys_are_deleted_and_copied_ones_are_not
            migration.copy.Copier#deletesLeftOvers returns false -> migration.copy.CopyAttemptIT#slots_with_left_over_keys_are_not_switched
            migration.MigrationContext#maxHoldMillis omits Math.min as 10000 -> migration.SlotMoveFailureIT#commands_are_held_for_no_longer_than_half_of_the_time_limit_for_replies
            migration.copy.CopyAttempt#endFormerAttempts omits String.contains -> migration.SlotMoveFailureIT#connections_of_former_attempts_are_closed

            // A large value stalls nobody.
            migration.copy.Copier#isLittleMissing returns true -> migration.SlotMoveIT#a_large_value_on_its_way_stalls_no_client_and_is_not_collected

            // Keys of slots that have come back are not cleaned up.
            migration.SlotCleanup#slotsAt omits SlotRanges.union -> migration.SlotMoveFailureIT#keys_of_a_slot_that_has_come_back_are_not_cleaned_up

            // Commands of a client take effect in order, and slots that move hold no others.
            session.RouteOrder#permits returns true -> migration.OrderIT#commands_for_one_key_are_executed_in_the_order_they_were_sent

            // Nothing is executed twice, or in part.
            backend.BackendConnection#failAll does nothing -> backend.BackendConnectionTest#an_error_tells_whether_a_command_may_have_been_executed
            forward.FailoverWait#isOn returns false -> forward.FailoverWaitIT#commands_for_slots_that_nobody_serves_wait_until_somebody_does
            transaction.TransactionCheck#isKnown returns true -> transaction.TransactionsIT#a_node_that_refuses_multi_does_not_execute_the_commands_one_by_one
            transaction.TransactionCheck#refusal returns null -> transaction.TransactionsIT#a_node_that_refuses_multi_does_not_execute_the_commands_one_by_one
            transaction.Transactions#isBroken returns false -> transaction.TransactionsIT#a_watch_does_not_survive_the_move_of_its_slot
            transaction.Transactions#execWatched omits Transaction.slot as -1 -> transaction.TransactionsIT#a_transaction_is_in_the_slot_of_the_watched_keys
            transaction.Transactions#isAtPeer returns false -> transaction.TransactionsIT#a_watch_at_a_peer_survives_news_of_who_has_the_slot
            transaction.Transactions#mayExecute omits ClientSession.isIdle as true -> transaction.SplitTransactionIT#a_slot_that_has_got_another_path_waits_for_earlier_commands_on_the_old_one

            // A change of roles loses nothing, and nobody notices.
            topology.RoleChanges#of returns null -> server.RoleHandoverIT#writers_see_no_error_and_lose_nothing[1]
            replication.ReplicationDriver#masterOf returns null -> server.RoleHandoverIT#the_successor_gets_all_acknowledged_writes_before_it_is_master
            replication.ReplicationDriver#isFree returns false -> server.RoleHandoverIT#the_master_of_a_proxy_that_has_left_the_cluster_serves_on
            replication.RoleHandover#awaitNoFollowers omits InfoReport.hasReplica -> replication.ReplicationDriverIT#a_node_that_joins_a_cluster_does_not_take_the_data_of_its_followers

            replication.NodeRoleKeeper#apply omits BooleanSupplier.getAsBoolean as true -> replication.ReplicationDriverIT#a_node_follows_no_other_by_metadata_that_may_be_old
            lease.renewal.LeaseRenewal#promised omits Epoch.isAfter -> server.PartnerLeaseIT#a_proxy_that_starts_with_older_metadata_than_its_partner_gets_no_lease_from_it
            replication.RoleHandover$Takeover#whileLeaseLasts omits TakeoverRule.trustsRefused -> server.PartnerLeaseIT#a_proxy_where_nobody_listens_is_not_waited_for
            replication.RoleHandover$Takeover#followNode omits InfoReport.role -> replication.TakeoverIT#a_replica_catches_up_with_the_node_of_a_proxy_where_nobody_listens

            // A master that restarts serves when nobody has newer data, on no connection before.
            replication.NodeRun#mayServe returns true -> replication.NodeRunTest#a_master_that_restarts_is_outdated_while_its_replica_has_more
            replication.NodeRoleKeeper#countFollowers omits List.size -> server.OtherFollowersIT#a_hot_spare_does_not_acknowledge_in_the_place_of_the_replica
            node.InfoReport#replicaSilentSeconds omits Math.min as 1 -> node.InfoReportTest#reads_a_master_with_its_replicas
            replication.Mastership#of omits Stream.limit -> replication.NodeRunTest#a_copy_has_the_history_and_all_that_was_acknowledged
            replication.Mastership#isKeptBy returns false -> replication.NodeRunTest#a_copy_has_the_history_and_all_that_was_acknowledged
            replication.ClearedRuns#mayServe returns true -> server.RestartedMasterIT#the_replica_keeps_its_data_and_takes_over[1]
            backend.LoginSequence#runNamed omits NodeRuns.mayServe as true -> backend.LoginSequenceTest#waits_for_a_run_that_may_serve_before_it_becomes_a_user
            backend.LoginSequence#runNamed omits Objects.equals as true -> backend.LoginSequenceTest#ends_when_the_role_of_the_node_changes

            // Keys of others are neither served nor deleted.
            tenancy.Verdict#allows returns true -> tenancy.VerdictTest
            tenancy.Mark#isOver returns true -> tenancy.VerdictTest

            // A client that wants so is told that a write is done when a replica has it.
            backend.ReplicaAcks$Node$Answer#problem returns null -> forward.ReplicaAcksIT#a_write_that_the_replica_has_not_got_is_answered_with_an_error_that_says_so[1]
            backend.HeldReply#refused omits ByteBuf.clear -> forward.ReplicaAcksIT#a_write_that_the_replica_has_not_got_is_answered_with_an_error_that_says_so[1]

            // A slot that moves makes no transaction fail.
            forward.Router#routeToOwner omits Command.isWritingScript -> forward.RouterTest#scripts_wait_while_their_node_hands_other_slots_over
            transaction.TransactionSender#isHeld omits Transaction.hasWritingScript -> migration.ScriptMoveIT#scripts_wait_while_their_node_hands_slots_over[2]
            dispatch.Dispatcher#forward omits Command.isWritingScript -> migration.ScriptMoveIT#scripts_wait_while_their_node_hands_slots_over[3]
            forward.Router#holdsWatches returns false -> migration.WatchMoveIT#only_a_change_of_a_watched_key_makes_exec_answer_null
            backend.PinnedPool#areWatched returns false -> migration.WatchMoveIT#only_a_change_of_a_watched_key_makes_exec_answer_null

            // WAIT asks all nodes that the client wrote to.
            session.WrittenNodes#add does nothing -> blocking.ReplicaWaitIT#all_nodes_that_were_written_to_are_asked_and_the_smallest_number_counts[1]

            // Epochs never fall, and metadata for another proxy changes nothing.
            topology.FormerCluster#owner returns null -> forward.ForwardingIT#a_proxy_that_has_left_its_cluster_sends_clients_to_those_that_were_its_peers
            topology.FormerCluster#without omits Set.removeAll -> topology.TopologyStoreTest#a_free_proxy_sends_nobody_to_peers_that_have_left_the_cluster_too
            topology.TopologyStore#isOld returns false -> topology.TopologyStoreTest#rejects_an_older_or_equal_epoch_unless_forced
            topology.TopologyStore#isOld returns true -> topology.TopologyStoreTest#rejects_an_older_or_equal_epoch_unless_forced
            topology.TopologyStore#isMine returns true -> topology.TopologyStoreTest#rejects_what_is_meant_for_another_proxy
            topology.TopologyStore#areMine returns true -> topology.TopologyStoreTest#a_message_with_a_part_for_another_proxy_changes_nothing

            // Scans and scripts.
            gather.ScanStep#tag returns 1 -> gather.ScanModelTest
            gather.KeyFilter#sees returns true -> gather.ScanModelTest
            dispatch.Dispatcher#forward omits Masters.isOneNode as true -> gather.ScriptsIT#a_script_without_keys_reaches_no_key
            backend.SharedConnection#isPatient returns false -> gather.BusyNodeIT#a_slow_command_cuts_nobody

            // Reads from replicas.
            forward.Router#routeToOwner omits Topology.role -> server.ReplicaPortIT#keys_are_redirected_to_the_master_unless_the_client_reads_from_replicas
            forward.Router#routeAtReplica omits Command.has -> server.ReplicaPortIT#a_transaction_reads_from_the_replica_and_does_not_write_there
            forward.Router#route omits Predicate.test as true -> forward.ForwardingIT#a_replica_serves_reads_of_those_who_accept_them_while_it_is_up_to_date
            replication.LagLimits#allow returns true -> replication.LagLimitsTest
            replication.ReplicaLag#isWithin returns true -> replication.ReplicaLagIT#a_replica_beyond_a_limit_is_found_and_comes_back

            // Bounded memory, and a limited number of clients.
            client.ClientMemory#enforce does nothing -> client.ClientMemoryTest
            client.ClientMemory#comesBefore returns false -> client.ClientMemoryTest
            client.ClientMemory#isTight returns false -> client.ClientMemoryTest
            client.ClientMemory#resumeOne does nothing -> client.ClientMemoryTest
            client.Client#isSpared returns false -> client.ClientMemoryTest
            session.ClientSession#mustPause returns false -> client.ClientLimitsIT#output_of_a_slow_reader_is_bounded_without_a_limit
            session.OutputGuard#isExceeded returns false -> session.OutputGuardTest
            client.UndeterminedClients#add does nothing -> client.UndeterminedClientsTest
            client.ClientRegistry#refusal returns null -> server.MaxClientsIT#a_client_gets_the_error_of_redis
            client.ClientRegistry#markInternal does nothing -> server.MaxClientsIT#those_who_operate_the_cluster_take_no_place_of_a_client
            session.ClientSession#refuse omits Client.isInternal -> server.MaxClientsIT#whoever_has_logged_in_to_operate_the_cluster_may_take_its_time
            session.Admission#permits returns true -> server.MaxClientsIT#a_client_gets_the_error_of_redis

            // A busy proxy answers those who operate the cluster, and limits slow down those alone that they are for.
            dispatch.CommandStart#ofName takes Place.CLIENTS for CONTROL -> dispatch.CommandStartTest
            session.Throttle#permits returns true -> client.RateLimitsIT#all_clients_of_a_cluster_share_its_rate
            session.Throttle#handled does nothing -> client.RateLimitsIT#a_user_gets_its_rate_on_all_its_connections_together
            session.Throttle#isOn omits Client.isInternal -> client.RateLimitsIT#what_peers_send_takes_nothing_from_clients
            limit.Meter#isFull returns false -> client.RateLimitsIT#connections_beyond_the_limit_of_a_user_are_refused

            // Rights.
            client.ClientPorts#outsideOf returns null -> server.OutsideClientsIT
            replication.ReplicationUser#hasPasswords returns true -> replication.NodeRunTest#the_user_names_the_run_in_the_form_of_each_version
            client.Guard#refusesControl returns false -> server.SecurityIT#control_commands_need_the_secret
            client.Guard#refuses returns false -> server.SecurityIT#users_may_do_what_their_rules_say

            // Nothing of another installation, nothing round the proxy, no stale read that is not asked for.
            topology.TopologyStore#refusal returns null -> server.NodeMarksIT#peers_and_coordinators_of_another_installation_are_refused
            backend.LoginSequence#introduce does nothing -> backend.LoginSequenceTest#tells_a_peer_the_installation_after_the_proof_and_uses_none_of_another_one
            node.ListedClient#isOfProxy returns true -> node.ListedClientTest#knows_connections_of_proxies_by_name_or_user
            forward.Forwarder#isStaleRead omits SessionFeatures.isEmpty as true -> session.StaleReadsIT#transactions_and_watched_keys_need_the_lease
            forward.Forwarder#isStaleRead returns true -> session.StaleReadsIT#reads_are_answered_and_writes_are_not
            """;

    private static final String SLOW_FAULTS = """
            session.ClientSession#isDue omits CommandHandler.admission -> client.RateLimitsIT#those_who_operate_the_cluster_are_not_limited
            session.SessionMove#arrive omits ChannelPipeline.fireExceptionCaught -> session.FailingHandlerIT#the_first_command_of_a_connection
            session.ClientSession#resume omits ChannelPipeline.fireExceptionCaught -> session.FailingHandlerIT#a_command_that_was_held
            session.ClientSession#isAtItsLoop returns true -> server.BusyLoopsIT#control_commands_are_answered_and_new_clients_wait
            topology.Routing#moving omits Remote.forMoving -> migration.OrderIT#slots_that_stay_are_served_while_others_are_handed_over[2]
            blocking.TakenElements#areTakenBy returns false -> blocking.LeavingClientsIT#take_nothing_with_them[1]
            blocking.ReplicaWait#isSatisfied returns true -> blocking.ReplicaWaitIT
            migration.copy.Copier#forwarded omits DirectConnection.setReading -> migration.SlotMoveIT#a_large_value_on_its_way_stalls_no_client_and_is_not_collected
            blocking.ReplicaWait$Part#isClean returns true -> blocking.ReplicaWaitIT#a_connection_that_was_unblocked_with_an_error_serves_no_other_client
            server.FormerPeers#isElsewhere returns false -> server.FormerPeersIT
            server.Registrar#ensureRegistered omits Optional.ifPresent -> server.RegistrarTest#passes_on_what_the_broker_knows
            migration.copy.CopyAttempt#isAwaited returns true -> migration.copy.CopyAttemptIT#a_late_marker_does_not_keep_a_copy_from_its_end[2]
            migration.copy.CopyAttempt#requireOpen does nothing -> migration.copy.CopyAttemptIT#an_attempt_that_ends_at_once_leaves_no_connections
            backend.FormerOwners#probe does nothing -> forward.FormerOwnerIT#end_when_the_peer_hangs
            replication.RoleHandover$CatchUp#lookLater omits BooleanSupplier.getAsBoolean as true -> replication.TakeoverIT#a_replica_is_no_longer_looked_at_when_it_is_not_to_be_master_any_more
            forward.FailoverWait#isWithinLimit returns true -> forward.FailoverWaitIT#after_the_limit_commands_are_refused_as_without_it
            """;

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void a_test_notices(PlantedFault fault) {
        FaultRun.assertNoticed(fault);
    }

    static Stream<PlantedFault> a_test_notices() {
        return PlantedFault.parseAll(ROOT, FaultRun.isOfAll() ? FAULTS + SLOW_FAULTS : FAULTS);
    }
}
