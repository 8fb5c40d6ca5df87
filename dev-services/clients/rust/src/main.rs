//! redis-rs (https://github.com/redis-rs/redis-rs) as a cluster client: cargo run --bin redis-rs -- 127.0.0.1:5299

mod suite;

use std::collections::HashSet;
use std::time::Duration;

use redis::cluster::ClusterClientBuilder;
use redis::cluster_async::ClusterConnection;
use redis::cluster_read_routing::RandomReplicaStrategy;
use redis::cluster_routing::{Route, RoutingInfo, SingleNodeRoutingInfo, SlotAddr};
use redis::{AsyncCommands, Direction, FromRedisValue, Script, ServerErrorKind, cmd, pipe};
use suite::{Load, Outcome, eventually, expect, report};
use tokio::time::{sleep, timeout};

const PREFIX: &str = "redis-rs:";
const KEYS: usize = 5000;
const SWAP: &str = "local old = redis.call('GET', KEYS[1]); redis.call('SET', KEYS[1], ARGV[1]); return old";

#[tokio::main]
async fn main() -> Outcome {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(seeds) = arguments.first() else {
        return Err("usage: redis-rs <host>:<port>[,<host>:<port>...] [load]".into());
    };
    let program = Program::connect(seeds.split(',').map(|seed| format!("redis://{seed}/?protocol=resp3"))).await?;
    let mut passed = program.run_checks().await;
    if arguments.get(1).is_some_and(|mode| mode == "load") {
        passed &= program.load().run_until_input_ends().await;
        passed &= program.run_checks().await;
    }
    std::process::exit(if passed { 0 } else { 1 });
}

/// A connection is cheap to clone; all clones share the connections to the nodes.
struct Program {
    urls: Vec<String>,
    redis: ClusterConnection,
    reader: ClusterConnection,
    /// Of its own, as whoever shares a connection waits with a blocking command.
    consumer: ClusterConnection,
}

fn builder(urls: &[String]) -> ClusterClientBuilder {
    // The default, 500 ms, is short for blocking commands and for a machine that runs all nodes and the tests.
    ClusterClientBuilder::new(urls.iter().map(String::as_str)).response_timeout(Duration::from_secs(10))
}

fn key(number: usize) -> String {
    format!("{PREFIX}{number}")
}

fn name(suffix: &str) -> String {
    format!("{PREFIX}{suffix}")
}

impl Program {
    async fn connect(urls: impl Iterator<Item = String>) -> Outcome<Program> {
        let urls: Vec<String> = urls.collect();
        let reader = builder(&urls).read_routing_strategy(RandomReplicaStrategy).build()?;
        Ok(Program {
            redis: builder(&urls).build()?.get_async_connection().await?,
            reader: reader.get_async_connection().await?,
            consumer: builder(&urls).build()?.get_async_connection().await?,
            urls,
        })
    }

    async fn run_checks(&self) -> bool {
        [
            report("pipeline_writes", self.pipeline_writes().await),
            report("scan_finds_every_key", self.scan_finds_every_key().await),
            report("keys_finds_every_key", self.keys_finds_every_key().await),
            report("dbsize_counts_every_key", self.dbsize_counts_every_key().await),
            report("script_runs_on_every_shard", self.script_runs_on_every_shard().await),
            report(
                "function_runs_on_every_shard",
                self.function_runs_on_every_shard().await,
            ),
            report("replicas_serve_reads", self.replicas_serve_reads().await),
            report("published_message_arrives", self.published_message_arrives(false).await),
            report("sharded_message_arrives", self.published_message_arrives(true).await),
            report("blocking_pop_waits", self.blocking_pop_waits().await),
            report("transaction_is_executed", self.transaction_is_executed().await),
            report("delete_removes_every_key", self.delete_removes_every_key().await),
        ]
        .into_iter()
        .all(|passed| passed)
    }

    async fn pipeline_writes(&self) -> Outcome {
        // A pipeline goes to one node as a whole. Commands that are awaited together go to each node its own.
        let mut redis = self.redis.clone();
        let writes = (0..KEYS).map(|number| {
            let mut redis = redis.clone();
            tokio::spawn(async move { redis.set::<_, _, ()>(key(number), key(number)).await })
        });
        for write in writes.collect::<Vec<_>>() {
            write.await??;
        }
        let mut pipeline = pipe();
        for number in 0..100 {
            pipeline.set(name(&format!("{{pipeline}}{number}")), number).ignore();
        }
        Ok(pipeline.exec_async(&mut redis).await?)
    }

