package main

import (
	"context"
	"maps"

	"github.com/envoyproxy/go-control-plane/pkg/cache/types"
	cache "github.com/envoyproxy/go-control-plane/pkg/cache/v3"
	resource "github.com/envoyproxy/go-control-plane/pkg/resource/v3"
)

// snapshotStore: the documented design. One cache.Snapshot per zone. Only the
// EDS version label changes on a bump so that SotW does not resend LDS/CDS/RDS.
// ConstructVersionMap is called before SetSnapshot, outside the cache's lock.
type snapshotStore struct {
	w     *workload
	c     cache.SnapshotCache
	snaps []*cache.Snapshot
}

func newSnapshotStore(w *workload, ver string) (*snapshotStore, error) {
	st := &snapshotStore{w: w, c: cache.NewSnapshotCache(true, zoneHash{}, nil)}
	var clusters []types.Resource
	for s := 0; s < w.n; s++ {
		clusters = append(clusters, w.cluster(s))
	}
	lis, rts := []types.Resource{w.listener()}, []types.Resource{w.routes()}
	for z := 0; z < w.z; z++ {
		var eds []types.Resource
		for s := 0; s < w.n; s++ {
			eds = append(eds, w.cla(s, z))
		}
		snap, err := cache.NewSnapshot(ver, map[resource.Type][]types.Resource{
			resource.ClusterType: clusters, resource.EndpointType: eds,
			resource.ListenerType: lis, resource.RouteType: rts,
		})
		if err != nil {
			return nil, err
		}
		if err := snap.Consistent(); err != nil {
			return nil, err
		}
		if err := snap.ConstructVersionMap(); err != nil {
			return nil, err
		}
		st.snaps = append(st.snaps, snap)
		if err := st.c.SetSnapshot(context.Background(), zoneName(z), snap); err != nil {
			return nil, err
		}
	}
	return st, nil
}

func (st *snapshotStore) cache() cache.Cache { return st.c }

func (st *snapshotStore) bump(ver string, svcs []int) error {
	for z := range st.snaps {
		old := st.snaps[z]
		next := &cache.Snapshot{Resources: old.Resources} // other types: same maps, same versions
		items := maps.Clone(old.Resources[types.Endpoint].Items)
		for _, s := range svcs {
			items[svcName(s)] = types.ResourceWithTTL{Resource: st.w.cla(s, z)}
		}
		next.Resources[types.Endpoint] = cache.Resources{Version: ver, Items: items}
		if err := next.ConstructVersionMap(); err != nil {
			return err
		}
		st.snaps[z] = next
		if err := st.c.SetSnapshot(context.Background(), zoneName(z), next); err != nil {
			return err
		}
	}
	return nil
}
