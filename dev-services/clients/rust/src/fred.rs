//! fred (https://github.com/aembke/fred.rs) as a cluster client: cargo run --bin fred -- 127.0.0.1:5299

mod suite;

use std::collections::HashSet;
use std::time::Duration;

use fred::clients::SubscriberClient;
use fred::prelude::*;
use fred::types::config::UnresponsiveConfig;
use fred::types::lists::LMoveDirection;
use futures_util::TryStreamExt;
use suite::{Load, Outcome, eventually, expect, report};
use tokio::time::{sleep, timeout};

const PREFIX: &str = "fred:";
const KEYS: usize = 5000;
const SWAP: &str = "local old = redis.call('GET', KEYS[1]); redis.call('SET', KEYS[1], ARGV[1]); return old";

#[tokio::main]
async fn main() -> Outcome {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(seeds) = arguments.first() else {
        return Err("usage: fred <host>:<port>[,<host>:<port>...] [load]".into());
    };
    let program = Program::connect(seeds).await?;
    let mut passed = program.run_checks().await;
    if arguments.get(1).is_some_and(|mode| mode == "load") {
        passed &= program.load().run_until_input_ends().await;
        passed &= program.run_checks().await;
    }
    std::process::exit(if passed { 0 } else { 1 });
}

struct Program {
    redis: Client,
    /// Of its own, as whoever shares a connection waits with a blocking command.
    consumer: Client,
    subscriber: SubscriberClient,
}

fn builder(seeds: &str) -> Outcome<Builder> {
    let mut hosts = Vec::new();
    for seed in seeds.split(',') {
        let (host, port) = seed.rsplit_once(':').ok_or("a seed is <host>:<port>")?;
        hosts.push((host.to_string(), port.parse()?));
    }
    let config = Config {
        server: ServerConfig::new_clustered(hosts),
        ..Default::default()
    };
    let mut builder = Builder::from_config(config);
    // Without a policy a client does not connect again. By default it waits for a reply without end.
    builder.set_policy(ReconnectPolicy::new_constant(0, 100));
    builder.with_connection_config(|connection| {
        // The defaults, 3 and 5, are used up while the topology changes: without a connection it tries again at once.
        connection.max_command_attempts = 10_000;
        connection.max_redirections = 20;
        connection.unresponsive = UnresponsiveConfig {
            max_timeout: Some(Duration::from_secs(10)),
            interval: Duration::from_secs(1),
        };
    });
    Ok(builder)
}

fn key(number: usize) -> String {
    format!("{PREFIX}{number}")
}

fn name(suffix: &str) -> String {
    format!("{PREFIX}{suffix}")
}

impl Program {
    async fn connect(seeds: &str) -> Outcome<Program> {
        let builder = builder(seeds)?;
        let program = Program {
            redis: builder.build()?,
            consumer: builder.build()?,
            subscriber: builder.build_subscriber_client()?,
        };
        program.redis.init().await?;
        program.consumer.init().await?;
        program.subscriber.init().await?;
        program.subscriber.manage_subscriptions();
        Ok(program)
    }

