import { expect, test } from 'vitest'
import { refusedPointers } from './refused-pointers.ts'

/** Pointers inside the route's rules of all problems; [] when they are good. */
function refused(kind: string, rules: unknown): string[] {
  const routes = [{ name: 'r', kind, gateways: ['edge'], rules }]
  return refusedPointers({ routes }).map(pointer => pointer.replace('/routes/0/rules/', ''))
}

const filters = (...list: object[]) => [{ filters: list }]
const redirect = (requestRedirect: object) => ({ type: 'RequestRedirect', requestRedirect })
const rewrite = (urlRewrite: object) => ({ type: 'URLRewrite', urlRewrite })
const mirror = (fields: object) => ({
  type: 'RequestMirror',
  requestMirror: { backendRef: { name: 'a', port: 80 }, ...fields },
})
const cors = (fields: object) => ({ type: 'CORS', cors: fields })
const prefix = { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/b' } }

test.each<[string, unknown, string[]]>([
  ['a redirect without settings', filters({ type: 'RequestRedirect' }), ['0/filters/0/requestRedirect']],
  [
    'a redirect out of range',
    filters(redirect({ scheme: 'ftp', hostname: '*.a.com', port: 0, statusCode: 304 })),
    ['hostname', 'port', 'scheme', 'statusCode'].map(field => `0/filters/0/requestRedirect/${field}`),
  ],
  [
    'a redirect beside backends',
    [{ filters: [redirect({})], backendRefs: [{ name: 'a', port: 80 }] }],
    ['0/filters/0/type'],
  ],
  ['a redirect and a rewrite', filters(rewrite({}), redirect({})), ['0/filters/0/type']],
  ['two redirects', filters(redirect({}), redirect({})), ['0/filters/1/type']],
  [
    'a path modifier of another type than its value',
    filters(rewrite({ path: { type: 'ReplaceFullPath', replacePrefixMatch: '/' } })),
    ['0/filters/0/urlRewrite/path/replaceFullPath', '0/filters/0/urlRewrite/path/replacePrefixMatch'],
  ],
  [
    'a replacement with a query',
    filters(rewrite({ path: { type: 'ReplaceFullPath', replaceFullPath: '/a?b' } })),
    ['0/filters/0/urlRewrite/path/replaceFullPath'],
  ],
  [
    'a prefix replaced without a match',
    filters(rewrite(prefix)),
    ['0/filters/0/urlRewrite/path/replacePrefixMatch'],
  ],
  [
    'a prefix replaced where the path is matched exactly',
    [{ matches: [{ path: { type: 'Exact', value: '/a' } }], filters: [redirect(prefix)] }],
    ['0/filters/0/requestRedirect/path/replacePrefixMatch'],
  ],
  [
    'a prefix replaced by a backend filter beside two matches',
    [
      {
        matches: [{ path: { value: '/a' } }, { path: { value: '/b' } }],
        backendRefs: [{ name: 'a', port: 80, filters: [rewrite(prefix)] }],
      },
    ],
    ['0/backendRefs/0/filters/0/urlRewrite/path/replacePrefixMatch'],
  ],
  [
    'mirrors of more than all, of both kinds of share, and to no port',
    filters(
      mirror({ percent: 101 }),
      mirror({ percent: 1, fraction: { numerator: 1 } }),
      mirror({ fraction: { numerator: 2, denominator: 1 } }),
      mirror({ backendRef: { name: 'a' } }),
    ),
    [
      '0/filters/0/requestMirror/percent',
      '0/filters/1/requestMirror/fraction',
      '0/filters/2/requestMirror/fraction/numerator',
      '0/filters/3/requestMirror/backendRef/port',
    ],
  ],
  [
    'CORS lists that name something beside all',
    filters(
      cors({ allowOrigins: ['*', 'https://a.com'], allowMethods: ['*', 'GET'], allowHeaders: ['*', 'a'] }),
    ),
    ['allowHeaders', 'allowMethods', 'allowOrigins'].map(field => `0/filters/0/cors/${field}`),
  ],
  [
    'CORS values that are none',
    filters(
      cors({
        allowOrigins: ['a.com', 'https://a.*.com'],
        allowMethods: ['get'],
        exposeHeaders: ['a b'],
        maxAge: 0,
      }),
    ),
    ['allowMethods/0', 'allowOrigins/0', 'allowOrigins/1', 'exposeHeaders/0', 'maxAge'].map(
      field => `0/filters/0/cors/${field}`,
    ),
  ],
])('an HTTPRoute with %s is refused', (_title, rules, pointers) => {
  expect(refused('HTTPRoute', rules)).toEqual(pointers)
})

test.each<[string, unknown, string[]]>([
  ['a path', [{ matches: [{ path: { value: '/a' } }] }], ['0/matches/0/path']],
  ['a method match of nothing', [{ matches: [{ method: {} }] }], ['0/matches/0/method']],
  [
    'names that protobuf does not have',
    [{ matches: [{ method: { service: 'a/b', method: 'c-d' } }] }],
    ['0/matches/0/method/method', '0/matches/0/method/service'],
  ],
  [
    'expressions that RE2 does not have',
    [{ matches: [{ method: { type: 'RegularExpression', service: '(?=a)', method: '[' } }] }],
    ['0/matches/0/method/method', '0/matches/0/method/service'],
  ],
  [
    'expressions that are too large together',
    [{ matches: [{ method: { type: 'RegularExpression', service: 'a{600}', method: 'b{600}' } }] }],
    ['0/matches/0/method'],
  ],
  ['a redirect', filters(redirect({})), ['0/filters/0/type']],
  ['a timeout', [{ timeouts: {} }], ['0/timeouts']],
  ['a retry', [{ retry: {} }], ['0/retry']],
])('a GRPCRoute with %s is refused', (_title, rules, pointers) => {
  expect(refused('GRPCRoute', rules)).toEqual(pointers)
})

test.each<[string, string, unknown]>([
  ['HTTPRoute', 'a redirect of everything', filters(redirect({}))],
  [
    'HTTPRoute',
    'every filter that can stand together',
    [
      {
        matches: [{ path: { value: '/a' } }],
        filters: [
          { type: 'RequestHeaderModifier', requestHeaderModifier: { remove: ['a'] } },
          { type: 'ResponseHeaderModifier', responseHeaderModifier: { set: [{ name: 'a', value: 'b' }] } },
          mirror({ percent: 0 }),
          mirror({ fraction: { numerator: 1, denominator: 1000 } }),
          rewrite({ hostname: 'a.com', ...prefix }),
          cors({
            allowOrigins: ['https://*.a.com', 'http://*:8080'],
            allowMethods: ['GET'],
            allowCredentials: true,
          }),
        ],
        retry: { codes: [503], attempts: 0, backoff: '100ms' },
        backendRefs: [{ name: 'a', port: 80, filters: [mirror({})] }],
      },
    ],
  ],
  [
    'GRPCRoute',
    'methods by name and by expression',
    [
      {
        matches: [
          { method: { service: 'a.B', method: 'C' }, headers: [{ name: 'x', value: 'y' }] },
          { method: { type: 'RegularExpression', method: 'Get.*' } },
        ],
        filters: [mirror({})],
        backendRefs: [{ name: 'a', port: 80 }],
      },
    ],
  ],
])('an %s with %s is good', (kind, _title, rules) => {
  expect(refused(kind, rules)).toEqual([])
})
