package main

const (
	tLDS = iota
	tRDS
	tCDS
	tEDS
	nTypes
)

var typeURLs = [nTypes]string{
	"type.googleapis.com/envoy.config.listener.v3.Listener",
	"type.googleapis.com/envoy.config.route.v3.RouteConfiguration",
	"type.googleapis.com/envoy.config.cluster.v3.Cluster",
	"type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment",
}
var typeNames = [nTypes]string{"lds", "rds", "cds", "eds"}

func typeIndex(url []byte) int {
	for i, u := range typeURLs {
		if string(url) == u {
			return i
		}
	}
	return -1
}

func typeByName(s string) int {
	for i, u := range typeNames {
		if u == s || typeURLs[i] == s {
			return i
		}
	}
	return -1
}
