package main

import (
	"sync/atomic"
	"time"
)

// arm is one measurement of a push: when each stream has received all awaited names.
type arm struct {
	epoch int64
	typ   int
	names map[string]struct{}
	at    time.Time
	done  chan struct{}
	left  atomic.Int64
	when  []atomic.Int64 // unix ns per stream, receipt of the last awaited resource
	base  [][nTypes][3]int64
}

// mark notes the time of receipt of the awaited names.
func (f *fleet) mark(s *stream, t int, w *wireResponse, now time.Time) {
	a := f.arm.Load()
	if a == nil || a.typ != t || s.doneEpoch == a.epoch {
		return
	}
	if s.epoch != a.epoch {
		s.epoch = a.epoch
		clear(s.seen)
	}
	hit := false
	see := func(b []byte) {
		if _, ok := a.names[string(b)]; ok {
			hit = true
			s.seen[names.get(b)] = struct{}{}
		}
	}
	for _, r := range w.resources {
		see(r.name)
	}
	for _, r := range w.removed {
		see(r)
	}
	if !hit {
		return
	}
	if len(s.seen) == len(a.names) {
		s.doneEpoch = a.epoch
		a.when[s.id].Store(now.UnixNano())
		if a.left.Add(-1) == 0 {
			close(a.done)
		}
	}
}
