import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { prepareBody } from '../../src/operations/intake/prepare-body.ts'
import { findDeploymentTools, HOW_TO_GET_THEM } from '../support/deployment-tools.ts'
import { serveArguments } from './serve-arguments.ts'

const run = promisify(execFile)
const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url))
const DOCKERFILE = path('deploy/docker/Dockerfile')

/** A compose file as Docker Compose would see it, as far as a test looks into it. */
interface ComposeProject {
  readonly services: Readonly<Record<string, { command?: string[]; networks: Record<string, Member | null> }>>
  readonly configs: { readonly push: { readonly content: string } }
}
interface Member {
  readonly aliases?: readonly string[]
  readonly ipv4_address?: string
}

const tools = await findDeploymentTools()

if (!tools) {
  console.warn(`SKIPPED: the Dockerfile and the compose file were not checked: ${HOW_TO_GET_THEM}`)
  test.skip(`SKIPPED, all that needs hadolint and the loader of compose files: ${HOW_TO_GET_THEM}`)
} else {
  test('hadolint has nothing to say of the Dockerfile', async () => {
    await expect(run(tools.hadolint, [DOCKERFILE])).resolves.toMatchObject({ stdout: '' })
  })

  describe('the compose file', async () => {
    const { stdout } = await run(tools.compose, ['-format', 'json', path('deploy/compose.yaml')], {
      env: { VICINITY_ADMIN_TOKEN: 'secret' },
    })
    const { services, configs } = JSON.parse(stdout) as ComposeProject
    const pushed = parse(configs.push.content) as { topology: { services: { endpoints: object[] }[] } }

    test.each(['replica-1', 'replica-2'])('tells %s nothing that serve does not know', name => {
      expect(serveArguments(services[name]?.command ?? []).unknown).toEqual([])
      expect(services[name]?.networks.fleet?.aliases).toEqual(['vicinity'])
    })

    test('pushes what is taken without a word, with the addresses that the backends have', () => {
      const bytes = new TextEncoder().encode(JSON.stringify(pushed))
      expect(prepareBody({ kind: 'snapshot', bytes })).toMatchObject({ ok: true, warnings: [] })
      const endpoints = pushed.topology.services.flatMap(service => service.endpoints)
      expect(endpoints).toMatchObject(
        ['backend-a', 'backend-b'].map(name => ({
          name,
          address: services[name]?.networks.fleet?.ipv4_address,
        })),
      )
    })
  })
}

test('the image is made of what is there, and nothing else is sent to be built', () => {
  const copied = [...readFileSync(DOCKERFILE, 'utf8').matchAll(/^COPY (?!--from)(.+) \S+$/gm)]
    .flatMap(([, sources]) => (sources as string).split(' '))
    .sort()
  expect(copied.filter(name => !existsSync(path(name)))).toEqual([])
  const sent = [...readFileSync(path('.dockerignore'), 'utf8').matchAll(/^!(.+)$/gm)].map(([, name]) => name)
  expect(sent.sort()).toEqual(copied)
})
