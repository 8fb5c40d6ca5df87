package io.undermoon.proxy.session;

import io.undermoon.proxy.command.CommandTable;
import io.undermoon.proxy.control.ClientRegistry;
import io.undermoon.proxy.control.LocalCommands;
import io.undermoon.proxy.control.SlowLog;
import io.undermoon.proxy.topology.TopologyStore;

/** What sessions of all loops share. Every part is thread-safe. */
public record SessionServices(
        CommandTable commands,
        TopologyStore topology,
        LocalCommands localCommands,
        ClientRegistry clients,
        SlowLog slowLog,
        SessionSettings settings) {}
