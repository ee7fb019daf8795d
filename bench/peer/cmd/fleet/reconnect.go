package main

import (
	"net/http"
	"time"

	"google.golang.org/grpc"
)

// POST /reconnect?quiet=1500ms&timeout=60s: drops every connection, opens it again with the versions that
// are known, waits till quiet, and tells what was resent.
func (f *fleet) reconnect(rw http.ResponseWriter, r *http.Request) {
	f.arm.Store(nil)
	release := f.park()
	time.Sleep(300 * time.Millisecond)
	base, errors, opened, cpu := f.snapCounters(), f.errs.Load(), f.opened.Load(), cpuSeconds()
	start := time.Now()
	f.lastRx.Store(start.UnixNano())
	release()
	limit := dur(r, "timeout", 60*time.Second)
	for f.opened.Load()-opened < int64(len(f.streams)) && time.Since(start) < limit {
		time.Sleep(2 * time.Millisecond)
	}
	openMs := float64(time.Since(start).Microseconds()) / 1000
	f.lastRx.CompareAndSwap(start.UnixNano(), time.Now().UnixNano())
	quiet := f.settle(dur(r, "quiet", 1500*time.Millisecond), limit)

	per := map[string]map[string]int64{}
	var total int64
	for t, name := range typeNames {
		m := map[string]int64{}
		for i, now := range f.snapCounters() {
			m["bytes"] += now[t][0] - base[i][t][0]
			m["responses"] += now[t][1] - base[i][t][1]
			m["resources"] += now[t][2] - base[i][t][2]
		}
		total += m["bytes"]
		per[name] = m
	}
	writeJSON(rw, 200, map[string]any{"open": f.nOpen.Load(), "open_ms": openMs,
		"last_rx_ms": float64(f.lastRx.Load()-start.UnixNano()) / 1e6, "quiet": quiet,
		"bytes_resent": total, "by_type": per, "errors": f.errs.Load() - errors, "cpu_s": cpuSeconds() - cpu})
}

// park closes all connections; none is opened before what it returns is called.
func (f *fleet) park() func() {
	ch := make(chan struct{})
	f.unpark.Store(&ch)
	f.parked.Store(true)
	f.connsMu.Lock()
	old := f.conns
	f.conns = make([]*grpc.ClientConn, len(old))
	f.connsMu.Unlock()
	for _, s := range f.streams {
		s.mu.Lock()
		if s.cancel != nil {
			s.cancel()
		}
		s.mu.Unlock()
	}
	for _, c := range old {
		if c != nil {
			_ = c.Close()
		}
	}
	for end := time.Now().Add(10 * time.Second); f.nOpen.Load() > 0 && time.Now().Before(end); {
		time.Sleep(5 * time.Millisecond)
	}
	return func() {
		f.parked.Store(false)
		close(ch)
	}
}
