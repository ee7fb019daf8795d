package main

import (
	"hash/maphash"
	"strings"
	"sync"

	listenerv3 "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	hcmv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	"google.golang.org/protobuf/proto"
)

var lisCache sync.Map // hash of listener bytes -> []string

func rdsNames(b []byte) []string {
	h := maphash.Bytes(seed, b)
	if v, ok := lisCache.Load(h); ok {
		return v.([]string)
	}
	var out []string
	var l listenerv3.Listener
	if err := proto.Unmarshal(b, &l); err == nil {
		chains := l.GetFilterChains()
		if d := l.GetDefaultFilterChain(); d != nil {
			chains = append(chains, d)
		}
		add := func(a []byte) {
			var h hcmv3.HttpConnectionManager
			if proto.Unmarshal(a, &h) == nil {
				if n := h.GetRds().GetRouteConfigName(); n != "" {
					out = append(out, names.get([]byte(n)))
				}
			}
		}
		for _, c := range chains {
			for _, f := range c.GetFilters() {
				if strings.HasSuffix(f.GetTypedConfig().GetTypeUrl(), "v3.HttpConnectionManager") {
					add(f.GetTypedConfig().GetValue())
				}
			}
		}
		if a := l.GetApiListener().GetApiListener(); a != nil {
			add(a.GetValue())
		}
	}
	lisCache.Store(h, out)
	return out
}
