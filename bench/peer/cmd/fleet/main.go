// fleet: a load client for xDS servers. It opens many delta ADS streams, behaves
// like Envoy on each (wildcard LDS/CDS, then EDS and RDS by name, ACK of every
// response, known versions on reconnect) and measures what arrives and when.
// Payloads are scanned, never unmarshalled (but for listeners).
package main

import (
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
)

var (
	fAddr    = flag.String("addr", "127.0.0.1:18000", "xDS server host:port")
	fStreams = flag.Int("streams", 100, "ADS streams, each on a connection of its own")
	fZones   = flag.Int("zones", 3, "zones to spread the nodes over, round robin")
	fNodes   = flag.String("node-format", "node-%05d", "node.id, from the stream number")
	fExpect  = flag.String("expect", "", "ready only with at least these counts, e.g. cds=1000,eds=1000")
	fCtl     = flag.String("ctl", "127.0.0.1:18100", "control HTTP address")
	fHold    = flag.Bool("hold", false, "do not start streams until POST /start")
)

type fleet struct {
	streams  []*stream
	expect   [nTypes]int
	connsMu  sync.Mutex
	conns    []*grpc.ClientConn // one per stream, as Envoy
	nReady   atomic.Int64
	allReady chan struct{}
	nOpen    atomic.Int64
	opened   atomic.Int64 // streams opened so far (counts reconnects)
	errs     atomic.Int64
	lastErr  atomic.Value
	arm      atomic.Pointer[arm]
	lastRx   atomic.Int64
	parked   atomic.Bool // between close and reopen in /reconnect
	unpark   atomic.Pointer[chan struct{}]
}

func dial() (*grpc.ClientConn, error) {
	return grpc.NewClient("passthrough:///"+*fAddr, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(1<<30), grpc.WaitForReady(true)),
		grpc.WithInitialWindowSize(16<<20), grpc.WithInitialConnWindowSize(24<<20), // as Envoy: large windows
		grpc.WithReadBufferSize(32<<10), grpc.WithWriteBufferSize(16<<10), grpc.WithSharedWriteBuffer(true),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: 60 * time.Second, Timeout: 20 * time.Second}),
		grpc.WithDisableServiceConfig(), grpc.WithDisableRetry())
}

func node(i, z int) *corev3.Node {
	return &corev3.Node{Id: fmt.Sprintf(*fNodes, i), Cluster: "bench",
		Locality:      &corev3.Locality{Region: "region-0", Zone: fmt.Sprintf("zone-%d", z)},
		UserAgentName: "envoy", UserAgentVersionType: &corev3.Node_UserAgentVersion{UserAgentVersion: "1.36.0"}}
}

func newStream(i int) *stream {
	s := &stream{id: i, zone: i % *fZones, clusters: map[string]string{}, listeners: map[string][]string{}, seen: map[string]struct{}{}}
	s.node = node(i, s.zone)
	for t := range s.have {
		s.have[t], s.want[t] = map[string]held{}, map[string]struct{}{}
	}
	return s
}

// expected reads "cds=1000,eds=1000".
func expected(text string) (counts [nTypes]int) {
	for _, e := range strings.Split(text, ",") {
		if e == "" {
			continue
		}
		k, v, _ := strings.Cut(e, "=")
		n, err := strconv.Atoi(v)
		i := typeByName(k)
		if i < 0 || err != nil {
			log.Fatalf("bad -expect %q", e)
		}
		counts[i] = n
	}
	return counts
}

func (f *fleet) start() {
	for _, s := range f.streams {
		s.start = time.Now()
		go f.run(s)
	}
}

func main() {
	flag.Parse()
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(300)
	}
	f := &fleet{allReady: make(chan struct{}), expect: expected(*fExpect), conns: make([]*grpc.ClientConn, *fStreams)}
	for i := range *fStreams {
		f.streams = append(f.streams, newStream(i))
	}
	f.control()
	lis, err := net.Listen("tcp", *fCtl)
	if err != nil {
		log.Fatal(err)
	}
	if !*fHold {
		f.start()
	}
	log.Fatal(http.Serve(lis, nil))
}