    async fn scan_finds_every_key(&self) -> Outcome {
        let mut redis = self.redis.clone();
        let mut found = HashSet::new();
        for slot in self.a_slot_of_every_master().await? {
            let master =
                RoutingInfo::SingleNode(SingleNodeRoutingInfo::SpecificNode(Route::new(slot, SlotAddr::Master)));
            let mut cursor = "0".to_string();
            loop {
                let mut scan = cmd("SCAN");
                scan.arg(&cursor).arg("MATCH").arg(name("*")).arg("COUNT").arg(1000);
                let reply = redis.route_command(scan, master.clone()).await?;
                let (next, keys): (String, Vec<String>) = FromRedisValue::from_redis_value(reply)?;
                found.extend(keys);
                cursor = next;
                if cursor == "0" {
                    break;
                }
            }
        }
        expect((0..KEYS).filter(|number| found.contains(&key(*number))).count(), KEYS)
    }

    /// The first slot of one range of each master, by `CLUSTER SLOTS`.
    async fn a_slot_of_every_master(&self) -> Outcome<Vec<u16>> {
        type Node = (String, u16, String, redis::Value);
        let mut redis = self.redis.clone();
        let shards: Vec<Vec<redis::Value>> = cmd("CLUSTER").arg("SLOTS").query_async(&mut redis).await?;
        let mut seen = HashSet::new();
        let mut slots = Vec::new();
        for shard in shards {
            let slot = u16::from_redis_value(shard[0].clone())?;
            let (host, port, ..): Node = FromRedisValue::from_redis_value(shard[2].clone())?;
            if seen.insert((host, port)) {
                slots.push(slot);
            }
        }
        Ok(slots)
    }

    async fn keys_finds_every_key(&self) -> Outcome {
        let found: HashSet<String> = self.redis.clone().keys(name("*")).await?;
        expect((0..KEYS).filter(|number| found.contains(&key(*number))).count(), KEYS)
    }

    async fn dbsize_counts_every_key(&self) -> Outcome {
        let size: usize = cmd("DBSIZE").query_async(&mut self.redis.clone()).await?;
        expect(size.min(KEYS), KEYS)
    }

    async fn script_runs_on_every_shard(&self) -> Outcome {
        let mut redis = self.redis.clone();
        let code = "return redis.call('GET', KEYS[1])";
        let digest: String = cmd("SCRIPT").arg("LOAD").arg(code).query_async(&mut redis).await?;
        for number in 0..200 {
            let value = cmd("EVALSHA")
                .arg(&digest)
                .arg(1)
                .arg(key(number))
                .query_async(&mut redis)
                .await?;
            expect(key(number), value)?;
        }
        Ok(())
    }

    async fn function_runs_on_every_shard(&self) -> Outcome {
        let mut redis = self.redis.clone();
        let code =
            "redis.register_function{function_name='redis_rs_get', flags={'no-writes'}, callback=function(keys) ";
        let library = format!("#!lua name=redis_rs\n{code}return redis.call('GET', keys[1]) end}}");
        cmd("FUNCTION")
            .arg("LOAD")
            .arg("REPLACE")
            .arg(library)
            .exec_async(&mut redis)
            .await?;
        for number in 0..200 {
            let value = cmd("FCALL")
                .arg("redis_rs_get")
                .arg(1)
                .arg(key(number))
                .query_async(&mut redis)
                .await?;
            expect(key(number), value)?;
        }
        Ok(())
    }

    async fn replicas_serve_reads(&self) -> Outcome {
        let mut reader = self.reader.clone();
        for number in 0..1000 {
            eventually(async || reader.get(key(number)).await == Ok(Some(key(number)))).await?;
        }
        Ok(())
    }

    async fn published_message_arrives(&self, sharded: bool) -> Outcome {
        let (sender, mut messages) = tokio::sync::mpsc::unbounded_channel();
        let client = builder(&self.urls).push_sender(sender).build()?;
        let mut subscriber = client.get_async_connection().await?;
        let mut redis = self.redis.clone();
        if sharded {
            subscriber.ssubscribe(name("channel")).await?;
            redis.spublish::<_, _, ()>(name("channel"), "hello").await?;
        } else {
            subscriber.subscribe(name("channel")).await?;
            redis.publish::<_, _, ()>(name("channel"), "hello").await?;
        }
        loop {
            let pushed = timeout(Duration::from_secs(10), messages.recv())
                .await?
                .ok_or("the connection is closed")?;
            if let Some(message) = redis::Msg::from_push_info(pushed) {
                return expect(message.get_payload::<String>()?, "hello".to_string());
            }
        }
    }

