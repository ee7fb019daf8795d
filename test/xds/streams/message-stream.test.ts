import { connect } from 'node:http2'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import {
  Client,
  credentials,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  status,
} from '@grpc/grpc-js'
import { afterEach, describe, expect, test } from 'vitest'
import { rawStream } from '../../../src/proto/service.ts'
import { MessageStream } from '../../../src/xds/streams/message-stream.ts'

type Call = ServerDuplexStream<Buffer, Buffer>

const METHOD = rawStream('/test.Test/Talk')
const LIMIT = 100_000

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** A server with one method. */
async function serve(onCall: (call: Call) => void, limit = LIMIT): Promise<number> {
  const server = new Server({ 'grpc.max_receive_message_length': limit, 'grpc.enable_channelz': 0 })
  server.addService({ talk: METHOD }, { talk: onCall })
  closing.push(() => server.forceShutdown())
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    )
  })
}

function call(port: number) {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
    'grpc.max_receive_message_length': -1,
  })
  closing.push(() => client.close())
  const stream = client.makeBidiStreamRequest(
    METHOD.path,
    METHOD.requestSerialize,
    METHOD.responseDeserialize,
  )
  stream.on('error', () => undefined)
  return stream
}

function framed(message: Buffer, isCompressed = false): Buffer {
  const body = isCompressed ? gzipSync(message) : message
  const prefix = Buffer.from([isCompressed ? 1 : 0, 0, 0, 0, 0])
  prefix.writeUInt32BE(body.length, 1)
  return Buffer.concat([prefix, body])
}

/** A connection to a server that reads so many messages. */
async function reading(messages: number) {
  const texts: string[] = []
  let done = (_: string[]) => {}
  const received = new Promise<string[]>(resolve => {
    done = resolve
  })
  const port = await serve(one => {
    one.on('error', () => undefined)
    new MessageStream(one).onMessage(bytes => {
      texts.push(bytes.toString())
      if (texts.length === messages) done(texts)
    })
  })
  const session = connect(`http://127.0.0.1:${port}`)
  closing.push(() => session.destroy())
  return { session, received }
}

/** What the server has read, of what is written to it in these chunks, each of which comes by itself. */
async function read(messages: number, chunks: readonly Buffer[]): Promise<string[]> {
  const { session, received } = await reading(messages)
  const stream = session.request({
    ':method': 'POST',
    ':path': METHOD.path,
    'content-type': 'application/grpc',
    'grpc-encoding': 'gzip',
    te: 'trailers',
  })
  for (const chunk of chunks) {
    await new Promise<void>(resolve => stream.write(chunk, () => resolve()))
    await nextTurn()
  }
  return received
}

