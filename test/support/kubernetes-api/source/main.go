// kube-lite is a real Kubernetes API server for tests, nothing else: kube-apiserver on an embedded etcd, with three real
// controllers (endpointslice, namespace, garbage collector), in one process on free loopback ports. There is no kubelet
// and no scheduler: a test says where a Pod is and that it is ready. Built by `npm run build:kubernetes-api`.
package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"flag"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/pflag"
	"go.etcd.io/etcd/server/v3/embed"
	v1 "k8s.io/api/core/v1"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/informers"
	clientset "k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/metadata/metadatainformer"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	logsapi "k8s.io/component-base/logs/api/v1"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	"k8s.io/controller-manager/pkg/informerfactory"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
	"k8s.io/kubernetes/cmd/kube-apiserver/app/options"
	"k8s.io/kubernetes/pkg/controller/endpointslice"
	"k8s.io/kubernetes/pkg/controller/garbagecollector"
	"k8s.io/kubernetes/pkg/controller/namespace"
)

var (
	dir         = flag.String("dir", "", "state directory (required; created)")
	port        = flag.Int("port", 0, "secure port on 127.0.0.1 (0: a free one)")
	etcdURL     = flag.String("etcd", "", "use this etcd instead of an embedded one")
	controllers = flag.String("controllers", "endpointslice,namespace,garbagecollector", "controllers to run ('' for none)")
	batch       = flag.Duration("endpointslice-batch", 0, "endpointslice controller: --endpoint-updates-batch-period")
	lifeline    = flag.Bool("lifeline", false, "stop when standard input ends (so a killed test leaves nothing behind)")
	extra       = flag.String("apiserver-args", "", "more kube-apiserver flags, space separated")
)

func must[T any](v T, err error) T {
	check(err)
	return v
}
func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "kube-lite:", err)
		os.Exit(1)
	}
}

