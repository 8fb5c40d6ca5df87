package io.undermoon.proxy.session;

/** On which kind of event loop the next command of a session belongs. */
public enum Place {
    /** Too little of the command has arrived to tell. */
    UNKNOWN,
    /** Where the session is: it is a login, which says who will send the commands that follow. */
    ANY,
    /** On the loop for those who operate the cluster. */
    CONTROL,
    /** On a loop that serves clients. */
    CLIENTS
}
