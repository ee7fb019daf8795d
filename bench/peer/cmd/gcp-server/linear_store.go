package main

import (
	"errors"
	"sync"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	"github.com/envoyproxy/go-control-plane/pkg/cache/types"
	cache "github.com/envoyproxy/go-control-plane/pkg/cache/v3"
	resource "github.com/envoyproxy/go-control-plane/pkg/resource/v3"
)

// linearStore: MuxCache; one LinearCache per zone for EDS, one shared
// LinearCache for each of LDS, CDS, RDS (identical for all nodes).
type linearStore struct {
	w   *workload
	mux *cache.MuxCache
	eds []*cache.LinearCache
}

func newLinearStore(w *workload, ver string) (*linearStore, error) {
	key := func(t string, n *corev3.Node) string {
		if t == resource.EndpointType {
			return t + "/" + zoneOf(n)
		}
		return t
	}
	st := &linearStore{w: w, mux: &cache.MuxCache{
		Classify:      func(r *cache.Request) string { return key(r.GetTypeUrl(), r.GetNode()) },
		ClassifyDelta: func(r *cache.DeltaRequest) string { return key(r.GetTypeUrl(), r.GetNode()) },
		Caches:        map[string]cache.Cache{},
	}}
	cl := map[string]types.Resource{}
	for s := 0; s < w.n; s++ {
		cl[svcName(s)] = w.cluster(s)
	}
	lis, rts := w.listener(), w.routes()
	st.mux.Caches[resource.ClusterType] = cache.NewLinearCache(resource.ClusterType, cache.WithInitialResources(cl))
	st.mux.Caches[resource.ListenerType] = cache.NewLinearCache(resource.ListenerType, cache.WithInitialResources(map[string]types.Resource{lis.Name: lis}))
	st.mux.Caches[resource.RouteType] = cache.NewLinearCache(resource.RouteType, cache.WithInitialResources(map[string]types.Resource{rts.Name: rts}))
	for z := 0; z < w.z; z++ {
		m := map[string]types.Resource{}
		for s := 0; s < w.n; s++ {
			m[svcName(s)] = w.cla(s, z)
		}
		c := cache.NewLinearCache(resource.EndpointType, cache.WithInitialResources(m))
		st.eds = append(st.eds, c)
		st.mux.Caches[resource.EndpointType+"/"+zoneName(z)] = c
	}
	return st, nil
}

func (st *linearStore) cache() cache.Cache { return st.mux }

func (st *linearStore) bump(ver string, svcs []int) error {
	errs := make([]error, st.w.z)
	var wg sync.WaitGroup
	for z := range st.eds {
		wg.Add(1)
		go func() {
			defer wg.Done()
			up := make(map[string]types.Resource, len(svcs))
			for _, s := range svcs {
				up[svcName(s)] = st.w.cla(s, z)
			}
			errs[z] = st.eds[z].UpdateResources(up, nil) // one call: one notification per watch
		}()
	}
	wg.Wait()
	return errors.Join(errs...)
}
