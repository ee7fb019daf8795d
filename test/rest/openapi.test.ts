import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LastingTestbed, openLastingTestbed } from './rest-testbed.ts'

let testbed: LastingTestbed
beforeAll(async () => {
  testbed = await openLastingTestbed()
})
afterAll(() => testbed.close())

const CONTRACT = {
  '/v1/sources/{source}/topology': ['get', 'patch', 'put'],
  '/v1/sources/{source}/routes': ['get', 'patch', 'put'],
  '/v1/sources/{source}/snapshot': ['get', 'put'],
  '/v1/sources/{source}/kubernetes': ['put'],
  '/v1/sources': ['get'],
  '/v1/sources/{source}': ['delete', 'get'],
  '/v1/sources/{source}/settings': ['get', 'put'],
  '/v1/sources/{source}/heartbeat': ['post'],
  '/v1/revisions': ['get'],
  '/v1/revisions/{revision}': ['get'],
  '/v1/revisions/{revision}/diff': ['get'],
  '/v1/revisions/{revision}/restore': ['post'],
  '/v1/revisions/{revision}/traffic': ['get'],
  '/v1/routes': ['get'],
  '/v1/routes/{namespace}/{name}': ['get'],
  '/v1/services': ['get'],
  '/v1/services/{namespace}/{name}': ['get'],
  '/v1/services/{namespace}/{name}/assignment': ['get'],
  '/v1/simulations': ['post'],
  '/v1/zones': ['get'],
  '/v1/zones/{zone}/services': ['get'],
  '/v1/zones/{zone}/drain': ['post'],
  '/v1/zones/{zone}/undrain': ['post'],
  '/v1/traffic': ['get'],
  '/v1/nacks': ['get'],
  '/v1/proxies': ['get'],
  '/v1/proxies/{id}': ['get'],
  '/v1/proxies/{id}/config': ['get'],
  '/v1/proxies/{id}/config/diff': ['get'],
  '/v3/discovery:clusters': ['post'],
  '/v3/discovery:endpoints': ['post'],
  '/v3/discovery:listeners': ['post'],
  '/v3/discovery:routes': ['post'],
  '/livez': ['get'],
  '/readyz': ['get'],
  '/metrics': ['get'],
  '/openapi.json': ['get'],
}

test('the document lists every path and method of the contract, and no other', async () => {
  const { body } = await testbed.call('GET', '/openapi.json')
  const listed = Object.entries(body.paths).map(([path, methods]) => [
    path,
    Object.keys(methods as object).sort(),
  ])
  expect(Object.fromEntries(listed)).toEqual(CONTRACT)
})

test('every listed path answers, and every operation says what it does and what comes back', async () => {
  const { body } = await testbed.call('GET', '/openapi.json')
  for (const [path, methods] of Object.entries<Record<string, { summary: string; responses: object }>>(
    body.paths,
  )) {
    const real = path.replaceAll(/\{(\w+)\}/g, (_, name) => (name === 'revision' ? '1' : 'a'))
    const options = await testbed.call('OPTIONS', real)
    for (const [method, { summary, responses }] of Object.entries(methods)) {
      expect(options.headers.get('allow')?.split(', '), path).toContain(method.toUpperCase())
      expect(summary, `${method} ${path}`).toMatch(/\w/)
      expect(Object.keys(responses).some(status => status === '200' || status === '204')).toBe(true)
    }
  }
})

test('every reference in it leads somewhere', async () => {
  const { body } = await testbed.call('GET', '/openapi.json')
  const references = [...JSON.stringify(body).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)]
  expect(references.length).toBeGreaterThan(10)
  for (const [, name = ''] of references) expect(Object.keys(body.components.schemas)).toContain(name)
})

test('the one that is checked in is the same', async () => {
  const { body } = await testbed.call('GET', '/openapi.json')
  const checkedIn = readFileSync(new URL('../../api/openapi.json', import.meta.url), 'utf8')
  expect(JSON.parse(checkedIn)).toEqual(body)
})
