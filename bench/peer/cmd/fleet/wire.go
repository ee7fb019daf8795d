package main

import (
	"fmt"
	"sync"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
)

// rawCodec hands responses over undecoded (*rawMsg) and encodes requests with
// proto. It presents itself as "proto" so that the content-type is the usual one.
type rawCodec struct{}

type rawMsg struct{ b []byte }

func (rawCodec) Name() string { return "proto" }
func (rawCodec) Marshal(v any) ([]byte, error) {
	return proto.Marshal(v.(proto.Message))
}
func (rawCodec) Unmarshal(b []byte, v any) error {
	v.(*rawMsg).b = b
	return nil
}

// fields walks the top-level fields of an encoded message; f gets the field
// number, the bytes of a length-delimited field, or the value of a varint.
func fields(b []byte, f func(num protowire.Number, v []byte, n uint64)) error {
	for len(b) > 0 {
		num, typ, k := protowire.ConsumeTag(b)
		if k < 0 {
			return protowire.ParseError(k)
		}
		b = b[k:]
		switch typ {
		case protowire.BytesType:
			v, k := protowire.ConsumeBytes(b)
			if k < 0 {
				return protowire.ParseError(k)
			}
			f(num, v, 0)
			b = b[k:]
		case protowire.VarintType:
			n, k := protowire.ConsumeVarint(b)
			if k < 0 {
				return protowire.ParseError(k)
			}
			f(num, nil, n)
			b = b[k:]
		default:
			k := protowire.ConsumeFieldValue(num, typ, b)
			if k < 0 {
				return protowire.ParseError(k)
			}
			b = b[k:]
		}
	}
	return nil
}

// wireResource is one resource of a response, aliasing the message buffer.
type wireResource struct {
	name, version, value []byte
}

type wireResponse struct {
	typeURL, nonce []byte
	resources      []wireResource
	removed        [][]byte
}

func (w *wireResponse) reset() {
	w.typeURL, w.nonce = nil, nil
	w.resources, w.removed = w.resources[:0], w.removed[:0]
}

// parse reads a DeltaDiscoveryResponse.
func (w *wireResponse) parse(b []byte) error {
	w.reset()
	var inner error
	err := fields(b, func(num protowire.Number, v []byte, _ uint64) {
		switch num {
		case 2:
			var r wireResource
			if e := fields(v, func(num protowire.Number, v []byte, _ uint64) {
				switch num {
				case 1:
					r.version = v
				case 2:
					r.value = anyValue(v)
				case 3:
					r.name = v
				}
			}); e != nil {
				inner = e
			}
			w.resources = append(w.resources, r)
		case 4:
			w.typeURL = v
		case 5:
			w.nonce = v
		case 6:
			w.removed = append(w.removed, v)
		case 8: // RemovedResourceName{name=1}
			_ = fields(v, func(num protowire.Number, v []byte, _ uint64) {
				if num == 1 {
					w.removed = append(w.removed, v)
				}
			})
		}
	})
	if err == nil {
		err = inner
	}
	return err
}

func anyValue(b []byte) (out []byte) {
	_ = fields(b, func(num protowire.Number, v []byte, _ uint64) {
		if num == 2 {
			out = v
		}
	})
	return
}

// edsName tells whether an encoded Cluster uses EDS and under which name.
func edsName(b []byte) (name []byte, ok bool) {
	var svc []byte
	_ = fields(b, func(num protowire.Number, v []byte, n uint64) {
		switch num {
		case 1:
			name = v
		case 2:
			ok = n == 3 // DiscoveryType EDS
		case 3: // EdsClusterConfig{eds_config=1, service_name=2}
			_ = fields(v, func(num protowire.Number, v []byte, _ uint64) {
				if num == 2 {
					svc = v
				}
			})
		}
	})
	if len(svc) > 0 {
		name = svc
	}
	return
}

// interner keeps one copy of each name and version over all streams.
type interner struct {
	mu sync.RWMutex
	m  map[string]string
}

func (i *interner) get(b []byte) string {
	i.mu.RLock()
	s, ok := i.m[string(b)]
	i.mu.RUnlock()
	if ok {
		return s
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if s, ok := i.m[string(b)]; ok {
		return s
	}
	s = string(b)
	i.m[s] = s
	return s
}

var names = &interner{m: map[string]string{}}

var errNoType = fmt.Errorf("response without a known type_url")
