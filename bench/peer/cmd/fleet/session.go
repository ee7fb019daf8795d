package main

import (
	"slices"
	"time"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	discoveryv3 "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"google.golang.org/grpc"
)

// session is the state of one stream connection (nonces, first-node flag).
type session struct {
	f        *fleet
	s        *stream
	str      grpc.ClientStream
	sentNode bool
	asked    [nTypes]bool
}

func (c *session) nodeOnce() *corev3.Node {
	if c.sentNode {
		return nil
	}
	c.sentNode = true
	return c.s.node
}

// subscribe sends the first request of a type on this connection, or changes it.
func (c *session) subscribe(t int, add, del []string) error {
	s := c.s
	req := &discoveryv3.DeltaDiscoveryRequest{Node: c.nodeOnce(), TypeUrl: typeURLs[t], ResourceNamesSubscribe: add, ResourceNamesUnsubscribe: del}
	if !c.asked[t] {
		if len(s.have[t]) > 0 {
			req.InitialResourceVersions = make(map[string]string, len(s.have[t]))
			for k, v := range s.have[t] {
				req.InitialResourceVersions[k] = v.version
			}
		}
	}
	c.asked[t] = true
	return c.str.SendMsg(req)
}

func (c *session) ack(t int, nonce string) error {
	return c.str.SendMsg(&discoveryv3.DeltaDiscoveryRequest{Node: c.nodeOnce(), TypeUrl: typeURLs[t], ResponseNonce: nonce})
}

func sortedKeys(m map[string]struct{}) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func (f *fleet) serve(s *stream, str grpc.ClientStream) error {
	c := &session{f: f, s: s, str: str}
	s.mu.Lock()
	// As Envoy does: CDS first, then what is already known, LDS, RDS.
	var err error
	for _, t := range []int{tCDS, tEDS, tLDS, tRDS} {
		if err != nil {
			continue
		}
		if t == tCDS || t == tLDS {
			err = c.subscribe(t, nil, nil)
		} else if len(s.want[t]) > 0 {
			err = c.subscribe(t, sortedKeys(s.want[t]), nil)
		}
	}
	s.mu.Unlock()
	if err != nil {
		return err
	}
	var w wireResponse
	for {
		var m rawMsg
		if err := str.RecvMsg(&m); err != nil {
			return err
		}
		now := time.Now()
		f.lastRx.Store(now.UnixNano())
		if err := w.parse(m.b); err != nil {
			return err
		}
		t := typeIndex(w.typeURL)
		if t < 0 {
			return errNoType
		}
		if err := f.apply(c, t, &w, len(m.b), now); err != nil {
			return err
		}
	}
}

// retarget recomputes the by-name subscription of a type and sends the change.
func (c *session) retarget(t int, fill func(map[string]struct{})) error {
	s := c.s
	want := make(map[string]struct{}, len(s.want[t]))
	fill(want)
	var add, del []string
	for n := range want {
		if _, ok := s.want[t][n]; !ok {
			add = append(add, n)
		}
	}
	for n := range s.want[t] {
		if _, ok := want[n]; !ok {
			del = append(del, n)
			delete(s.have[t], n)
		}
	}
	s.want[t] = want
	if len(add) == 0 && len(del) == 0 {
		return nil
	}
	slices.Sort(add)
	return c.subscribe(t, add, del)
}