    async fn blocking_pop_waits(&self) -> Outcome {
        let mut redis = self.redis.clone();
        tokio::spawn(async move {
            sleep(Duration::from_millis(100)).await;
            redis.rpush::<_, _, ()>(name("list"), "element").await
        });
        let popped: (String, String) = self.consumer.clone().blpop(name("list"), 10.0).await?;
        expect(popped, (name("list"), "element".to_string()))
    }

    async fn transaction_is_executed(&self) -> Outcome {
        let mut transaction = pipe();
        transaction
            .atomic()
            .set(name("{t}1"), "one")
            .ignore()
            .set(name("{t}2"), "two")
            .ignore()
            .get(name("{t}1"));
        let results: Vec<String> = transaction.query_async(&mut self.redis.clone()).await?;
        expect(results, vec!["one".to_string()])
    }

    async fn delete_removes_every_key(&self) -> Outcome {
        // The count that DEL returns may be too small: if a node was away, all of it is sent again to all nodes.
        let mut redis = self.redis.clone();
        redis.del::<_, ()>((0..KEYS).map(key).collect::<Vec<_>>()).await?;
        let left: usize = redis.exists((0..KEYS).map(key).collect::<Vec<_>>()).await?;
        expect(left, 0)
    }

    fn load(&self) -> Load {
        let mut load = Load::default();
        let redis = self.redis.clone();
        load.start(PREFIX, "set_and_get", move |key, number| {
            let mut redis = redis.clone();
            async move {
                let found: Option<u64> = redis.get(&key).await?;
                redis.set::<_, _, ()>(&key, number).await?;
                Ok(found.unwrap_or(0))
            }
        });
        let redis = self.redis.clone();
        load.start(PREFIX, "pipeline", move |key, number| {
            let mut redis = redis.clone();
            async move {
                let mut pipeline = pipe();
                for part in 0..10 {
                    let key = format!("{{{key}}}:{part}");
                    pipeline.get(&key).set(&key, number).ignore();
                }
                let found: Vec<Option<u64>> = pipeline.query_async(&mut redis).await?;
                Ok(found.into_iter().map(|found| found.unwrap_or(0)).min().unwrap_or(0))
            }
        });
        let redis = self.redis.clone();
        load.start(PREFIX, "transaction", move |key, number| {
            let mut redis = redis.clone();
            async move {
                let mut transaction = pipe();
                transaction.atomic().get(&key).set(&key, number).ignore();
                let mut attempts = 60;
                loop {
                    attempts -= 1;
                    match transaction.query_async::<Vec<Option<u64>>>(&mut redis).await {
                        // redis-rs does not follow the redirection of a transaction. Nothing of it was executed. A
                        // command that is redirected makes redis-rs look, in the background, where the slot is now.
                        Err(error) if error.kind() == ServerErrorKind::ExecAbort.into() && attempts > 0 => {
                            redis.exists::<_, ()>(&key).await?;
                            sleep(Duration::from_millis(50)).await;
                        }
                        result => return Ok(result?[0].unwrap_or(0)),
                    }
                }
            }
        });
        let redis = self.redis.clone();
        load.start(PREFIX, "script", move |key, number| {
            let mut redis = redis.clone();
            async move {
                let found: Option<u64> = Script::new(SWAP).key(&key).arg(number).invoke_async(&mut redis).await?;
                Ok(found.unwrap_or(0))
            }
        });
        let (redis, consumer) = (self.redis.clone(), self.consumer.clone());
        load.start(PREFIX, "blocking", move |key, number| {
            let (mut redis, mut consumer) = (redis.clone(), consumer.clone());
            async move {
                redis.rpush::<_, _, ()>(&key, number).await?;
                let into = format!("{{{key}}}:moved");
                let moved: Option<u64> = consumer
                    .blmove(&key, &into, Direction::Left, Direction::Left, 5.0)
                    .await?;
                // A library that has lost its connection sends the command again; the one before may have been executed.
                if moved.is_none() && redis.lindex::<_, Option<u64>>(&into, 0).await? == Some(number) {
                    return Ok(number);
                }
                Ok(moved.unwrap_or(0))
            }
        });
        let reader = self.reader.clone();
        load.start(PREFIX, "replica_read", move |key, number| {
            let mut reader = reader.clone();
            async move {
                reader.get::<_, Option<u64>>(&key).await?;
                Ok(number)
            }
        });
        load
    }
}
