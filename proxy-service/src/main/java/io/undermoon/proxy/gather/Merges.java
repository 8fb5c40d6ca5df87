package io.undermoon.proxy.gather;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.frame.ProtocolException;
import io.undermoon.resp.RespWriter;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The ways to merge several replies into one. */
public final class Merges {
    private Merges() {}

    /** The first: all replies say the same. */
    public static void first(Gather replies, ByteBuf out) {
        ByteBuf reply = replies.reply(0);
        out.writeBytes(reply, reply.readerIndex(), reply.readableBytes());
    }

    /** The sum of integers. */
    public static void sum(Gather replies, ByteBuf out) {
        long sum = 0;
        for (int i = 0; i < replies.size(); i++) {
            sum += new ReplyCursor(replies.reply(i)).integer();
        }
        RespWriter.integer(out, sum);
    }

    /** Of arrays of names and their numbers, the same names in the same order in each: the sum for each name. */
    public static void sumOfEach(Gather replies, ByteBuf out) {
        ReplyCursor[] cursors = new ReplyCursor[replies.size()];
        int size = -1;
        for (int i = 0; i < cursors.length; i++) {
            cursors[i] = new ReplyCursor(replies.reply(i));
            int sizeOfThis = cursors[i].array();
            if (i > 0 && sizeOfThis != size) {
                throw new ProtocolException("arrays of different sizes");
            }
            size = sizeOfThis;
        }
        RespWriter.array(out, size);
        for (int pair = 0; pair < size / 2; pair++) {
            long sum = 0;
            for (ReplyCursor cursor : cursors) {
                cursor.string();
                sum += cursor.integer();
            }
            RespWriter.bulk(out, cursors[0].buffer(), cursors[0].stringStart(), cursors[0].stringLength());
            RespWriter.integer(out, sum);
        }
    }

    /** Of arrays of names: each name once. */
    public static void union(Gather replies, ByteBuf out) {
        Set<ByteBuf> names = new LinkedHashSet<>();
        for (int i = 0; i < replies.size(); i++) {
            ReplyCursor cursor = new ReplyCursor(replies.reply(i));
            for (int left = cursor.array(); left > 0; left--) {
                cursor.string();
                names.add(cursor.buffer().slice(cursor.stringStart(), cursor.stringLength()));
            }
        }
        RespWriter.array(out, names.size());
        for (ByteBuf name : names) {
            RespWriter.bulk(out, name, name.readerIndex(), name.readableBytes());
        }
    }

    /** Of arrays of integers, all of one size, the least at each place: what is 1 everywhere is 1. */
    public static void least(Gather replies, ByteBuf out) {
        long[] least = new long[new ReplyCursor(replies.reply(0)).array()];
        Arrays.fill(least, Long.MAX_VALUE);
        for (int i = 0; i < replies.size(); i++) {
            ReplyCursor cursor = new ReplyCursor(replies.reply(i));
            if (cursor.array() != least.length) {
                throw new ProtocolException("arrays of different sizes");
            }
            for (int j = 0; j < least.length; j++) {
                least[j] = Math.min(least[j], cursor.integer());
            }
        }
        RespWriter.array(out, least.length);
        for (long value : least) {
            RespWriter.integer(out, value);
        }
    }

    /**
     * The keys of arrays of keys.
     *
     * @param filters what is to be seen of each reply
     */
    public static Gather.Merge keys(List<KeyFilter> filters) {
        return (replies, out) -> {
            int seen = 0;
            for (int i = 0; i < replies.size(); i++) {
                ReplyCursor cursor = new ReplyCursor(replies.reply(i));
                seen += filters.get(i).count(cursor, cursor.array());
            }
            RespWriter.array(out, seen);
            for (int i = 0; i < replies.size(); i++) {
                ReplyCursor cursor = new ReplyCursor(replies.reply(i));
                filters.get(i).copy(cursor, cursor.array(), out);
            }
        };
    }

    /**
     * The elements of arrays, each at its own place.
     *
     * @param places for each reply in turn the places of its elements, all in one array
     */
    public static Gather.Merge placed(int[] places) {
        return (replies, out) -> {
            Places elements = new Places(places, places.length);
            for (int i = 0; i < replies.size(); i++) {
                ReplyCursor cursor = new ReplyCursor(replies.reply(i));
                for (int left = cursor.array(); left > 0; left--) {
                    elements.put(cursor);
                }
            }
            elements.write(out);
        };
    }

    /**
     * The elements of arrays of known sizes, each at its own place. An error in the place of an array stands for each
     * of its elements. Of several elements with the same place an error counts first, integers are added, and of others
     * the first stands for all.
     *
     * @param places as for {@link #placed}
     * @param sizes of the arrays
     * @param size of the array that is made of them
     */
    public static Gather.Merge placedOrErrors(int[] places, int[] sizes, int size) {
        return (replies, out) -> {
            Places elements = new Places(places, size);
            for (int i = 0; i < replies.size(); i++) {
                ReplyCursor cursor = new ReplyCursor(replies.reply(i));
                boolean isError = cursor.isError();
                if (!isError && cursor.array() != sizes[i]) {
                    throw new ProtocolException("not an array of " + sizes[i]);
                }
                for (int left = sizes[i]; left > 0; left--) {
                    elements.put(isError ? cursor.fork() : cursor);
                }
            }
            elements.write(out);
        };
    }

    /** Where the elements of an array are that comes from several replies. */
    private static final class Places {
        private final int[] places;
        private final @Nullable ByteBuf[] sources;
        private final int[] starts;
        private final int[] ends;
        private int next;

        Places(int[] places, int size) {
            this.places = places;
            sources = new ByteBuf[size];
            starts = new int[size];
            ends = new int[size];
        }

        /** Puts the value that comes next, and passes it. */
        void put(ReplyCursor cursor) {
            if (next == places.length) {
                throw new ProtocolException("too many elements");
            }
            int place = places[next++];
            int start = cursor.index();
            ByteBuf before = sources[place];
            cursor.skip();
            if (before == null) {
                put(place, cursor.buffer(), start, cursor.index());
            } else if (cursor.buffer().getByte(start) == '-') {
                put(place, cursor.buffer(), start, cursor.index());
            } else if (before.getByte(starts[place]) == ':') {
                ByteBuf sum = Unpooled.buffer();
                RespWriter.integer(sum, integer(before, starts[place]) + integer(cursor.buffer(), start));
                put(place, sum, 0, sum.writerIndex());
            }
        }

        private void put(int place, ByteBuf source, int start, int end) {
            sources[place] = source;
            starts[place] = start;
            ends[place] = end;
        }

        private static long integer(ByteBuf in, int start) {
            return new ReplyCursor(in.slice(start, in.writerIndex() - start)).integer();
        }

        void write(ByteBuf out) {
            RespWriter.array(out, sources.length);
            for (int place = 0; place < sources.length; place++) {
                ByteBuf source = sources[place];
                if (source == null) {
                    throw new ProtocolException("too few elements");
                }
                out.writeBytes(source, starts[place], ends[place] - starts[place]);
            }
        }
    }
}