describe('the messages of a call', () => {
  const texts = ['one', '', 'three', 'x'.repeat(50_000), 'five']
  const wire = (isCompressed: (index: number) => boolean) =>
    Buffer.concat(texts.map((text, index) => framed(Buffer.from(text), isCompressed(index))))

  test('are read in their order when they come together', async () => {
    expect(await read(texts.length, [wire(() => false)])).toEqual(texts)
  })

  test('are read in their order wherever they are cut', async () => {
    const bytes = wire(() => false)
    const cuts = [1, 4, 5, 6, 10, 17, 20, 30_000, bytes.length - 7]
    const chunks = [0, ...cuts].map((from, index) => bytes.subarray(from, cuts[index] ?? bytes.length))
    expect(await read(texts.length, chunks)).toEqual(texts)
  })

  test('are read in their order when some of them are compressed', async () => {
    for (const odd of [0, 1]) {
      expect(await read(texts.length, [wire(index => index % 2 === odd)])).toEqual(texts)
    }
  })

  test('leave nothing of what was read behind when they came in pieces', async () => {
    let opened: Call | undefined
    const port = await serve(one => {
      opened = one
      const messages = new MessageStream(one)
      messages.onMessage(bytes => messages.send(Buffer.from(bytes), Buffer.alloc(0), () => undefined))
    })
    const client = call(port)
    // More than is read at once.
    client.write(Buffer.alloc(LIMIT, 'x'))
    await new Promise(resolve => client.once('data', resolve))
    const { decoder } = (opened as unknown as { readonly call: { readonly decoder: object } }).call
    expect(decoder).toMatchObject({ readPartialMessage: [], readCompressFlag: Buffer.alloc(1) })
    const held = (decoder as { readonly readCompressFlag: Buffer }).readCompressFlag.buffer.byteLength
    expect(held).toBeLessThan(LIMIT / 10)
  })

  test('of several calls may come in pieces at once', async () => {
    const { session, received } = await reading(3)
    const headers = {
      ':method': 'POST',
      ':path': METHOD.path,
      'content-type': 'application/grpc',
      te: 'trailers',
    }
    const calls = ['a', 'b', 'c'].map(text => ({
      stream: session.request(headers),
      bytes: framed(Buffer.from(text.repeat(20_000))),
    }))
    for (const [from, to] of [
      [0, 9_000],
      [9_000, 15_000],
      [15_000, undefined],
    ] as const) {
      for (const { stream, bytes } of calls) {
        await new Promise<void>(resolve => stream.write(bytes.subarray(from, to), () => resolve()))
        await nextTurn()
      }
    }
    expect(await received).toEqual(['a', 'b', 'c'].map(text => text.repeat(20_000)))
  })

  test('are read whole where they are larger than what there is to put them together in', async () => {
    const port = await serve(one => {
      const messages = new MessageStream(one)
      messages.onMessage(bytes => messages.send(Buffer.alloc(0), Buffer.from(bytes), () => undefined))
    }, 4_000_000)
    const client = call(port)
    const large = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => index % 251))
    const answers: Buffer[] = []
    const answered = new Promise<void>(resolve => {
      client.on('data', (bytes: Buffer) => {
        answers.push(bytes)
        if (answers.length === 3) resolve()
      })
    })
    for (const bytes of [large, Buffer.from('small'), large]) client.write(bytes)
    await answered
    expect(answers.map(bytes => bytes.length)).toEqual([3_000_000, 5, 3_000_000])
    expect([answers[0]?.equals(large), answers[2]?.equals(large)]).toEqual([true, true])
  })

  test('are answered before the end that their client says at once', async () => {
    const port = await serve(one => {
      const messages = new MessageStream(one)
      messages.onMessage(bytes => messages.send(Buffer.from('re: '), bytes, () => undefined))
      one.on('end', () => one.end())
    })
    const client = call(port)
    const answers: string[] = []
    client.on('data', bytes => answers.push(String(bytes)))
    client.write(Buffer.from('a'))
    client.end(Buffer.from('b'))
    const { code } = await new Promise<{ code: number }>(resolve => client.on('status', resolve))
    expect({ code, answers }).toEqual({ code: status.OK, answers: ['re: a', 're: b'] })
  })

  test('end the call where one is larger than the limit', async () => {
    const port = await serve(one => {
      one.on('error', () => undefined)
      new MessageStream(one).onMessage(() => undefined)
    })
    const client = call(port)
    client.write(Buffer.alloc(LIMIT + 1))
    client.resume()
    const { code } = await new Promise<{ code: number }>(resolve => client.on('status', resolve))
    expect(code).toBe(status.RESOURCE_EXHAUSTED)
  })
})

describe('a message that is sent', () => {
  test('is its head and its body, whatever their lengths, and all come in their order', async () => {
    const lengths = [0, 1, 4_096, 4_097, 300_000, 3, 2_000_000, 5]
    const port = await serve(one => {
      const messages = new MessageStream(one)
      let sent = 0
      for (const [index, length] of lengths.entries()) {
        messages.send(Buffer.from(`${index}:`), Buffer.alloc(length, 'x'), () => {
          sent += 1
          if (sent === lengths.length) one.end()
        })
      }
    })
    const client = call(port)
    const received: string[] = []
    for await (const bytes of client) received.push(String(bytes))
    expect(received).toEqual(lengths.map((length, index) => `${index}:${'x'.repeat(length)}`))
  })

  test('may be the same for many calls', async () => {
    const body = Buffer.alloc(100_000, 'x')
    const port = await serve(one => new MessageStream(one).send(Buffer.alloc(0), body, () => one.end()))
    const received = await Promise.all(
      Array.from({ length: 5 }, async () => {
        const [bytes] = await call(port).toArray()
        return (bytes as Buffer).equals(body)
      }),
    )
    expect(received).toEqual([true, true, true, true, true])
  })

  test('to a client that has gone is dropped', async () => {
    const left = new Promise<MessageStream>(resolve => {
      const begin = (one: Call) => {
        const messages = new MessageStream(one)
        one.on('cancelled', () => resolve(messages))
        messages.send(Buffer.from('a'), Buffer.alloc(0), () => undefined)
      }
      void serve(begin).then(port => {
        const client = call(port)
        client.on('data', () => client.cancel())
      })
    })
    const messages = await left
    let sent = false
    messages.send(Buffer.from('a'), Buffer.alloc(10_000), () => {
      sent = true
    })
    await nextTurn()
    expect(sent).toBe(false)
  })
})
