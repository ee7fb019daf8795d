import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { type RestServer, serveRest } from '../../src/rest/serve-rest.ts'
import {
  endpointSlice,
  gateway,
  httpRoute,
  list,
  node,
  service,
} from '../operations/intake/kubernetes-objects.ts'
import { type LastingTestbed, openLastingTestbed } from '../rest/rest-testbed.ts'
import { TOPOLOGY } from '../rest/scenario.ts'
import { runCli } from './run-cli.ts'

const folder = mkdtempSync(join(tmpdir(), 'vicinity-kubernetes-'))
afterAll(() => rmSync(folder, { recursive: true }))

let testbed: LastingTestbed
let server: RestServer
let env: Record<string, string>

beforeEach(async () => {
  testbed = await openLastingTestbed()
  server = await serveRest(testbed.app, { host: '127.0.0.1', port: 0 })
  env = { VICINITY_SERVER: `http://${server.address}` }
})
afterEach(async () => {
  await server.close(0)
  await testbed.close()
})

const CLUSTER = list(node('n1', 'zone-a'), service('backend'), endpointSlice('backend', 'n1'))
const MANIFESTS = [gateway('edge'), httpRoute('web', 'edge', 'backend')]

function file(name: string, content: string): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

function push(args: readonly string[], input = '') {
  return runCli(['push', '--source', 'east', ...args], input, env)
}

function manifests(): string {
  return file('manifests.yaml', MANIFESTS.map(one => stringify(one)).join('---\n'))
}

describe('push of Kubernetes objects', () => {
  test('takes what kubectl prints from standard input, and the rest from -f', async () => {
    const printed = `${JSON.stringify(CLUSTER, undefined, 4)}\n`
    const first = await push(['-', '-f', manifests()], printed)
    expect(first).toMatchObject({ code: 0, stderr: '' })
    expect(first.stdout).toContain('+ Service default/backend\n')
    expect(first.stdout).toContain('snapshot of east: revision 1: 6 added, 0 updated, 0 removed\n')
    const again = await push(['-', '-f', manifests()], printed)
    expect(again.stdout).toBe('snapshot of east: unchanged since revision 1\n')
  })

  test('of one part leaves the other alone, which without --part is emptied with a warning', async () => {
    await push([manifests()])
    const part = await push(['--part', 'topology', '-'], JSON.stringify(CLUSTER))
    expect(part).toMatchObject({ code: 0, stderr: '' })
    expect(part.stdout).toContain('topology of east: revision 2: 4 added')
    const both = await push(['--filename', '-'], JSON.stringify(CLUSTER))
    expect(both.stdout).toContain('revision 3: 0 added, 0 updated, 2 removed')
    expect(both.stderr).toMatch(/^warning: stdin: the document has no Gateway.* push with part=topology/)
  })

  test('shows problems with file, document and place, and stores nothing', async () => {
    const bad = file('bad.yaml', `${stringify(service('a'))}---\n${stringify(gateway('edge', 0))}`)
    const { code, stderr } = await push(['-f', bad, '-'], JSON.stringify(CLUSTER))
    expect(code).toBe(3)
    expect(stderr).toContain(`vicinity: ${bad} (2): /spec/listeners/0/port: Gateway default/edge: must be`)
    const alone = await push(['-'], JSON.stringify(list(service('a'), gateway('edge', 0))))
    expect(alone.stderr).toContain(
      'vicinity: stdin: /items/1/spec/listeners/0/port: Gateway default/edge: must be',
    )
    expect(await testbed.store.head()).toBe(0)
  })

  test('tells of an object that two files have where both stand', async () => {
    const [one, two] = ['one.yaml', 'two.yaml'].map(name => file(name, stringify(service('a'))))
    const { code, stderr } = await push(['-f', String(one), '-f', String(two)])
    expect(code).toBe(3)
    expect(stderr).toContain(
      `vicinity: ${two}: Service default/a: is given twice: ${one} is the same object\n`,
    )
  })

  test('shows where JSON breaks off', async () => {
    const { code, stderr } = await push(['-'], '{"apiVersion": "v1",\n')
    expect(code).toBe(3)
    expect(stderr).toContain('vicinity: stdin: is not JSON: the document ends at line 2, column 1')
  })

  test('is refused together with documents of our own, with the names of both', async () => {
    const native = file('native.yaml', stringify(TOPOLOGY))
    const { code, stderr } = await push([native, '-f', manifests()])
    expect(code).toBe(3)
    expect(stderr).toContain(`Kubernetes objects (${manifests()} (1), ${manifests()} (2))`)
    expect(stderr).toContain(`documents of Vicinity's own (${native})`)
  })

  test.each([
    ['no file', [], /name the files/],
    ['standard input twice', ['-', '-f', '-'], /only once/],
    ['a part that there is not', ['--part', 'both', '-'], /--part/],
    ['a part of documents that name theirs', ['--part', 'topology', '-'], /--part is for Kubernetes/],
  ])('%s is wrong usage', async (_, args, message) => {
    const { code, stderr } = await push(args, JSON.stringify(TOPOLOGY))
    expect(code).toBe(2)
    expect(stderr).toMatch(message)
  })
})
