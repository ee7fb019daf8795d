import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { parseConfig, type ServeFlags } from '../src/config.ts'

const folder = mkdtempSync(join(tmpdir(), 'vicinity-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

function parsed(flags: ServeFlags, env: Record<string, string> = {}) {
  const result = parseConfig(flags, env)
  if (!result.ok) throw new Error(result.problems.join('\n'))
  return result.config
}

function problems(flags: ServeFlags, env: Record<string, string> = {}) {
  const result = parseConfig(flags, env)
  return result.ok ? [] : result.problems
}

test('the defaults listen on loopback, keep routes for 90 days and topology for one', () => {
  expect(parsed({})).toEqual({
    database: { kind: 'sqlite', path: 'vicinity.db' },
    rest: { host: '127.0.0.1', port: 8080 },
    xds: { host: '127.0.0.1', port: 18000 },
    adminToken: undefined,
    allowEmpty: false,
    maxConnectionAge: undefined,
    loadInterval: 10_000,
    retention: { routes: 90 * 86_400_000, topology: 86_400_000 },
    retainTraffic: 30 * 86_400_000,
    trafficPrices: undefined,
    logLevel: 'info',
  })
})

test('a flag wins over the environment', () => {
  const config = parsed({ rest: '127.0.0.1:1' }, { VICINITY_REST: '127.0.0.1:2', VICINITY_XDS: '[::1]:0' })
  expect(config.rest.port).toBe(1)
  expect(config.xds).toEqual({ host: '::1', port: 0 })
})

test('a connection may be given an age, as flag or in the environment', () => {
  expect(parsed({ maxConnectionAge: '30m' }).maxConnectionAge).toBe(1_800_000)
  expect(parsed({}, { VICINITY_MAX_CONNECTION_AGE: '24d' }).maxConnectionAge).toBe(24 * 86_400_000)
})

test.each(['0s', '25d', '30 min'])('an age of %s for connections is refused', age => {
  expect(problems({ maxConnectionAge: age })).toEqual([expect.stringContaining(age)])
})

test('load reports may come more often, or less', () => {
  expect(parsed({ loadInterval: '1s' }).loadInterval).toBe(1_000)
  expect(parsed({ loadInterval: '1m' }).loadInterval).toBe(60_000)
})

test.each(['0s', '61s', '1.5s'])('an interval of %s between load reports is refused', age => {
  expect(problems({ loadInterval: age })).toEqual([expect.stringContaining(age)])
})

test('sqlite::memory: is a database in memory', () => {
  expect(parsed({ database: 'sqlite::memory:' }).database).toEqual({ kind: 'sqlite', path: ':memory:' })
})

test('a PostgreSQL says how many connections it may have, and whether a pooling proxy is in between', () => {
  const url = 'postgres://me:secret@db:5433/vicinity?sslmode=require'
  expect(parsed({ database: url }).database).toEqual({ kind: 'postgres', url, pool: 8, listen: true })
  expect(parsed({ database: `${url}&pool=3&listen=off` }).database).toEqual({
    kind: 'postgres',
    url,
    pool: 3,
    listen: false,
  })
})

test('what is wrong with the URL of a PostgreSQL is said without its password', () => {
  for (const wrong of [
    'postgres://me:secret@db:port/x',
    'postgres://me:secret@db/x?pool=0',
    'postgres://me:secret@db/x?listen=maybe',
  ]) {
    const [problem, ...more] = problems({ database: wrong })
    expect(more).toEqual([])
    expect(problem).toMatch(/^--database: /)
    expect(problem).not.toContain('secret')
  }
})

test('all problems come at once', () => {
  expect(
    problems({
      database: 'mysql:x',
      rest: 'nowhere',
      xds: '1.2.3.4:99999',
      retainRoutes: '9y',
      logLevel: 'loud',
    }),
  ).toHaveLength(5)
})

describe('the admin token', () => {
  test('is needed on every address that is not loopback', () => {
    expect(problems({ rest: '0.0.0.0:8080', xds: '[::]:18000' })).toEqual([
      expect.stringMatching(/^--rest: 0\.0\.0\.0:8080 is not a loopback address/),
      expect.stringMatching(/^--xds: \[::\]:18000 is not a loopback address/),
    ])
    expect(parsed({ rest: '0.0.0.0:8080' }, { VICINITY_ADMIN_TOKEN: 'token' }).adminToken).toBe('token')
  })

  test('comes from a file without its last newline, and the file wins over the environment', () => {
    writeFileSync(join(folder, 'token'), 'from-file\n')
    const flags = { adminTokenFile: join(folder, 'token') }
    expect(parsed(flags, { VICINITY_ADMIN_TOKEN: 'from-env' }).adminToken).toBe('from-file')
  })

  test('that is empty or cannot be read is a problem, never an open API', () => {
    writeFileSync(join(folder, 'token'), '\n')
    expect(problems({ adminTokenFile: join(folder, 'token') })).toHaveLength(1)
    expect(problems({ adminTokenFile: join(folder, 'missing') })).toEqual([expect.stringMatching(/ENOENT/)])
    expect(problems({}, { VICINITY_ADMIN_TOKEN: '' })).toHaveLength(1)
  })
})
