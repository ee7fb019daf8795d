import { createInterface } from 'node:readline'
import { Client, credentials, type ServiceError } from '@grpc/grpc-js'
import { register } from '@grpc/grpc-js-xds'
import type { CallFailure, CallOrder, CallOutcome } from './xds-caller.ts'

/**
 * gRPC's own xDS in JavaScript, as a program: it calls what it is told to on its standard input, and finds the control
 * plane by GRPC_XDS_BOOTSTRAP. `grpc-go/source/main.go` is the same in Go.
 */
const channels = new Map<string, Client>()

/**
 * One channel for each target, as a program would have it. By itself grpc-js sends the target's path as the authority,
 * and servers on nghttp2, its own among them, refuse one with a "/" (RST_STREAM, PROTOCOL_ERROR).
 */
function channelTo(target: string): Client {
  const options = target.includes('/', 'xds:///'.length) ? { 'grpc.default_authority': 'web.default' } : {}
  const channel = channels.get(target) ?? new Client(target, credentials.createInsecure(), options)
  channels.set(target, channel)
  return channel
}

async function run({ id, target, method, count, timeout }: CallOrder): Promise<CallOutcome> {
  const channel = channelTo(target)
  const answered: Record<string, number> = {}
  const failed: CallFailure[] = []
  for (let calls = 0; calls < count; calls += 1) {
    const { error, answer = '' } = await call(channel, method, timeout)
    if (error) failed.push({ code: error.code, details: error.details })
    else answered[answer] = (answered[answer] ?? 0) + 1
  }
  return { id, answered, failed }
}

const asBytes = (bytes: Buffer) => bytes

function call(channel: Client, method: string, timeout: number) {
  return new Promise<{ error: ServiceError | null; answer?: string | undefined }>(resolve => {
    const deadline = Date.now() + timeout
    const answer = (error: ServiceError | null, value?: Buffer) =>
      resolve({ error, answer: value?.toString() })
    channel.makeUnaryRequest(method, asBytes, asBytes, Buffer.from('hello'), { deadline }, answer)
  })
}

register()
const lines = createInterface({ input: process.stdin })
lines.on('line', async line => {
  const outcome = await run(JSON.parse(line) as CallOrder)
  process.stdout.write(`${JSON.stringify(outcome)}\n`)
})
lines.on('close', () => process.exit())
