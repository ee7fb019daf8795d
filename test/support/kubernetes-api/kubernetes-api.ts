import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { waitUntil } from '../../../demo/wait-until.ts'
import { ApiClient } from './api-client.ts'
import type { Installation } from './find-kubernetes-api.ts'

/** A real Kubernetes API server with the Gateway API's CRDs, empty, on a port and in a folder of its own. */
export interface KubernetesApi {
  /** A file that says where it is and who asks. */
  readonly kubeconfig: string
  readonly client: ApiClient
  /** Runs the real kubectl and resolves to what it printed. */
  kubectl(args: readonly string[], input?: string): Promise<string>
  /** `kubectl apply` of these objects. */
  apply(objects: readonly object[]): Promise<void>
  close(): Promise<void>
}

/** What the server prints when it is ready. */
interface ReadyLine {
  readonly server: string
  readonly token: string
  readonly kubeconfig: string
  /** A file. */
  readonly ca: string
}

/** Both families of addresses for services, IPv4 first. */
const ARGUMENTS = '--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112'

export async function startKubernetesApi(installation: Installation): Promise<KubernetesApi> {
  const folder = await mkdtemp(join(tmpdir(), 'vicinity-kubernetes-'))
  const server = await startServer(installation.server, folder)
  const client = new ApiClient({ ...server.ready, ca: await readFile(server.ready.ca, 'utf8') })
  const own = [`--kubeconfig=${server.ready.kubeconfig}`, `--cache-dir=${join(folder, 'kubectl-cache')}`]
  const kubectl = (args: readonly string[], input = '') => run(installation.kubectl, [...own, ...args], input)
  const api: KubernetesApi = {
    kubeconfig: server.ready.kubeconfig,
    client,
    kubectl,
    apply: async objects => {
      await kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }))
    },
    close: async () => {
      client.close()
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
  try {
    await installGatewayApi(api, installation.gatewayApi)
    return api
  } catch (error) {
    await api.close()
    throw error
  }
}

/** Server-side, as the Gateway API's own instructions have it: the CRDs are too large for kubectl's annotation. */
async function installGatewayApi({ kubectl, client }: KubernetesApi, crds: string): Promise<void> {
  await kubectl(['apply', '--server-side', '-f', crds])
  await kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s'])
  await waitUntil('the API server to serve HTTPRoutes', async () => {
    return (await client.call('GET', '/apis/gateway.networking.k8s.io/v1/httproutes')).status === 200
  })
}

interface Server {
  readonly ready: ReadyLine
  stop(): Promise<void>
}

/** Its standard input is a lifeline: the server ends when that does, so also when this process is killed. */
async function startServer(program: string, folder: string): Promise<Server> {
  const args = [`--dir=${folder}`, '--lifeline', `--apiserver-args=${ARGUMENTS}`]
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  child.stdin.on('error', () => {})
  let log = ''
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    log = (log + chunk).slice(-8_192)
  })
  const ended = once(child, 'close')
  const line = once(child.stdout.setEncoding('utf8'), 'data') as Promise<[string]>
  const first = await Promise.race([line, ended.then(() => undefined)])
  if (first === undefined) throw new Error(`the Kubernetes API server ended before it was ready:\n${log}`)
  return {
    ready: JSON.parse(first[0]) as ReadyLine,
    stop: async () => {
      child.kill('SIGTERM')
      const late = setTimeout(() => child.kill('SIGKILL'), 10_000)
      await ended
      clearTimeout(late)
    },
  }
}

async function run(command: string, args: readonly string[], input: string): Promise<string> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], timeout: 60_000 })
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const ended = once(child, 'close') as Promise<[code: number | null]>
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  if (code === 0) return stdout
  throw new Error(`kubectl ${args.slice(2).join(' ')} ended with ${code}: ${stderr}`)
}
