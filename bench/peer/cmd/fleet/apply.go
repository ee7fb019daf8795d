package main

import (
	"hash/maphash"
	"time"
)

var seed = maphash.MakeSeed()

// apply takes a response into what the stream holds, ACKs it and asks for what it leads to.
func (f *fleet) apply(c *session, t int, w *wireResponse, size int, now time.Time) error {
	s := c.s
	s.mu.Lock()
	defer s.mu.Unlock()
	k := &s.cnt[t]
	k.bytes.Add(int64(size))
	k.responses.Add(1)
	k.resources.Add(int64(len(w.resources)))
	k.removed.Add(int64(len(w.removed)))

	f.mark(s, t, w, now)

	have := s.have[t]
	refs := false // references may have changed
	for _, r := range w.resources {
		name := names.get(r.name)
		h := maphash.Bytes(seed, r.value)
		old, had := have[name]
		if had && old.hash == h {
			have[name] = held{names.get(r.version), h}
			continue
		}
		have[name] = held{names.get(r.version), h}
		switch t {
		case tCDS:
			en := ""
			if n, ok := edsName(r.value); ok {
				en = names.get(n)
			}
			if s.clusters[name] != en || !had {
				s.clusters[name] = en
				refs = true
			}
		case tLDS:
			s.listeners[name] = rdsNames(r.value)
			refs = true
		}
	}
	drop := func(name string) {
		delete(have, name)
		if t == tCDS {
			delete(s.clusters, name)
			refs = true
		} else if t == tLDS {
			delete(s.listeners, name)
			refs = true
		}
	}
	for _, r := range w.removed {
		drop(names.get(r))
	}
	if err := c.ack(t, string(w.nonce)); err != nil {
		return err
	}
	s.got[t] = true
	if refs {
		if err := f.follow(c, t); err != nil {
			return err
		}
	}
	if !s.isReady && f.complete(s) {
		s.isReady = true
		f.noteReady(s, now)
	}
	return nil
}

func (f *fleet) noteReady(s *stream, now time.Time) {
	s.readyAt.Store(int64(now.Sub(s.start)))
	var b int64
	for i := range s.cnt {
		b += s.cnt[i].bytes.Load()
	}
	s.readyByt.Store(b)
	if f.nReady.Add(1) == int64(len(f.streams)) {
		close(f.allReady)
	}
}

// follow asks for what the clusters or the listeners of a stream refer to by now.
func (f *fleet) follow(c *session, t int) error {
	s := c.s
	if t == tCDS {
		return c.retarget(tEDS, func(want map[string]struct{}) {
			for _, n := range s.clusters {
				if n != "" {
					want[n] = struct{}{}
				}
			}
		})
	}
	return c.retarget(tRDS, func(want map[string]struct{}) {
		for _, ns := range s.listeners {
			for _, n := range ns {
				want[n] = struct{}{}
			}
		}
	})
}

func (f *fleet) complete(s *stream) bool {
	for t := 0; t < nTypes; t++ {
		switch t {
		case tLDS, tCDS:
			if !s.got[t] {
				return false
			}
		default:
			for n := range s.want[t] {
				if _, ok := s.have[t][n]; !ok {
					return false
				}
			}
		}
		if len(s.have[t]) < f.expect[t] {
			return false
		}
	}
	return true
}
