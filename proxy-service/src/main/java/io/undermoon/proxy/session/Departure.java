package io.undermoon.proxy.session;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.client.Refusal;
import org.jspecify.annotations.Nullable;

/**
 * What goes along with a client to another event loop.
 *
 * @param loops to which it may go
 * @param input what has not been handled; the one who takes the client over takes over its release
 * @param inputEnded whether the client sends no more
 * @param closing whether no more commands are handled
 * @param refusal as long as it is not known whether it is for this client
 * @param end is run on the loop that the client has left, if the connection is closed on the way
 */
record Departure(
        Client client,
        SessionLoops loops,
        ByteBuf input,
        boolean inputEnded,
        boolean closing,
        @Nullable Refusal refusal,
        Runnable end) {}
