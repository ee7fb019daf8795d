import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { cacheFolder, findKubernetesApi } from '../support/kubernetes-api/find-kubernetes-api.ts'

describe('the search for a Kubernetes API server', () => {
  let folder: string
  let environment: NodeJS.ProcessEnv

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vicinity-find-'))
    environment = { XDG_CACHE_HOME: join(folder, 'cache') }
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  const install = async (where: string) => {
    await mkdir(join(where, 'gateway-api'), { recursive: true })
    await writeFile(join(where, 'kube-lite'), '', { mode: 0o755 })
    await writeFile(join(where, 'kubectl'), '', { mode: 0o755 })
  }

  test('finds nothing where nothing was built, and then what was built from these sources', async () => {
    expect(await findKubernetesApi(environment)).toBeUndefined()
    const built = await cacheFolder(environment)
    await install(built)
    expect(await findKubernetesApi(environment)).toMatchObject({ server: join(built, 'kube-lite') })
  })

  test('does not take a build that is not whole', async () => {
    const built = await cacheFolder(environment)
    await install(built)
    await rm(join(built, 'kubectl'))
    expect(await findKubernetesApi(environment)).toBeUndefined()
  })

  test('takes the one that KUBERNETES_API names, and says so when it names none', async () => {
    const KUBERNETES_API = join(folder, 'mine')
    await expect(findKubernetesApi({ ...environment, KUBERNETES_API })).rejects.toThrow(
      `KUBERNETES_API names ${KUBERNETES_API}, which has no kube-lite, kubectl and gateway-api to use`,
    )
    await install(KUBERNETES_API)
    expect(await findKubernetesApi({ ...environment, KUBERNETES_API })).toEqual({
      server: join(KUBERNETES_API, 'kube-lite'),
      kubectl: join(KUBERNETES_API, 'kubectl'),
      gatewayApi: join(KUBERNETES_API, 'gateway-api'),
    })
  })
})
