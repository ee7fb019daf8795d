package main

import (
	"fmt"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	cache "github.com/envoyproxy/go-control-plane/pkg/cache/v3"
)

// store is one way of holding the workload in go-control-plane caches.
type store interface {
	cache() cache.Cache
	// bump publishes new assignments for the given services. version is the new label.
	bump(version string, svcs []int) error
}

type zoneHash struct{}

func zoneOf(n *corev3.Node) string {
	z := n.GetLocality().GetZone()
	if z == "" {
		return zoneName(0)
	}
	return z
}
func (zoneHash) ID(n *corev3.Node) string { return zoneOf(n) }

func newStore(kind string, w *workload) (store, error) {
	switch kind {
	case "snapshot":
		return newSnapshotStore(w, "1")
	case "snapshot-opt":
		return newOptStore(w, "1")
	case "linear":
		return newLinearStore(w, "1")
	}
	return nil, fmt.Errorf("unknown -cache %q", kind)
}
