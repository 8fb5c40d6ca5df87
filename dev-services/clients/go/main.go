// go-redis (https://github.com/redis/go-redis) as a cluster client: go run . 127.0.0.1:5299
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	prefix   = "go-redis:"
	keyCount = 5000
)

var (
	ctx        = context.Background()
	client     *redis.ClusterClient
	reader     *redis.ClusterClient
	swapScript = redis.NewScript(
		"local old = redis.call('GET', KEYS[1]); redis.call('SET', KEYS[1], ARGV[1]); return old")
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintf(os.Stderr, "usage: %s <host>:<port>[,<host>:<port>...] [load]\n", os.Args[0])
		os.Exit(1)
	}
	seeds := strings.Split(os.Args[1], ",")
	options := redis.ClusterOptions{
		Addrs: seeds,
		// A node that has died is called until the next look at the cluster, by default once a minute.
		ClusterStateReloadInterval: 5 * time.Second,
	}
	client = redis.NewClusterClient(&options)
	readerOptions := options
	readerOptions.RouteRandomly = true
	reader = redis.NewClusterClient(&readerOptions)
	runSuite(prefix, []check{
		{"pipeline_writes", pipelineWrites},
		{"scan_finds_every_key", scanFindsEveryKey},
		{"keys_finds_every_key", keysFindsEveryKey},
		{"dbsize_counts_every_key", dbsizeCountsEveryKey},
		{"script_runs_on_every_shard", scriptRunsOnEveryShard},
		{"function_runs_on_every_shard", functionRunsOnEveryShard},
		{"replicas_serve_reads", replicasServeReads},
		{"published_message_arrives", publishedMessageArrives},
		{"sharded_message_arrives", shardedMessageArrives},
		{"blocking_pop_waits", blockingPopWaits},
		{"transaction_is_executed", transactionIsExecuted},
		{"transaction_is_aborted_when_a_watched_key_changes", transactionIsAborted},
		{"delete_removes_every_key", deleteRemovesEveryKey},
	}, []step{
		{"set_and_get", setAndGet},
		{"pipeline", pipeline},
		{"transaction", transaction},
		{"script", script},
		{"blocking", blocking},
		{"replica_read", replicaRead},
	})
}

func key(number int) string {
	return prefix + strconv.Itoa(number)
}

func pipelineWrites() error {
	_, err := client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for number := range keyCount {
			pipe.Set(ctx, key(number), key(number), 0)
		}
		return nil
	})
	return err
}

func scanFindsEveryKey() error {
	return findsEveryKey(func(ctx context.Context, node *redis.Client, found func(string)) error {
		keys := node.Scan(ctx, 0, prefix+"*", 1000).Iterator()
		for keys.Next(ctx) {
			found(keys.Val())
		}
		return keys.Err()
	})
}

func keysFindsEveryKey() error {
	return findsEveryKey(func(ctx context.Context, node *redis.Client, found func(string)) error {
		keys, err := node.Keys(ctx, prefix+"*").Result()
		for _, key := range keys {
			found(key)
		}
		return err
	})
}

// Asks every master; commands without a key go to one of them otherwise.
func findsEveryKey(search func(context.Context, *redis.Client, func(string)) error) error {
	var found sync.Map
	err := client.ForEachMaster(ctx, func(ctx context.Context, node *redis.Client) error {
		return search(ctx, node, func(key string) { found.Store(key, true) })
	})
	known := 0
	for number := range keyCount {
		if _, is := found.Load(key(number)); is {
			known++
		}
	}
	return errors.Join(err, expect(known, keyCount))
}

func dbsizeCountsEveryKey() error {
	size, err := client.DBSize(ctx).Result()
	return errors.Join(err, expect(min(size, keyCount), keyCount))
}

func scriptRunsOnEveryShard() error {
	digest, err := client.ScriptLoad(ctx, "return redis.call('GET', KEYS[1])").Result()
	for number := 0; number < 200 && err == nil; number++ {
		var value any
		value, err = client.EvalSha(ctx, digest, []string{key(number)}).Result()
		err = errors.Join(err, expect(value, any(key(number))))
	}
	return err
}

func functionRunsOnEveryShard() error {
	code := "redis.register_function{function_name='go_redis_get', flags={'no-writes'}, callback="
	library := "#!lua name=go_redis\n" + code + "function(keys) return redis.call('GET', keys[1]) end}"
	err := client.ForEachMaster(ctx, func(ctx context.Context, node *redis.Client) error {
		return node.FunctionLoadReplace(ctx, library).Err()
	})
	for number := 0; number < 200 && err == nil; number++ {
		var value any
		value, err = client.FCall(ctx, "go_redis_get", []string{key(number)}).Result()
		err = errors.Join(err, expect(value, any(key(number))))
	}
	return err
}

func replicasServeReads() error {
	for number := range 1000 {
		if err := eventually(func() bool { return reader.Get(ctx, key(number)).Val() == key(number) }); err != nil {
			return err
		}
	}
	return nil
}

