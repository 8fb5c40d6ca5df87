package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	keysOfAWorker = 20
	pause         = 5 * time.Millisecond
)

// A check fails when the cluster does not do what it should.
type check struct {
	name string
	run  func() error
}

// A step stores the number and returns the one that it found before, 0 if none.
type step struct {
	name string
	run  func(key string, number int) (int, error)
}

func expect[T comparable](actual, expected T) error {
	if actual != expected {
		return fmt.Errorf("expected %v, got %v", expected, actual)
	}
	return nil
}

// Replicas and subscriptions follow a moment later.
func eventually(condition func() bool) error {
	for deadline := time.Now().Add(10 * time.Second); !condition(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			return fmt.Errorf("nothing of the kind happened within 10 s")
		}
	}
	return nil
}

// Runs the checks; with the argument `load` then the load, until standard input ends, and the checks again.
// Prints what came of them as TAP (testanything.org).
func runSuite(prefix string, checks []check, steps []step) {
	passed := runChecks(checks)
	if len(os.Args) > 2 && os.Args[2] == "load" {
		passed = runLoad(prefix, steps) && passed
		passed = runChecks(checks) && passed
	}
	if !passed {
		os.Exit(1)
	}
}

func runChecks(checks []check) bool {
	passed := true
	for _, check := range checks {
		passed = report(check.name, check.run()) && passed
	}
	return passed
}

func report(name string, err error) bool {
	if err != nil {
		fmt.Printf("not ok - %s: %s\n", name, describe(err))
	} else {
		fmt.Printf("ok - %s\n", name)
	}
	return err == nil
}

func describe(err error) string {
	return strings.ReplaceAll(err.Error(), "\n", " ")
}

// What all workers count.
type tally struct {
	done, errors, lost atomic.Int64
}

func (t *tally) print() {
	fmt.Printf("# done=%d errors=%d lost=%d\n", t.done.Load(), t.errors.Load(), t.lost.Load())
}

func runLoad(prefix string, steps []step) bool {
	var tally tally
	var running sync.WaitGroup
	ended := make(chan struct{})
	for _, step := range steps {
		running.Go(func() { work(step, prefix, &tally, ended) })
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		close(ended)
	}()
	for open := true; open; tally.print() {
		select {
		case <-ended:
			open = false
			running.Wait()
		case <-time.After(500 * time.Millisecond):
		}
	}
	if lost := tally.lost.Load(); lost > 0 {
		return report("load_keeps_acknowledged_writes", fmt.Errorf("%d are lost", lost))
	}
	return report("load_keeps_acknowledged_writes", nil)
}

// Does one step over and over, on a few keys of its own, and knows what was acknowledged. Ends when it is to, once all
// keys were looked at a last time.
func work(step step, prefix string, tally *tally, ended <-chan struct{}) {
	acknowledged := make([]int, keysOfAWorker)
	number := 0
	for last := false; !last; {
		select {
		case <-ended:
			last = true
		default:
		}
		for index, least := range acknowledged {
			number++
			key := fmt.Sprintf("%sload:%s:%d", prefix, step.name, index)
			found, err := step.run(key, number)
			if err != nil {
				tally.errors.Add(1)
				fmt.Printf("# error in %s: %s\n", step.name, describe(err))
			} else {
				if found < least {
					tally.lost.Add(1)
					fmt.Printf("# lost in %s: %s has %d, not %d\n", step.name, key, found, least)
				}
				acknowledged[index] = number
				tally.done.Add(1)
			}
			time.Sleep(pause)
		}
	}
}
