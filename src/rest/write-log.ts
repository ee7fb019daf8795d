import type { MiddlewareHandler } from 'hono'
import type { Logger } from 'pino'
import { Counter, type Registry } from 'prom-client'
import { isRefusal, type Refusal } from '../operations/refusal.ts'
import type { WriteAnswer } from '../operations/write-answer.ts'
import type { RestVariables } from './route.ts'

/** Logs every request that is meant to change something, and counts what became of writes. Never what they bring. */
export function writeLog(registry: Registry, log: Logger): MiddlewareHandler<{ Variables: RestVariables }> {
  const writes = new Counter({
    name: 'vicinity_writes_total',
    help: 'Pushes, patches and other writes that were understood, by what became of them',
    labelNames: ['part', 'outcome'],
    registers: [registry],
  })
  return async (c, next) => {
    const { method, path } = c.req
    const start = performance.now()
    await next()
    if (READS.has(method) || c.get('changesNothing')) return
    const written = c.get('written')
    if (written !== undefined) writes.inc(labelsOf(written))
    log.info(
      {
        request: c.get('requestId'),
        method,
        path,
        status: c.res.status,
        ms: Math.round(performance.now() - start),
        by: c.get('principal')?.name,
        ...(written && saidOf(written)),
      },
      'write',
    )
  }
}

const READS = new Set(['GET', 'HEAD', 'OPTIONS'])

function labelsOf(written: WriteAnswer | Refusal): Record<'part' | 'outcome', string> {
  if (isRefusal(written)) return { part: 'unknown', outcome: written.refused }
  const { part, revision, unchanged } = written
  return { part, outcome: unchanged ? 'unchanged' : revision === null ? 'dry-run' : 'written' }
}

/** Details of a refusal name what was pushed, and problems may quote it. */
function saidOf(written: WriteAnswer | Refusal): object {
  if (isRefusal(written)) return { refused: written.refused, problems: written.problems.length }
  const { source, part, revision, unchanged, changed, warnings, convergence } = written
  return {
    source,
    part,
    revision,
    ...(unchanged ? { unchanged } : { changed }),
    ...(warnings.length > 0 && { warnings: warnings.length }),
    ...(convergence && {
      proxies: convergence.proxies,
      acked: convergence.acked,
      nacked: convergence.nacked.length,
      pending: convergence.pending.length,
    }),
  }
}
