import { z } from '@hono/zod-openapi'
import { problem } from '../problem.ts'
import { problems } from '../responses.ts'
import { type Route, route } from '../route.ts'

const alive = {
  200: { description: 'It is', content: { 'text/plain': { schema: z.string() } } },
}

/** A process that answers is alive: a database that is away is no reason to restart it. */
export function livez(): Route {
  return route({
    method: 'get',
    path: '/livez',
    summary: 'Is the process alive?',
    open: true,
    responses: alive,
    handle: async c => c.text('ok\n'),
  })
}

/** Ready while this replica can serve proxies, from memory if it must; not while it drains. */
export function readyz(ready: () => boolean): Route {
  return route({
    method: 'get',
    path: '/readyz',
    summary: 'Can this replica serve proxies?',
    open: true,
    responses: { ...alive, ...problems(503) },
    handle: async c => (ready() ? c.text('ok\n') : problem(503, 'this replica is stopping')),
  })
}
