package io.undermoon.dev.imports.engine;

/**
 * What a cut-over is asked to do.
 *
 * @param id tells it from others
 * @param holdMillis for how long writers of the source may be held
 * @param waitSeconds for how long it may wait until all has been copied
 * @param leaveWritable whether the source goes on taking writes afterwards
 * @param writersStopped whether nobody writes to the source any more, so that nobody needs to be held
 */
public record CutOverRequest(
        String id, int holdMillis, int waitSeconds, boolean leaveWritable, boolean writersStopped) {
    /** The text in the record of the import. */
    @Override
    public String toString() {
        return id + " " + holdMillis + " " + waitSeconds + " " + leaveWritable + " " + writersStopped;
    }

    /** Reads the text of {@link #toString}. */
    public static CutOverRequest parse(String text) {
        String[] words = text.split(" ", -1);
        return new CutOverRequest(
                words[0],
                Integer.parseInt(words[1]),
                Integer.parseInt(words[2]),
                Boolean.parseBoolean(words[3]),
                Boolean.parseBoolean(words[4]));
    }
}
