// gcp-server: a go-control-plane xDS server holding a synthetic, zone-aware
// workload. It is the peer in the benchmark: written as an informed user of the
// library would write it.
package main

import (
	"context"
	"flag"
	"log"
	"net"
	"net/http"
	"os/signal"
	"syscall"
	"time"

	discoverygrpc "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"github.com/envoyproxy/go-control-plane/pkg/server/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/keepalive"
)

var (
	fAddr  = flag.String("addr", "127.0.0.1:18000", "xDS gRPC listen address")
	fAdmin = flag.String("admin", "127.0.0.1:18001", "admin HTTP listen address")
	fN     = flag.Int("services", 100, "number of services (clusters with EDS)")
	fE     = flag.Int("endpoints", 10, "endpoints per service")
	fZ     = flag.Int("zones", 3, "zones")
	fCache = flag.String("cache", "snapshot", "snapshot | snapshot-opt | linear")
)

func main() {
	flag.Parse()
	w := &workload{n: *fN, e: *fE, z: *fZ, gen: make([]uint32, *fN)}
	st, err := newStore(*fCache, w)
	if err != nil {
		log.Fatal(err)
	}
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer cancel()
	gs := grpc.NewServer(
		grpc.MaxConcurrentStreams(1000000),
		grpc.MaxRecvMsgSize(64<<20), // subscriptions and initial_resource_versions can be large
		grpc.SharedWriteBuffer(true),
		grpc.KeepaliveParams(keepalive.ServerParameters{Time: 30 * time.Second, Timeout: 10 * time.Second}),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: 10 * time.Second, PermitWithoutStream: true}),
	)
	discoverygrpc.RegisterAggregatedDiscoveryServiceServer(gs, server.NewServer(ctx, st.cache(), nil))

	serveAdmin(w, st)
	admin, err := net.Listen("tcp", *fAdmin)
	if err != nil {
		log.Fatal(err)
	}
	go func() { log.Fatal(http.Serve(admin, nil)) }()
	lis, err := net.Listen("tcp", *fAddr)
	if err != nil {
		log.Fatal(err)
	}
	go func() { <-ctx.Done(); gs.Stop() }()
	if err := gs.Serve(lis); err != nil {
		log.Fatal(err)
	}
}
