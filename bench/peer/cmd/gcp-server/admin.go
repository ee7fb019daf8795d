package main

import (
	"encoding/json"
	"net/http"
	_ "net/http/pprof" // profiles of the peer: /debug/pprof/
	"strconv"
	"strings"
	"sync"
)

// serveAdmin: POST /bump?names=svc-00001,svc-00007 flips the port of the first
// endpoint of each of these, in every zone, and returns when it is published.
func serveAdmin(w *workload, st store) {
	var mu sync.Mutex
	version := 1
	http.HandleFunc("POST /bump", func(rw http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		var svcs []int
		for _, nm := range strings.Split(r.FormValue("names"), ",") {
			i, err := strconv.Atoi(strings.TrimPrefix(nm, "svc-"))
			if err != nil || i < 0 || i >= w.n {
				http.Error(rw, "no such service: "+nm, http.StatusBadRequest)
				return
			}
			svcs = append(svcs, i)
		}
		for _, s := range svcs {
			w.gen[s]++
		}
		version++
		if err := st.bump(strconv.Itoa(version), svcs); err != nil {
			http.Error(rw, err.Error(), http.StatusInternalServerError)
			return
		}
		rw.Header().Set("content-type", "application/json")
		_ = json.NewEncoder(rw).Encode(map[string]any{"version": version})
	})
}