func main() {
	flag.Parse()
	if *dir == "" {
		check(fmt.Errorf("--dir is required"))
	}
	t0 := time.Now()
	check(os.MkdirAll(*dir, 0o700))
	*dir = must(filepath.Abs(*dir))
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer cancel()
	if *lifeline {
		go func() { io.Copy(io.Discard, os.Stdin); cancel() }()
	}
	check(os.WriteFile(filepath.Join(*dir, "pid"), []byte(fmt.Sprint(os.Getpid())), 0o600))

	// etcd
	if *etcdURL == "" {
		cfg := embed.NewConfig()
		cfg.Dir = filepath.Join(*dir, "etcd")
		any0 := url.URL{Scheme: "http", Host: "127.0.0.1:0"}
		cfg.ListenClientUrls, cfg.AdvertiseClientUrls = []url.URL{any0}, []url.URL{any0}
		cfg.ListenPeerUrls, cfg.AdvertisePeerUrls = []url.URL{any0}, []url.URL{any0}
		cfg.InitialCluster = cfg.InitialClusterFromName(cfg.Name)
		cfg.UnsafeNoFsync = true
		cfg.LogLevel, cfg.LogOutputs = "error", []string{filepath.Join(*dir, "etcd.log")}
		e := must(embed.StartEtcd(cfg))
		defer e.Close()
		select {
		case <-e.Server.ReadyNotify():
		case <-time.After(30 * time.Second):
			check(fmt.Errorf("etcd not ready in 30 s, see %s/etcd.log", *dir))
		}
		*etcdURL = "http://" + e.Clients[0].Addr().String()
	}

	// certificates and token
	pki := filepath.Join(*dir, "pki")
	check(os.MkdirAll(pki, 0o700))
	var token string
	if b, err := os.ReadFile(filepath.Join(pki, "tokens.csv")); err == nil { // a restart in the same --dir keeps CA, keys and token
		token, _, _ = strings.Cut(string(b), ",")
	} else {
		caKey, caCert := newCert(pki, "ca", nil, nil, pkix.Name{CommonName: "kube-lite-ca"})
		newCert(pki, "server", caCert, caKey, pkix.Name{CommonName: "kube-apiserver"})
		newCert(pki, "admin", caCert, caKey, pkix.Name{CommonName: "admin", Organization: []string{"system:masters"}})
		newCert(pki, "sa", nil, nil, pkix.Name{CommonName: "sa"})
		raw := make([]byte, 16)
		must(rand.Read(raw))
		token = hex.EncodeToString(raw)
		check(os.WriteFile(filepath.Join(pki, "tokens.csv"), []byte(token+",test-admin,1,\"system:masters\"\n"), 0o600))
	}
	p := func(n string) string { return filepath.Join(pki, n) }

	// kube-apiserver
	s := options.NewServerRunOptions()
	fs := pflag.NewFlagSet("kube-apiserver", pflag.ContinueOnError)
	for _, f := range s.Flags().FlagSets {
		fs.AddFlagSet(f)
	}
	ln := must(net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", *port)))
	s.SecureServing.Listener = ln
	s.SecureServing.BindPort = ln.Addr().(*net.TCPAddr).Port
	args := []string{
		"--etcd-servers=" + *etcdURL, "--bind-address=127.0.0.1", "--advertise-address=127.0.0.1",
		"--endpoint-reconciler-type=none", "--service-cluster-ip-range=10.96.0.0/16",
		"--tls-cert-file=" + p("server.crt"), "--tls-private-key-file=" + p("server.key"),
		"--client-ca-file=" + p("ca.crt"), "--token-auth-file=" + p("tokens.csv"),
		"--authorization-mode=RBAC", "--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file=" + p("sa.key"), "--service-account-signing-key-file=" + p("sa.key"),
		// no default ServiceAccounts are made (no such controller), so pods must not ask for them
		"--disable-admission-plugins=ServiceAccount", "--anonymous-auth=true",
	}
	check(fs.Parse(append(args, strings.Fields(*extra)...)))
	reg := s.GenericServerRunOptions.ComponentGlobalsRegistry
	check(reg.Set())
	rest.SetDefaultWarningHandler(rest.NoWarnings{})
	check(logsapi.ValidateAndApply(s.Logs, reg.FeatureGateFor("kube")))
	completed := must(s.Complete(ctx))
	if errs := completed.Validate(); len(errs) > 0 {
		check(fmt.Errorf("%v", errs))
	}
	done := make(chan error, 1)
	go func() { done <- app.Run(ctx, completed) }()

	// wait until ready
	host := fmt.Sprintf("https://127.0.0.1:%d", s.SecureServing.BindPort)
	caPEM := must(os.ReadFile(p("ca.crt")))
	rc := &rest.Config{Host: host, BearerToken: token, TLSClientConfig: rest.TLSClientConfig{CAData: caPEM}, QPS: -1}
	client := must(clientset.NewForConfig(rc))
	for deadline := time.Now().Add(60 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		select {
		case err := <-done:
			check(fmt.Errorf("kube-apiserver ended: %w", err))
		default:
		}
		body, err := client.RESTClient().Get().AbsPath("/readyz").DoRaw(ctx)
		if err == nil && string(body) == "ok" {
			break
		}
		if time.Now().After(deadline) {
			check(fmt.Errorf("not ready in 60 s: %v %s", err, body))
		}
	}
	runControllers(ctx, rc, client)

	// kubeconfigs: written whole, last, so their presence means "ready"
	auths := map[string]*clientcmdapi.AuthInfo{
		"kubeconfig-cert": {ClientCertificateData: must(os.ReadFile(p("admin.crt"))), ClientKeyData: must(os.ReadFile(p("admin.key")))},
		"kubeconfig":      {Token: token},
	}
	for _, name := range []string{"kubeconfig-cert", "kubeconfig"} {
		kc := clientcmdapi.NewConfig()
		kc.Clusters["kube-lite"] = &clientcmdapi.Cluster{Server: host, CertificateAuthorityData: caPEM}
		kc.AuthInfos["admin"] = auths[name]
		kc.Contexts["kube-lite"] = &clientcmdapi.Context{Cluster: "kube-lite", AuthInfo: "admin"}
		kc.CurrentContext = "kube-lite"
		f := filepath.Join(*dir, name)
		check(clientcmd.WriteToFile(*kc, f+".tmp"))
		check(os.Rename(f+".tmp", f))
	}
	fmt.Printf("{\"pid\":%d,\"server\":%q,\"token\":%q,\"kubeconfig\":%q,\"ca\":%q,\"etcd\":%q,\"readyMs\":%d}\n", os.Getpid(), host, token,
		filepath.Join(*dir, "kubeconfig"), p("ca.crt"), *etcdURL, time.Since(t0).Milliseconds())
	if err := <-done; err != nil && ctx.Err() == nil {
		check(err)
	}
}

func runControllers(ctx context.Context, rc *rest.Config, client *clientset.Clientset) {
	meta := must(metadata.NewForConfig(rc))
	inf := informers.NewSharedInformerFactory(client, 0)
	metaInf := metadatainformer.NewSharedInformerFactory(meta, 0)
	var run []func()
	for _, c := range strings.FieldsFunc(*controllers, func(r rune) bool { return r == ',' }) {
		switch c {
		case "endpointslice":
			core := inf.Core().V1()
			ec := endpointslice.NewController(ctx, core.Pods(), core.Services(), core.Nodes(), inf.Discovery().V1().EndpointSlices(), 100, client, *batch)
			run = append(run, func() { ec.Run(ctx, 5) })
		case "namespace":
			nc := namespace.NewNamespaceController(ctx, client, meta, client.Discovery().ServerPreferredNamespacedResources,
				inf.Core().V1().Namespaces(), 5*time.Minute, v1.FinalizerKubernetes)
			run = append(run, func() { nc.Run(ctx, 2) })
		case "garbagecollector":
			disc := memory.NewMemCacheClient(client.Discovery())
			mapper := restmapper.NewDeferredDiscoveryRESTMapper(disc)
			started := make(chan struct{})
			gc := must(garbagecollector.NewGarbageCollector(ctx, client, meta, mapper, garbagecollector.DefaultIgnoredResources(),
				informerfactory.NewInformerFactory(inf, metaInf), started))
			run = append(run, func() { close(started); gc.Run(ctx, 2, 30*time.Second) }, func() { gc.Sync(ctx, client.Discovery(), 2*time.Second) })
		default:
			check(fmt.Errorf("unknown controller %q", c))
		}
	}
	inf.Start(ctx.Done())
	metaInf.Start(ctx.Done())
	inf.WaitForCacheSync(ctx.Done())
	for _, f := range run {
		go f()
	}
	klog.InfoS("controllers started", "controllers", *controllers)
}

func newCert(dir, name string, ca *x509.Certificate, caKey *ecdsa.PrivateKey, subject pkix.Name) (*ecdsa.PrivateKey, *x509.Certificate) {
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	tmpl := &x509.Certificate{
		SerialNumber: must(rand.Int(rand.Reader, big.NewInt(1<<62))), Subject: subject,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0),
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		DNSNames:    []string{"localhost", "kubernetes.default.svc"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	if ca == nil {
		ca, caKey = tmpl, key
		tmpl.IsCA, tmpl.BasicConstraintsValid, tmpl.KeyUsage = true, true, x509.KeyUsageCertSign|x509.KeyUsageDigitalSignature
		tmpl.DNSNames, tmpl.IPAddresses, tmpl.ExtKeyUsage = nil, nil, nil
	}
	der := must(x509.CreateCertificate(rand.Reader, tmpl, ca, &key.PublicKey, caKey))
	write := func(suffix, typ string, b []byte) {
		check(os.WriteFile(filepath.Join(dir, name+suffix), pem.EncodeToMemory(&pem.Block{Type: typ, Bytes: b}), 0o600))
	}
	write(".crt", "CERTIFICATE", der)
	write(".key", "EC PRIVATE KEY", must(x509.MarshalECPrivateKey(key)))
	return key, must(x509.ParseCertificate(der))
}
