# Sidekiq (https://sidekiq.org) with a proxy as its Redis: ruby sidekiq_jobs.rb 127.0.0.1:5299

require "securerandom"
require "sidekiq"
require "sidekiq/api"
require "tempfile"

# Jobs note here that they were run, by their names.
ENV["JOBS_LOG"] ||= Tempfile.create("jobs").path
# The worker process has no arguments of ours.
ENV["REDIS_URL"] ||= "redis://#{(ARGV[0] || abort("usage: #{$PROGRAM_NAME} <host>:<port>[,...] [load]")).split(",")[0]}/0"

class Run
  include Sidekiq::Job

  def perform(job)
    File.write(ENV["JOBS_LOG"], "#{job}\n", mode: "a")
  end
end

class FailAtFirst
  include Sidekiq::Job
  sidekiq_options retry: 3
  sidekiq_retry_in { 1 }

  def perform(job)
    Run.new.perform(job)
    raise "on purpose" if runs[job] < 2
  end
end

class Fail
  include Sidekiq::Job
  sidekiq_options retry: 0

  def perform(job)
    Run.new.perform(job)
    raise "on purpose"
  end
end

def runs
  File.readlines(ENV["JOBS_LOG"], chomp: true).tally.tap { |counts| counts.default = 0 }
end

Sidekiq.logger.level = Logger::WARN
Sidekiq.configure_server { |config| config.average_scheduled_poll_interval = 1 }
return if Sidekiq.server?

def eventually(seconds = 60)
  deadline = Time.now + seconds
  until yield
    raise "nothing of the kind happened within #{seconds} s" if Time.now > deadline
    sleep 0.05
  end
end

def expect(actual, expected)
  raise "expected #{expected.inspect}, got #{actual.inspect}" unless actual == expected
end

def report(name, problem = nil)
  puts problem ? "not ok - #{name}: #{problem}" : "ok - #{name}"
  problem.nil?
end

CHECKS = {
  job_is_run: lambda do
    job = SecureRandom.uuid
    Run.perform_async(job)
    eventually { runs[job] == 1 }
  end,
  many_jobs_are_pushed_at_once: lambda do
    jobs = Array.new(20) { SecureRandom.uuid }
    Run.perform_bulk(jobs.map { |job| [job] })
    eventually { (jobs - runs.keys).empty? }
  end,
  job_is_scheduled: lambda do
    job = SecureRandom.uuid
    Run.perform_in(1, job)
    expect(Sidekiq::ScheduledSet.new.any? { |entry| entry.args == [job] }, true)
    expect(runs[job], 0)
    eventually { runs[job] == 1 }
  end,
  job_is_retried: lambda do
    job = SecureRandom.uuid
    FailAtFirst.perform_async(job)
    eventually { runs[job] == 2 }
  end,
  failed_job_is_among_the_dead: lambda do
    job = SecureRandom.uuid
    Fail.perform_async(job)
    eventually { Sidekiq::DeadSet.new.any? { |entry| entry.args == [job] } }
  end,
  worker_is_registered: -> { eventually { Sidekiq::ProcessSet.new.size == 1 } },
  statistics_count: -> { eventually { Sidekiq::Stats.new.processed > 20 } },
}.freeze

def run_checks
  CHECKS.map do |name, check|
    check.call
    report(name)
  rescue StandardError => e
    report(name, "#{e.class}: #{e.message.tr("\n", " ")}")
  end.all?
end

# Pushes jobs until the standard input ends, and looks whether each that was accepted is run, once.
def run_load
  accepted = []
  errors = 0
  ended = Thread.new { $stdin.read }
  pushing = Thread.new do
    (1..).each do |number|
      break unless ended.alive?

      begin
        Run.perform_async("job-#{number}")
        accepted << "job-#{number}"
      rescue StandardError => e
        errors += 1
        puts "# error in push: #{e.class}: #{e.message}"
      end
      sleep 0.02
    end
  end
  tally = -> { puts "# done=#{runs.keys.count { |job| job.start_with?("job-") }} errors=#{errors} lost=0" }
  tally.call until ended.join(0.5)
  pushing.join
  missing = -> { accepted - runs.keys }
  begin
    eventually(60) { missing.call.empty? }
  rescue StandardError
    # Reported below.
  end
  tally.call
  twice = accepted.select { |job| runs[job] > 1 }
  passed = report("load_runs_every_job", ("#{missing.call.size} were not run" unless missing.call.empty?))
  report("load_runs_no_job_twice", ("#{twice.size} were: #{twice.first(10)}" unless twice.empty?)) && passed
end

$stdout.sync = true
command = ["sidekiq", "--require", File.expand_path(__FILE__), "--concurrency", "2"]
worker = Process.spawn(*command, in: File::NULL)
begin
  passed = run_checks
  passed = [run_load, run_checks, passed].all? if ARGV[1] == "load"
  ended = Process.wait(worker, Process::WNOHANG)
  worker = nil if ended
  passed = report("worker_is_there", ("it has ended" if ended)) && passed
ensure
  if worker
    Process.kill("TERM", worker)
    Process.wait(worker)
  end
end
exit(passed)
