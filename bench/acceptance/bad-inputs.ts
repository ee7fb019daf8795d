import { request } from '../../demo/http-request.ts'
import { freshVicinity } from '../../demo/stage.ts'
import { BAD_CALLS, type BadCall } from './bad-bodies.ts'
import { measure } from './measure.ts'
import { memoryOf } from './process-memory.ts'

/** Bad input of every kind: each is answered with a problem document that says where, and nothing is stored. */
interface Problem {
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[]
}

await measure('bad-inputs', async closing => {
  const { api, rest, pid } = await freshVicinity(closing)
  const { revision: before } = await api.put('/v1/sources/good/topology', { zones: [{ zone: 'zone-a' }] })
  const wrong: object[] = []
  const slow: object[] = []
  for (const bad of BAD_CALLS) {
    const began = performance.now()
    const problem = await judge(rest, bad).catch((error: Error) => ({ crashed: error.message }))
    const ms = Math.round(performance.now() - began)
    if (problem) wrong.push({ name: bad.name, ...problem })
    if (ms > 500) slow.push({ name: bad.name, ms })
  }
  const { items } = await api.get<{ items: { revision: number }[] }>('/v1/revisions?limit=1')
  const sources = await api.get<{ items: { source: string }[] }>('/v1/sources')
  const stored = sources.items.length !== 1 || items[0]?.revision !== before
  const alive = (await request(rest, { path: '/livez' })).status === 200
  return {
    right: wrong.length === 0 && !stored && alive,
    calls: BAD_CALLS.length,
    wrong,
    slow,
    stored,
    alive,
    memory: await memoryOf(pid),
  }
})

/** What was wrong with the answer; undefined when it was as it should be. */
async function judge(rest: string, bad: BadCall): Promise<object | undefined> {
  const { method, path, headers, body } = bad
  const answer = await request(rest, { method, path, headers, ...(body !== undefined && { body }) })
  const text = answer.text.slice(0, 400)
  if (!bad.statuses.includes(answer.status)) return { status: answer.status, text }
  const type = answer.headers['content-type'] ?? ''
  if (!type.startsWith('application/problem+json')) return { status: answer.status, type, text }
  const { errors = [] } = JSON.parse(answer.text) as Problem
  if (bad.pointer === undefined) return undefined
  if (!errors.some(({ pointer }) => pointer === bad.pointer)) return { expected: bad.pointer, text }
  return undefined
}
