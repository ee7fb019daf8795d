// grpc-go is gRPC's own xDS in Go, for tests: a client that calls what it is told to on its standard input, or a server
// that an xDS listener opens. Both find the control plane by GRPC_XDS_BOOTSTRAP. Built by `npm run build:grpc-go`.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/xds"
)

func main() {
	var err error
	switch {
	case len(os.Args) == 2 && os.Args[1] == "call":
		err = call()
	case len(os.Args) == 4 && os.Args[1] == "serve":
		err = serve(os.Args[2], os.Args[3])
	default:
		err = fmt.Errorf("usage: grpc-go call | grpc-go serve NAME ADDRESS")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// A line of the standard input: so many calls of a method, one after the other.
type order struct {
	ID      int    `json:"id"`
	Target  string `json:"target"`
	Method  string `json:"method"`
	Count   int    `json:"count"`
	Timeout int    `json:"timeout"` // of one call, in milliseconds
}

// The line that answers it.
type outcome struct {
	ID       int            `json:"id"`
	Answered map[string]int `json:"answered"`
	Failed   []failure      `json:"failed"`
}

type failure struct {
	Code    int    `json:"code"`
	Details string `json:"details"`
}

// One channel for each target, as a program would have it.
func call() error {
	channels := map[string]*grpc.ClientConn{}
	lines := bufio.NewScanner(os.Stdin)
	answers := json.NewEncoder(os.Stdout)
	var writing sync.Mutex
	for lines.Scan() {
		var todo order
		if err := json.Unmarshal(lines.Bytes(), &todo); err != nil {
			return err
		}
		channel, ok := channels[todo.Target]
		if !ok {
			var err error
			channel, err = grpc.NewClient(todo.Target, grpc.WithTransportCredentials(insecure.NewCredentials()))
			if err != nil {
				return err
			}
			channels[todo.Target] = channel
		}
		go func() {
			done := todo.run(channel)
			writing.Lock()
			defer writing.Unlock()
			_ = answers.Encode(done)
		}()
	}
	return lines.Err()
}

func (todo order) run(channel *grpc.ClientConn) outcome {
	done := outcome{ID: todo.ID, Answered: map[string]int{}, Failed: []failure{}}
	for range todo.Count {
		ctx, cancel := context.WithTimeout(context.Background(), time.Duration(todo.Timeout)*time.Millisecond)
		var answer []byte
		err := channel.Invoke(ctx, todo.Method, []byte("hello"), &answer, grpc.ForceCodecV2(raw{}))
		cancel()
		if err == nil {
			done.Answered[string(answer)]++
		} else {
			done.Failed = append(done.Failed, failure{Code: int(status.Code(err)), Details: status.Convert(err).Message()})
		}
	}
	return done
}

// Answers every call with a name; a line says each time whether it serves.
func serve(name, address string) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	says := json.NewEncoder(os.Stdout)
	server, err := xds.NewGRPCServer(
		grpc.ForceServerCodecV2(raw{}),
		grpc.UnknownServiceHandler(func(_ any, stream grpc.ServerStream) error {
			var question []byte
			if err := stream.RecvMsg(&question); err != nil {
				return err
			}
			return stream.SendMsg([]byte(name))
		}),
		xds.ServingModeCallback(func(address net.Addr, args xds.ServingModeChangeArgs) {
			reason := ""
			if args.Err != nil {
				reason = args.Err.Error()
			}
			_ = says.Encode(map[string]any{"address": address.String(), "mode": args.Mode.String(), "reason": reason})
		}),
	)
	if err != nil {
		return err
	}
	return server.Serve(listener)
}

// All that is known of messages is their bytes.
type raw struct{}

func (raw) Name() string { return "raw" }

func (raw) Marshal(v any) (mem.BufferSlice, error) {
	bytes, ok := v.([]byte)
	if !ok {
		return nil, status.Errorf(codes.Internal, "%T is no message", v)
	}
	return mem.BufferSlice{mem.SliceBuffer(bytes)}, nil
}

func (raw) Unmarshal(data mem.BufferSlice, v any) error {
	bytes, ok := v.(*[]byte)
	if !ok {
		return status.Errorf(codes.Internal, "%T takes no message", v)
	}
	*bytes = data.Materialize()
	return nil
}
