package main

import (
	"fmt"
	"log"
	"strconv"
	"time"

	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	endpointv3 "github.com/envoyproxy/go-control-plane/envoy/config/endpoint/v3"
	listenerv3 "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	routerv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/router/v3"
	hcmv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	"github.com/envoyproxy/go-control-plane/pkg/cache/types"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

const region = "region-0"

func zoneName(z int) string { return "zone-" + strconv.Itoa(z) }
func svcName(s int) string  { return fmt.Sprintf("svc-%05d", s) }

type workload struct {
	n, e, z int
	gen     []uint32 // how often each service's endpoints have been changed
}

func (w *workload) cluster(s int) *clusterv3.Cluster {
	return &clusterv3.Cluster{
		Name:                 svcName(s),
		ClusterDiscoveryType: &clusterv3.Cluster_Type{Type: clusterv3.Cluster_EDS},
		EdsClusterConfig: &clusterv3.Cluster_EdsClusterConfig{
			EdsConfig: adsSource(),
		},
		ConnectTimeout: durationpb.New(time.Second),
		LbPolicy:       clusterv3.Cluster_LEAST_REQUEST,
		CircuitBreakers: &clusterv3.CircuitBreakers{Thresholds: []*clusterv3.CircuitBreakers_Thresholds{{
			MaxConnections: wrapperspb.UInt32(1024), MaxRequests: wrapperspb.UInt32(4096),
		}}},
		OutlierDetection: &clusterv3.OutlierDetection{Consecutive_5Xx: wrapperspb.UInt32(5)},
	}
}

func adsSource() *corev3.ConfigSource {
	return &corev3.ConfigSource{
		ResourceApiVersion:    corev3.ApiVersion_V3,
		ConfigSourceSpecifier: &corev3.ConfigSource_Ads{Ads: &corev3.AggregatedConfigSource{}},
	}
}

// cla builds the load assignment of service s as seen from zone z: endpoints of
// zone z have priority 0, all others priority 1. Endpoint i lives in zone i%Z.
func (w *workload) cla(s, z int) *endpointv3.ClusterLoadAssignment {
	out := &endpointv3.ClusterLoadAssignment{ClusterName: svcName(s)}
	hasLocal := z < w.e
	for k := 0; k < w.z; k++ {
		lz := (z + k) % w.z // local zone first
		if lz >= w.e {
			continue
		}
		prio := uint32(0)
		if lz != z && hasLocal {
			prio = 1
		}
		ll := &endpointv3.LocalityLbEndpoints{
			Locality:            &corev3.Locality{Region: region, Zone: zoneName(lz)},
			LoadBalancingWeight: wrapperspb.UInt32(1),
			Priority:            prio,
		}
		for i := lz; i < w.e; i += w.z {
			id := s*w.e + i
			port := uint32(8080)
			if i == 0 {
				port += w.gen[s] % 1000
			}
			ll.LbEndpoints = append(ll.LbEndpoints, &endpointv3.LbEndpoint{
				HostIdentifier: &endpointv3.LbEndpoint_Endpoint{Endpoint: &endpointv3.Endpoint{
					Address: &corev3.Address{Address: &corev3.Address_SocketAddress{SocketAddress: &corev3.SocketAddress{
						Address:       fmt.Sprintf("10.%d.%d.%d", id>>16&255, id>>8&255, id&255),
						PortSpecifier: &corev3.SocketAddress_PortValue{PortValue: port},
					}}},
				}},
				HealthStatus: corev3.HealthStatus_HEALTHY,
			})
		}
		out.Endpoints = append(out.Endpoints, ll)
	}
	return out
}

func mustAny(m types.Resource) *anypb.Any {
	a, err := anypb.New(m)
	if err != nil {
		log.Fatal(err)
	}
	return a
}

func (w *workload) listener() *listenerv3.Listener {
	hcm := &hcmv3.HttpConnectionManager{
		StatPrefix: "ingress",
		RouteSpecifier: &hcmv3.HttpConnectionManager_Rds{Rds: &hcmv3.Rds{
			RouteConfigName: "routes-main", ConfigSource: adsSource(),
		}},
		HttpFilters: []*hcmv3.HttpFilter{{
			Name:       "envoy.filters.http.router",
			ConfigType: &hcmv3.HttpFilter_TypedConfig{TypedConfig: mustAny(&routerv3.Router{})},
		}},
	}
	return &listenerv3.Listener{
		Name: "listener-main",
		Address: &corev3.Address{Address: &corev3.Address_SocketAddress{SocketAddress: &corev3.SocketAddress{
			Address: "0.0.0.0", PortSpecifier: &corev3.SocketAddress_PortValue{PortValue: 10000},
		}}},
		FilterChains: []*listenerv3.FilterChain{{Filters: []*listenerv3.Filter{{
			Name:       "envoy.filters.network.http_connection_manager",
			ConfigType: &listenerv3.Filter_TypedConfig{TypedConfig: mustAny(hcm)},
		}}}},
	}
}

func (w *workload) routes() *routev3.RouteConfiguration {
	rt := func(s int, prefix string) *routev3.Route {
		return &routev3.Route{
			Match: &routev3.RouteMatch{PathSpecifier: &routev3.RouteMatch_Prefix{Prefix: prefix}},
			Action: &routev3.Route_Route{Route: &routev3.RouteAction{
				ClusterSpecifier: &routev3.RouteAction_Cluster{Cluster: svcName(s)},
			}},
		}
	}
	rc := &routev3.RouteConfiguration{Name: "routes-main"}
	vh := &routev3.VirtualHost{Name: "all", Domains: []string{"*"}}
	for s := 0; s < w.n; s++ {
		vh.Routes = append(vh.Routes, rt(s, "/"+svcName(s)+"/"))
	}
	rc.VirtualHosts = []*routev3.VirtualHost{vh}
	return rc
}
