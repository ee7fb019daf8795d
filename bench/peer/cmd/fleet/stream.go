package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	"google.golang.org/grpc"
)

type held struct {
	version string
	hash    uint64
}

type counters struct{ bytes, responses, resources, removed atomic.Int64 }

type stream struct {
	id   int
	zone int
	node *corev3.Node

	mu        sync.Mutex // guards have, want, eds names; taken once per response
	have      [nTypes]map[string]held
	want      [nTypes]map[string]struct{} // by-name subscriptions (RDS, EDS)
	clusters  map[string]string           // cluster -> EDS name ("" when not EDS)
	listeners map[string][]string         // listener -> RDS names

	got      [nTypes]bool // a response of this type has come on some stream
	isReady  bool
	start    time.Time
	readyAt  atomic.Int64 // ns after start
	readyByt atomic.Int64

	cnt [nTypes]counters

	// armed measurement
	epoch     int64
	seen      map[string]struct{}
	doneEpoch int64

	cancel context.CancelFunc
}

func (f *fleet) conn(i int) (*grpc.ClientConn, error) {
	f.connsMu.Lock()
	defer f.connsMu.Unlock()
	if f.conns[i] == nil {
		cc, err := dial()
		if err != nil {
			return nil, err
		}
		f.conns[i] = cc
	}
	return f.conns[i], nil
}

func open(ctx context.Context, cc *grpc.ClientConn) (grpc.ClientStream, error) {
	const method = "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources"
	return cc.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true, ClientStreams: true}, method, grpc.ForceCodec(rawCodec{}))
}

// run keeps one stream alive for ever.
func (f *fleet) run(s *stream) {
	for {
		if ch := f.unpark.Load(); f.parked.Load() && ch != nil {
			<-*ch
		}
		ctx, cancel := context.WithCancel(context.Background())
		s.mu.Lock()
		s.cancel = cancel
		s.mu.Unlock()
		cc, err := f.conn(s.id)
		var str grpc.ClientStream
		if err == nil {
			str, err = open(ctx, cc)
		}
		if err == nil {
			f.nOpen.Add(1)
			f.opened.Add(1)
			err = f.serve(s, str)
			f.nOpen.Add(-1)
		}
		cancel()
		if !f.parked.Load() {
			f.errs.Add(1)
			f.lastErr.Store(fmt.Sprintf("%s: %v", s.node.Id, err))
			time.Sleep(200*time.Millisecond + time.Duration(rand.IntN(300))*time.Millisecond)
		}
	}
}
