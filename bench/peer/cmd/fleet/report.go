package main

import (
	"os"
	"slices"
	"syscall"
	"time"
)

type quant struct {
	P50 float64 `json:"p50"`
	P90 float64 `json:"p90"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
	Min float64 `json:"min"`
	N   int     `json:"n"`
}

func quantiles(v []float64) quant {
	if len(v) == 0 {
		return quant{}
	}
	slices.Sort(v)
	at := func(p float64) float64 { return v[min(len(v)-1, int(p*float64(len(v))))] }
	r := func(x float64) float64 { return float64(int64(x*1000+0.5)) / 1000 }
	return quant{r(at(.5)), r(at(.9)), r(at(.99)), r(v[len(v)-1]), r(v[0]), len(v)}
}

func (f *fleet) totals() map[string]any {
	out := map[string]any{}
	var tb, tr, tres int64
	for t := 0; t < nTypes; t++ {
		var b, r, res, rem int64
		for _, s := range f.streams {
			b += s.cnt[t].bytes.Load()
			r += s.cnt[t].responses.Load()
			res += s.cnt[t].resources.Load()
			rem += s.cnt[t].removed.Load()
		}
		out[typeNames[t]] = map[string]int64{"bytes": b, "responses": r, "resources": res, "removed": rem}
		tb, tr, tres = tb+b, tr+r, tres+res
	}
	out["bytes"], out["responses"], out["resources"] = tb, tr, tres
	return out
}

func cpuSeconds() float64 {
	var r syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &r)
	return float64(r.Utime.Sec+r.Stime.Sec) + float64(r.Utime.Usec+r.Stime.Usec)/1e6
}

func (f *fleet) status() map[string]any {
	le, _ := f.lastErr.Load().(string)
	return map[string]any{"streams": len(f.streams), "open": f.nOpen.Load(), "opened_total": f.opened.Load(), "ready": f.nReady.Load(),
		"errors": f.errs.Load(), "last_error": le, "received": f.totals(), "cpu_s": cpuSeconds(),
		"idle_ms": float64(time.Now().UnixNano()-f.lastRx.Load()) / 1e6, "pid": os.Getpid()}
}

func (f *fleet) readyReport() map[string]any {
	var ms, by []float64
	for _, s := range f.streams {
		if v := s.readyAt.Load(); v > 0 {
			ms = append(ms, float64(v)/1e6)
			by = append(by, float64(s.readyByt.Load()))
		}
	}
	return map[string]any{"ready": f.nReady.Load(), "streams": len(f.streams), "ms": quantiles(ms), "bytes_per_stream": quantiles(by),
		"received": f.totals(), "errors": f.errs.Load(), "cpu_s": cpuSeconds()}
}

func (f *fleet) snapCounters() [][nTypes][3]int64 {
	out := make([][nTypes][3]int64, len(f.streams))
	for i, s := range f.streams {
		for t := range s.cnt {
			out[i][t] = [3]int64{s.cnt[t].bytes.Load(), s.cnt[t].responses.Load(), s.cnt[t].resources.Load()}
		}
	}
	return out
}

func (f *fleet) pushReport(a *arm, t0 int64) map[string]any {
	if t0 == 0 {
		t0 = a.at.UnixNano()
	}
	var last, bytes, resp, res []float64
	var other int64
	missing := 0
	cur := f.snapCounters()
	for i := range f.streams {
		if w := a.when[i].Load(); w > 0 {
			last = append(last, float64(w-t0)/1e6)
		} else {
			missing++
		}
		for t := 0; t < nTypes; t++ {
			d := cur[i][t]
			for j := range d {
				d[j] -= a.base[i][t][j]
			}
			if t == a.typ {
				bytes, resp, res = append(bytes, float64(d[0])), append(resp, float64(d[1])), append(res, float64(d[2]))
			} else {
				other += d[0]
			}
		}
	}
	out := map[string]any{"epoch": a.epoch, "type": typeNames[a.typ], "streams": len(f.streams), "missing": missing,
		"bytes_per_stream": quantiles(bytes), "responses_per_stream": quantiles(resp), "resources_per_stream": quantiles(res),
		"other_types_bytes_total": other, "cpu_s": cpuSeconds()}
	out["raw_ms"], out["ms"] = last, quantiles(last)
	return out
}
