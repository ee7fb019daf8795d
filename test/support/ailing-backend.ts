import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

interface Check {
  readonly method: string
  readonly path: string
  readonly host: string
}

/** A backend whose health is the test's to say: it answers requests and checks (of `/healthz…`) as it was told last. */
export interface AilingBackend {
  readonly pod: string
  readonly port: number
  /** Checks that came. */
  readonly checks: readonly Check[]
  /** How many requests came that are no checks. */
  requests(): number
  /** The status of answers to checks, and how many milliseconds they take. */
  answerChecks(status: number, delay?: number): void
  /** The status of answers to all else. */
  answerRequests(status: number): void
  close(): Promise<void>
}

export async function startAilingBackend(pod: string): Promise<AilingBackend> {
  const checks: Check[] = []
  let requests = 0
  let check = { status: 200, delay: 0 }
  let status = 200
  const server = createServer(async ({ method = '', url = '', headers }, response) => {
    if (url.startsWith('/healthz')) {
      checks.push({ method, path: url, host: headers.host ?? '' })
      const { delay } = check
      if (delay > 0) await sleep(delay)
      response.writeHead(check.status).end()
      return
    }
    requests += 1
    const delay = new URL(url, 'http://localhost').searchParams.get('delay')
    await sleep(Number(delay ?? 0))
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ pod }))
  })
  server.keepAliveTimeout = 0
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    pod,
    port: (server.address() as AddressInfo).port,
    checks,
    requests: () => requests,
    answerChecks: (answer, delay = 0) => {
      check = { status: answer, delay }
    },
    answerRequests: answer => {
      status = answer
    },
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