    async fn run_checks(&self) -> bool {
        [
            report("pipeline_writes", self.pipeline_writes().await),
            report("scan_finds_every_key", self.scan_finds_every_key().await),
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
        let pipeline = self.redis.pipeline();
        for number in 0..KEYS {
            let _: () = pipeline.set(key(number), key(number), None, None, false).await?;
        }
        let replies: Vec<String> = pipeline.all().await?;
        expect(replies.len(), KEYS)
    }

    async fn scan_finds_every_key(&self) -> Outcome {
        let scanned: Vec<Key> = self
            .redis
            .scan_cluster_buffered(name("*"), Some(1000), None)
            .try_collect()
            .await?;
        let found: HashSet<String> = scanned.into_iter().filter_map(Key::into_string).collect();
        expect((0..KEYS).filter(|number| found.contains(&key(*number))).count(), KEYS)
    }

    /// fred sends it to one node.
    async fn dbsize_counts_every_key(&self) -> Outcome {
        let masters = self
            .redis
            .cached_cluster_state()
            .ok_or("the topology is not known")?
            .unique_primary_nodes();
        let mut size = 0;
        for master in masters {
            size += self.redis.with_cluster_node(master).dbsize::<usize>().await?;
        }
        expect(size.min(KEYS), KEYS)
    }

    async fn script_runs_on_every_shard(&self) -> Outcome {
        let digest: String = self
            .redis
            .script_load_cluster("return redis.call('GET', KEYS[1])")
            .await?;
        for number in 0..200 {
            let value: String = self.redis.evalsha(&digest, vec![key(number)], ()).await?;
            expect(key(number), value)?;
        }
        Ok(())
    }

    async fn function_runs_on_every_shard(&self) -> Outcome {
        let code = "redis.register_function{function_name='fred_get', flags={'no-writes'}, callback=function(keys) ";
        let library = format!("#!lua name=fred\n{code}return redis.call('GET', keys[1]) end}}");
        let _: Value = self.redis.function_load_cluster(true, library).await?;
        for number in 0..200 {
            let value: String = self.redis.fcall("fred_get", vec![key(number)], ()).await?;
            expect(key(number), value)?;
        }
        Ok(())
    }

    async fn replicas_serve_reads(&self) -> Outcome {
        let replicas = self.redis.replicas();
        for number in 0..1000 {
            eventually(async || replicas.get::<Option<String>, _>(key(number)).await.ok() == Some(Some(key(number))))
                .await?;
        }
        Ok(())
    }

    async fn published_message_arrives(&self, sharded: bool) -> Outcome {
        let mut messages = self.subscriber.message_rx();
        let channel = name(if sharded { "sharded" } else { "channel" });
        if sharded {
            self.subscriber.ssubscribe(channel.clone()).await?;
        } else {
            self.subscriber.subscribe(channel.clone()).await?;
        }
        // fred does not wait for the answer to a subscription.
        eventually(async || {
            let published = if sharded {
                self.redis.spublish::<usize, _, _>(channel.clone(), "hello").await
            } else {
                self.redis.publish::<usize, _, _>(channel.clone(), "hello").await
            };
            published.is_ok()
                && timeout(Duration::from_millis(100), messages.recv())
                    .await
                    .is_ok_and(|received| received.is_ok_and(|message| message.channel == channel))
        })
        .await
    }

    async fn blocking_pop_waits(&self) -> Outcome {
        let redis = self.redis.clone();
        tokio::spawn(async move {
            sleep(Duration::from_millis(100)).await;
            redis.rpush::<(), _, _>(name("list"), "element").await
        });
        let popped: (String, String) = self.consumer.blpop(name("list"), 10.0).await?;
        expect(popped, (name("list"), "element".to_string()))
    }

    async fn transaction_is_executed(&self) -> Outcome {
        let transaction = self.redis.multi();
        let _: () = transaction.set(name("{t}1"), "one", None, None, false).await?;
        let _: () = transaction.set(name("{t}2"), "two", None, None, false).await?;
        let _: () = transaction.get(name("{t}1")).await?;
        let results: Vec<String> = transaction.exec(true).await?;
        expect(results, vec!["OK".to_string(), "OK".to_string(), "one".to_string()])
    }

    /// A command for keys of several slots is refused, as by Redis.
    async fn delete_removes_every_key(&self) -> Outcome {
        let pipeline = self.redis.pipeline();
        for number in 0..KEYS {
            let _: () = pipeline.del(key(number)).await?;
        }
        let _: Vec<usize> = pipeline.all().await?;
        let pipeline = self.redis.pipeline();
        for number in 0..KEYS {
            let _: () = pipeline.exists(key(number)).await?;
        }
        let left: Vec<usize> = pipeline.all().await?;
        expect(left.into_iter().sum(), 0)
    }

    fn load(&self) -> Load {
        let mut load = Load::default();
        let redis = self.redis.clone();
        load.start(PREFIX, "set_and_get", move |key, number| {
            let redis = redis.clone();
            async move {
                let found: Option<u64> = redis.get(&key).await?;
                let _: () = redis.set(&key, number.to_string(), None, None, false).await?;
                Ok(found.unwrap_or(0))
            }
        });
        let redis = self.redis.clone();
        load.start(PREFIX, "pipeline", move |key, number| {
            let redis = redis.clone();
            async move {
                let pipeline = redis.pipeline();
                for part in 0..10 {
                    let key = format!("{key}:{part}");
                    let _: () = pipeline.getset(&key, number.to_string()).await?;
                }
                let found: Vec<Option<u64>> = pipeline.all().await?;
                Ok(found.into_iter().map(|found| found.unwrap_or(0)).min().unwrap_or(0))
            }
        });
        let redis = self.redis.clone();
        load.start(PREFIX, "transaction", move |key, number| {
            let redis = redis.clone();
            async move {
                let transaction = redis.multi();
                let _: () = transaction.get(&key).await?;
                let _: () = transaction.set(&key, number.to_string(), None, None, false).await?;
                let (found, _): (Option<u64>, String) = transaction.exec(true).await?;
                Ok(found.unwrap_or(0))
            }
        });
        let redis = self.redis.clone();
        load.start(PREFIX, "script", move |key, number| {
            let redis = redis.clone();
            async move {
                let found: Option<u64> = redis.eval(SWAP, vec![key], number.to_string()).await?;
                Ok(found.unwrap_or(0))
            }
        });
        let (redis, consumer) = (self.redis.clone(), self.consumer.clone());
        load.start(PREFIX, "blocking", move |key, number| {
            let (redis, consumer) = (redis.clone(), consumer.clone());
            async move {
                let _: () = redis.rpush(&key, number.to_string()).await?;
                let into = format!("{{{key}}}:moved");
                let moved: Option<u64> = consumer
                    .blmove(&key, &into, LMoveDirection::Left, LMoveDirection::Left, 5.0)
                    .await?;
                // A library that has lost its connection sends the command again; the one before may have been executed.
                if moved.is_none() && redis.lindex::<Option<u64>, _>(&into, 0).await? == Some(number) {
                    return Ok(number);
                }
                Ok(moved.unwrap_or(0))
            }
        });
        let redis = self.redis.clone();
        load.start(PREFIX, "replica_read", move |key, number| {
            let redis = redis.clone();
            async move {
                let _: Option<u64> = redis.replicas().get(&key).await?;
                Ok(number)
            }
        });
        load
    }
}
