package main

import (
	"fmt"
	"hash/maphash"
	"net/http"
)

// state is a hash of all that a stream holds of a type, whatever the order.
func (s *stream) state(t int) (hash uint64, resources int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for n, r := range s.have[t] {
		hash += maphash.String(seed, n) ^ (r.hash * 0x9E3779B97F4A7C15)
	}
	return hash, len(s.have[t])
}

// GET /digest: by type, how many different states the streams of each zone hold (1: converged).
func (f *fleet) digest(rw http.ResponseWriter, _ *http.Request) {
	out := map[string]any{}
	for t, name := range typeNames {
		zones := map[int]map[uint64]int{}
		minN, maxN := 1<<30, 0
		for _, s := range f.streams {
			h, n := s.state(t)
			minN, maxN = min(minN, n), max(maxN, n)
			if zones[s.zone] == nil {
				zones[s.zone] = map[uint64]int{}
			}
			zones[s.zone][h]++
		}
		per := map[string]int{}
		for z, m := range zones {
			per[fmt.Sprintf("zone-%d", z)] = len(m)
		}
		out[name] = map[string]any{"states_per_zone": per, "min_resources": minN, "max_resources": maxN}
	}
	writeJSON(rw, 200, out)
}
