package main

import (
	"context"
	"errors"
	"maps"
	"sync"

	"github.com/envoyproxy/go-control-plane/pkg/cache/types"
	cache "github.com/envoyproxy/go-control-plane/pkg/cache/v3"
	resource "github.com/envoyproxy/go-control-plane/pkg/resource/v3"
)

// optStore: the same snapshot cache driven as hard as its public API permits:
// a custom ResourceSnapshot whose maps are shared (no copy per watch in
// GetResources) and whose version map is carried over with only the changed
// entries rehashed, and one SnapshotCache (one lock) per zone, set concurrently.
type optSnapshot struct {
	ver map[string]string
	res map[string]map[string]types.Resource
	ttl map[string]map[string]types.ResourceWithTTL
	vm  map[string]map[string]string
}

func (s *optSnapshot) GetVersion(t string) string { return s.ver[t] }
func (s *optSnapshot) GetResourcesAndTTL(t string) map[string]types.ResourceWithTTL {
	return s.ttl[t]
}
func (s *optSnapshot) GetResources(t string) map[string]types.Resource { return s.res[t] }
func (s *optSnapshot) ConstructVersionMap() error                      { return nil }
func (s *optSnapshot) GetVersionMap(t string) map[string]string        { return s.vm[t] }

func (s *optSnapshot) set(t, name string, r types.Resource) error {
	b, err := cache.MarshalResource(r)
	if err != nil {
		return err
	}
	s.res[t][name] = r
	s.ttl[t][name] = types.ResourceWithTTL{Resource: r}
	s.vm[t][name] = cache.HashResource(b)
	return nil
}

type optStore struct {
	w     *workload
	mux   *cache.MuxCache
	zc    []cache.SnapshotCache
	snaps []*optSnapshot
}

func newOptStore(w *workload, ver string) (*optStore, error) {
	st := &optStore{w: w, mux: &cache.MuxCache{
		Classify:      func(r *cache.Request) string { return zoneOf(r.GetNode()) },
		ClassifyDelta: func(r *cache.DeltaRequest) string { return zoneOf(r.GetNode()) },
		Caches:        map[string]cache.Cache{},
	}}
	lis, rts := w.listener(), w.routes()
	clusters := make([]types.Resource, w.n)
	for s := range clusters {
		clusters[s] = w.cluster(s)
	}
	for z := 0; z < w.z; z++ {
		sn := &optSnapshot{ver: map[string]string{}, res: map[string]map[string]types.Resource{},
			ttl: map[string]map[string]types.ResourceWithTTL{}, vm: map[string]map[string]string{}}
		for _, t := range []string{resource.ClusterType, resource.EndpointType, resource.ListenerType, resource.RouteType} {
			sn.ver[t], sn.res[t], sn.ttl[t], sn.vm[t] = ver, map[string]types.Resource{}, map[string]types.ResourceWithTTL{}, map[string]string{}
		}
		err := errors.Join(sn.set(resource.ListenerType, lis.Name, lis), sn.set(resource.RouteType, rts.Name, rts))
		for s := 0; s < w.n && err == nil; s++ {
			err = errors.Join(sn.set(resource.ClusterType, svcName(s), clusters[s]),
				sn.set(resource.EndpointType, svcName(s), w.cla(s, z)))
		}
		if err != nil {
			return nil, err
		}
		c := cache.NewSnapshotCache(true, zoneHash{}, nil)
		if err := c.SetSnapshot(context.Background(), zoneName(z), sn); err != nil {
			return nil, err
		}
		st.mux.Caches[zoneName(z)] = c
		st.zc, st.snaps = append(st.zc, c), append(st.snaps, sn)
	}
	return st, nil
}

func (st *optStore) cache() cache.Cache { return st.mux }

func (st *optStore) bump(ver string, svcs []int) error {
	errs := make([]error, st.w.z)
	var wg sync.WaitGroup
	for z := range st.snaps {
		wg.Add(1)
		go func() {
			defer wg.Done()
			old, t := st.snaps[z], resource.EndpointType
			next := &optSnapshot{ver: maps.Clone(old.ver), res: maps.Clone(old.res), ttl: maps.Clone(old.ttl), vm: maps.Clone(old.vm)}
			next.ver[t], next.res[t], next.ttl[t], next.vm[t] = ver, maps.Clone(old.res[t]), maps.Clone(old.ttl[t]), maps.Clone(old.vm[t])
			for _, s := range svcs {
				if errs[z] = next.set(t, svcName(s), st.w.cla(s, z)); errs[z] != nil {
					return
				}
			}
			st.snaps[z] = next
			errs[z] = st.zc[z].SetSnapshot(context.Background(), zoneName(z), next)
		}()
	}
	wg.Wait()
	return errors.Join(errs...)
}
