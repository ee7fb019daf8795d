import { setImmediate as nextTurn } from 'node:timers/promises'
import { type ServerDuplexStream, status } from '@grpc/grpc-js'
import {
  type ClientStatusRequest,
  decodeClientStatusRequest,
  encodeClientStatusResponse,
} from '../../proto/client-status.ts'
import type { Failure } from '../streams/caller.ts'
import { type ClientStatuses, clientConfigs } from './client-statuses.ts'
import { nodeMatcher } from './node-matchers.ts'

/** gRPC clients refuse messages above 4 MiB. */
const LARGEST_RESPONSE = 4 * 1024 * 1024

/** The answer to one request, in as many messages as it needs; none of them is above 4 MiB. */
export async function* clientStatusResponses(
  statuses: ClientStatuses,
  bytes: Uint8Array,
): AsyncGenerator<Buffer, Failure | undefined> {
  const question = parse(bytes)
  if ('code' in question) return question
  let configs: Uint8Array[] = []
  let size = 0
  for await (const config of configsOf(statuses, question)) {
    // With some room for what each config has before it.
    if (size > 0 && size + config.length > LARGEST_RESPONSE * 0.9) {
      yield encodeClientStatusResponse(configs)
      configs = []
      size = 0
    }
    configs.push(config)
    size += config.length
  }
  yield encodeClientStatusResponse(configs)
  return undefined
}

/** The whole answer as one message, or why there is none. */
export async function clientStatusResponse(
  statuses: ClientStatuses,
  bytes: Uint8Array,
): Promise<Buffer | Failure> {
  const responses = clientStatusResponses(statuses, bytes)
  const first = await responses.next()
  if (first.done) return first.value ?? { code: status.INTERNAL, details: 'there is no answer' }
  const second = await responses.next()
  if (second.done) return first.value
  await responses.return(undefined)
  return { code: status.RESOURCE_EXHAUSTED, details: TOO_LARGE }
}

const TOO_LARGE =
  'the answer is above 4 MiB: ask for fewer clients by node_matchers, exclude_resource_contents, or use StreamClientStatus, which sends it in parts'

/** Answers one request after the other, as fast as the client reads. */
export function streamClientStatus(
  call: ServerDuplexStream<Buffer, Buffer>,
  statuses: ClientStatuses,
  onError: (error: unknown) => void,
): void {
  let isOver = false
  const over = new Promise<void>(resolve => {
    for (const event of ['cancelled', 'close', 'finish']) {
      call.on(event, () => {
        isOver = true
        resolve()
      })
    }
  })
  const fail = ({ code, details }: Failure) => {
    if (!isOver) call.emit('error', { code, details })
    isOver = true
  }
  const answer = async (bytes: Buffer) => {
    const responses = clientStatusResponses(statuses, bytes)
    for (let next = await responses.next(); !isOver; next = await responses.next()) {
      if (next.done) {
        if (next.value !== undefined) fail(next.value)
        return
      }
      const response = next.value
      await Promise.race([over, new Promise<unknown>(resolve => call.write(response, resolve))])
    }
    await responses.return(undefined)
  }
  call.on('data', (bytes: Buffer) => {
    call.pause()
    answer(bytes)
      .catch(error => {
        onError(error)
        fail({ code: status.INTERNAL, details: 'internal error' })
      })
      .finally(() => call.resume())
  })
  call.on('end', () => call.end())
}

interface Question extends Pick<ClientStatusRequest, 'excludeContents'> {
  readonly matches: (nodeId: string) => boolean
}

function parse(bytes: Uint8Array): Question | Failure {
  const decoded = decodeClientStatusRequest(bytes)
  if (!decoded.ok) return { code: status.INVALID_ARGUMENT, details: decoded.detail }
  const { request } = decoded
  const parsed = nodeMatcher(request)
  if (!parsed.ok) return { code: status.INVALID_ARGUMENT, details: parsed.detail }
  return { matches: parsed.matches, excludeContents: request.excludeContents }
}

async function* configsOf(
  statuses: ClientStatuses,
  { matches, excludeContents }: Question,
): AsyncGenerator<Uint8Array> {
  for (const proxy of await statuses.list()) {
    if (!matches(proxy.node)) continue
    for (const config of clientConfigs(proxy, await statuses.resources(proxy), excludeContents)) {
      yield config
      await nextTurn()
    }
  }
}