func publishedMessageArrives() error {
	subscription := client.Subscribe(ctx, prefix+"channel")
	defer subscription.Close()
	return arrives(subscription, client.Publish)
}

func shardedMessageArrives() error {
	subscription := client.SSubscribe(ctx, prefix+"channel")
	defer subscription.Close()
	return arrives(subscription, client.SPublish)
}

func arrives(subscription *redis.PubSub, publish func(context.Context, string, any) *redis.IntCmd) error {
	if _, err := subscription.ReceiveTimeout(ctx, 10*time.Second); err != nil {
		return err
	}
	if err := publish(ctx, prefix+"channel", "hello").Err(); err != nil {
		return err
	}
	received, err := subscription.ReceiveTimeout(ctx, 10*time.Second)
	if err != nil {
		return err
	}
	return expect(received.(*redis.Message).Payload, "hello")
}

func blockingPopWaits() error {
	time.AfterFunc(100*time.Millisecond, func() { client.RPush(ctx, prefix+"list", "element") })
	popped, err := client.BLPop(ctx, 10*time.Second, prefix+"list").Result()
	return errors.Join(err, expect(fmt.Sprint(popped), "["+prefix+"list element]"))
}

func transactionIsExecuted() error {
	var got *redis.StringCmd
	_, err := client.TxPipelined(ctx, func(pipe redis.Pipeliner) error {
		pipe.Set(ctx, prefix+"{t}1", "one", 0)
		pipe.Set(ctx, prefix+"{t}2", "two", 0)
		got = pipe.Get(ctx, prefix+"{t}1")
		return nil
	})
	return errors.Join(err, expect(got.Val(), "one"))
}

func transactionIsAborted() error {
	err := client.Watch(ctx, func(tx *redis.Tx) error {
		client.Set(ctx, prefix+"{t}1", "changed", 0)
		_, err := tx.TxPipelined(ctx, func(pipe redis.Pipeliner) error {
			return pipe.Set(ctx, prefix+"{t}1", "lost", 0).Err()
		})
		return err
	}, prefix+"{t}1")
	return errors.Join(expect(errors.Is(err, redis.TxFailedErr), true), expect(client.Get(ctx, prefix+"{t}1").Val(), "changed"))
}

func deleteRemovesEveryKey() error {
	removed, err := client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for number := range keyCount {
			pipe.Del(ctx, key(number))
		}
		return nil
	})
	var count int64
	for _, reply := range removed {
		count += reply.(*redis.IntCmd).Val()
	}
	return errors.Join(err, expect(count, keyCount))
}

func setAndGet(key string, number int) (int, error) {
	found, err := numberIn(client.Get(ctx, key))
	if err != nil {
		return 0, err
	}
	return found, client.Set(ctx, key, number, 0).Err()
}

func pipeline(key string, number int) (int, error) {
	commands, err := client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for part := range 10 {
			pipe.SetArgs(ctx, key+":"+strconv.Itoa(part), number, redis.SetArgs{Get: true})
		}
		return nil
	})
	if err != nil && !errors.Is(err, redis.Nil) {
		return 0, err
	}
	least := number
	for _, command := range commands {
		found, err := numberIn(command.(*redis.StatusCmd))
		if err != nil {
			return 0, err
		}
		least = min(least, found)
	}
	return least, nil
}

func transaction(key string, number int) (int, error) {
	var found *redis.StringCmd
	_, err := client.TxPipelined(ctx, func(pipe redis.Pipeliner) error {
		found = pipe.Get(ctx, key)
		pipe.Set(ctx, key, number, 0)
		return nil
	})
	if err != nil && !errors.Is(err, redis.Nil) {
		return 0, err
	}
	return numberIn(found)
}

func script(key string, number int) (int, error) {
	return numberIn(swapScript.Run(ctx, client, []string{key}, number))
}

func blocking(key string, number int) (int, error) {
	if err := client.RPush(ctx, key, number).Err(); err != nil {
		return 0, err
	}
	into := "{" + key + "}:moved"
	moved, err := client.BLMove(ctx, key, into, "LEFT", "LEFT", 5*time.Second).Int()
	if !errors.Is(err, redis.Nil) {
		return moved, err
	}
	// A library that has lost its connection sends the command again; the one before may have been executed.
	moved, err = client.LIndex(ctx, into, 0).Int()
	if errors.Is(err, redis.Nil) || moved != number {
		return 0, nil
	}
	return moved, err
}

func replicaRead(key string, number int) (int, error) {
	_, err := numberIn(reader.Get(ctx, key))
	return number, err
}

// The number that a command returned; 0 when there was none.
func numberIn[V any, C interface{ Result() (V, error) }](command C) (int, error) {
	value, err := command.Result()
	if errors.Is(err, redis.Nil) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(fmt.Sprint(value))
}
