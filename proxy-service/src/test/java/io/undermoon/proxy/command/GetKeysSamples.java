package io.undermoon.proxy.command;

/** Concrete commands, one per line, whose keys are compared with those that Redis finds. */
final class GetKeysSamples {
    static final String COMMANDS = """
            GET k
            get k
            GET
            GET k k
            SET k v
            SET k v EX 10 GET
            SET k v NX
            SET GET GET
            SETEX k 10 v
            GETEX k PERSIST
            GETDEL k
            GETSET k v
            APPEND k v
            MGET a b c
            MGET a
            MSET a 1 b 2 c 3
            MSET a 1 b
            MSETNX a 1 b 2
            DEL a b
            UNLINK a b c d
            EXISTS a a
            TOUCH a
            EXPIRE k 10 NX
            TYPE k
            DUMP k
            RESTORE k 0 x REPLACE
            RENAME a b
            RENAMENX a b
            COPY a b DB 0 REPLACE
            OBJECT ENCODING k
            OBJECT FREQ k
            OBJECT HELP
            MEMORY USAGE k SAMPLES 5
            MEMORY DOCTOR
            MEMORY
            PING
            PING a
            NOTHING a
            CLIENT ID
            CLIENT NOTHING
            BITCOUNT k 0 1
            BITFIELD k GET u4 0
            BITFIELD k SET u4 0 1
            BITFIELD k INCRBY u4 0 1 GET u4 0
            BITFIELD_RO k GET u4 0
            BITOP AND d a b c
            BITOP NOT d a
            BITPOS k 1
            LPUSH l a b
            LPOP l 2
            LMOVE a b LEFT RIGHT
            RPOPLPUSH a b
            LMPOP 2 a b LEFT COUNT 3
            LMPOP 1 a LEFT
            LMPOP 0 a LEFT
            LMPOP 3 a LEFT
            LMPOP x a LEFT
            BLPOP a b 0
            BRPOPLPUSH a b 1
            BLMOVE a b LEFT RIGHT 0
            BLMPOP 0 2 a b LEFT
            BZPOPMIN a b c 0
            BZMPOP 0 1 a MIN
            LCS a b LEN
            HSET h f v
            HMGET h a b
            HSCAN h 0 COUNT 5
            SADD s a b
            SINTER a b c
            SINTERSTORE d a b
            SINTERCARD 2 a b LIMIT 3
            SDIFF a
            SDIFFSTORE d a
            SUNION a b
            SUNIONSTORE d a b
            SMOVE a b m
            SMISMEMBER s a b
            SPOP s 3
            ZADD z 1 a 2 b
            ZRANGE z 0 -1 WITHSCORES
            ZRANGESTORE d s 0 -1
            ZUNION 2 a b WEIGHTS 1 2
            ZUNION 2 a b WITHSCORES
            ZINTER 1 a
            ZDIFF 3 a b c
            ZDIFFSTORE d 2 a b
            ZUNIONSTORE d 2 a b AGGREGATE MAX
            ZINTERSTORE d 1 a
            ZINTERSTORE d 2 a
            ZINTERSTORE d 0 a
            ZINTERSTORE d -1 a
            ZINTERCARD 2 a b
            ZMPOP 2 a b MAX COUNT 2
            ZMSCORE z a b
            GEOADD g 1 2 m
            GEORADIUS g 1 2 3 m
            GEORADIUS g 1 2 3 m STORE d
            GEORADIUS g 1 2 3 m COUNT 1 STOREDIST d
            GEORADIUS_RO g 1 2 3 m
            GEORADIUSBYMEMBER g m 3 km STORE d
            GEOSEARCH g FROMMEMBER m BYRADIUS 1 km
            GEOSEARCHSTORE d g FROMMEMBER m BYRADIUS 1 km
            PFADD h a b
            PFCOUNT a b
            PFMERGE d a b
            PFMERGE d
            XADD s * f v
            XADD s NOMKSTREAM MAXLEN 5 * f v
            XREAD STREAMS a 0
            XREAD COUNT 5 BLOCK 0 STREAMS a b c 0 0 0
            XREAD COUNT 5 STREAMS
            XREAD STREAMS a b 0
            XREADGROUP GROUP g c STREAMS a b > >
            XREADGROUP GROUP g c COUNT 1 NOACK STREAMS a >
            XGROUP CREATE s g $ MKSTREAM
            XGROUP DELCONSUMER s g c
            XGROUP HELP
            XINFO STREAM s FULL
            XINFO GROUPS s
            XACK s g 1-1
            XCLAIM s g c 0 1-1
            XAUTOCLAIM s g c 0 0
            XPENDING s g
            XSETID s 1-1
            SORT l
            SORT l BY w_* LIMIT 0 5 GET # GET o_* ASC ALPHA STORE d
            SORT l STORE a STORE b
            SORT l STORE
            SORT l LIMIT STORE 5 GET STORE
            SORT_RO l BY nosort
            SORT_RO l BY w_* GET #
            EVAL script 2 a b x y
            EVAL script 0
            EVAL script 0 x
            EVAL script x a
            EVAL script 3 a
            EVAL_RO script 1 a
            EVALSHA sha 1 a x
            EVALSHA_RO sha 1 a
            FCALL f 2 a b
            FCALL_RO f 0
            SPUBLISH c m
            PUBLISH c m
            WATCH a b
            MULTI
            KEYS *
            SCAN 0
            SUBSCRIBE c
            SSUBSCRIBE c
            """;

    private GetKeysSamples() {}
}
