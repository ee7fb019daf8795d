package main

import (
	"encoding/json"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"
)

func writeJSON(rw http.ResponseWriter, code int, v any) {
	rw.Header().Set("content-type", "application/json")
	rw.WriteHeader(code)
	_ = json.NewEncoder(rw).Encode(v)
}

func refuse(rw http.ResponseWriter, code int, why string) {
	writeJSON(rw, code, map[string]string{"error": why})
}

func dur(r *http.Request, k string, d time.Duration) time.Duration {
	if x, err := time.ParseDuration(r.FormValue(k)); err == nil {
		return x
	}
	return d
}

// settle waits until nothing has been received for quiet.
func (f *fleet) settle(quiet, limit time.Duration) bool {
	end := time.Now().Add(limit)
	for time.Now().Before(end) {
		idle := time.Duration(time.Now().UnixNano() - f.lastRx.Load())
		if idle >= quiet {
			return true
		}
		time.Sleep(min(quiet-idle+time.Millisecond, 50*time.Millisecond))
	}
	return false
}

// control is how the benchmark speaks to the fleet; all of it is JSON.
func (f *fleet) control() {
	var epoch atomic.Int64
	http.HandleFunc("GET /status", func(rw http.ResponseWriter, _ *http.Request) { writeJSON(rw, 200, f.status()) })
	http.HandleFunc("POST /start", func(rw http.ResponseWriter, _ *http.Request) { go f.start(); rw.WriteHeader(204) })
	http.HandleFunc("GET /ready", f.waitReady)
	http.HandleFunc("POST /arm", func(rw http.ResponseWriter, r *http.Request) { f.armNext(rw, r, epoch.Add(1)) })
	http.HandleFunc("GET /push", f.waitPush)
	http.HandleFunc("POST /reconnect", f.reconnect)
	http.HandleFunc("GET /digest", f.digest)
}

// GET /ready?timeout=60s: till every stream has all that it asked for and ACKed it; 504 on time-out.
func (f *fleet) waitReady(rw http.ResponseWriter, r *http.Request) {
	code := 200
	select {
	case <-f.allReady:
	case <-time.After(dur(r, "timeout", 60*time.Second)):
		code = 504
	}
	writeJSON(rw, code, f.readyReport())
}

// POST /arm {"type":"eds","names":[...]}: begins a measurement.
func (f *fleet) armNext(rw http.ResponseWriter, r *http.Request, epoch int64) {
	var in struct {
		Type  string   `json:"type"`
		Names []string `json:"names"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		refuse(rw, 400, err.Error())
		return
	}
	t := typeByName(in.Type)
	if t < 0 || len(in.Names) == 0 {
		refuse(rw, 400, "unknown type, or no names")
		return
	}
	a := &arm{epoch: epoch, typ: t, names: map[string]struct{}{}, done: make(chan struct{}), when: make([]atomic.Int64, len(f.streams))}
	for _, n := range in.Names {
		a.names[n] = struct{}{}
	}
	a.left.Store(int64(len(f.streams)))
	a.base = f.snapCounters()
	f.arm.Store(a)
	writeJSON(rw, 200, map[string]any{"epoch": a.epoch})
}

// GET /push?epoch=E&t0=NS&timeout=60s: till every stream has received every armed name; milliseconds
// count from t0 (Unix ns), just before the change was asked for; 504 on time-out.
func (f *fleet) waitPush(rw http.ResponseWriter, r *http.Request) {
	a := f.arm.Load()
	if a == nil || r.FormValue("epoch") != strconv.FormatInt(a.epoch, 10) {
		refuse(rw, 409, "this epoch is not armed")
		return
	}
	t0, err := strconv.ParseInt(r.FormValue("t0"), 10, 64)
	if err != nil {
		refuse(rw, 400, "t0 is in Unix ns")
		return
	}
	code := 200
	select {
	case <-a.done:
	case <-time.After(dur(r, "timeout", 60*time.Second)):
		code = 504
	}
	f.settle(50*time.Millisecond, 5*time.Second)
	writeJSON(rw, code, f.pushReport(a, t0))
}
