import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'

/** Says its name first, and then what it is told. */
async function openEcho(name: string) {
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    socket.write(name)
    socket.pipe(socket)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const close = async () => {
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }
  return { port: (server.address() as AddressInfo).port, sockets, close }
}

describe('the TCP proxy of the tests', () => {
  let echo: Awaited<ReturnType<typeof openEcho>>
  let other: Awaited<ReturnType<typeof openEcho>>
  let proxy: TcpProxy
  const clients: Socket[] = []

  beforeEach(async () => {
    ;[echo, other] = await Promise.all([openEcho('echo'), openEcho('other')])
    proxy = await openTcpProxy(echo)
  })
  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy()
    await proxy.close()
    await Promise.all([echo.close(), other.close()])
  })

  const dial = async () => {
    const client = connect(proxy.port, '127.0.0.1')
    clients.push(client)
    client.setEncoding('utf8')
    await once(client, 'connect')
    return client
  }
  /** Who is at the other end. */
  const greeting = async (client: Socket) => (await once(client, 'data'))[0] as string
  /** Milliseconds until it has come back. */
  const roundTrip = async (client: Socket, text: string) => {
    const since = performance.now()
    client.write(text)
    expect(await once(client, 'data')).toEqual([text])
    return performance.now() - since
  }
  const greeted = async () => {
    const client = await dial()
    expect(await greeting(client)).toBe('echo')
    return client
  }

  test('passes on both ways, to the end and unchanged', async () => {
    const client = await greeted()
    const sent = 'x'.repeat(20 * 1024 * 1024)
    let received = 0
    client.on('data', (text: string) => {
      received += text.length
    })
    client.end(sent)
    await once(client, 'end')
    expect(received).toBe(sent.length)
  })

  test('resets connections when it is cut, and refuses new ones until it is healed', async () => {
    const client = await greeted()
    const [theirs] = echo.sockets
    const ends = [once(client, 'close'), once(theirs as Socket, 'close')]
    const error = new Promise<NodeJS.ErrnoException>(resolve => client.once('error', resolve))
    await proxy.cut()
    expect((await error).code).toBe('ECONNRESET')
    await Promise.allSettled(ends)
    await expect(dial()).rejects.toThrow(/ECONNREFUSED/)
    await proxy.heal()
    await greeted()
  })

  test('passes nothing on and closes nothing while it is frozen, and everything when it has thawed', async () => {
    const client = await greeted()
    proxy.freeze()
    let heard = ''
    client.on('data', (text: string) => {
      heard += text
    })
    client.write('one, ')
    const newer = await dial()
    client.end('two')
    // What we wait for is that nothing happens.
    await sleep(50)
    expect(heard).toBe('')
    proxy.thaw()
    await Promise.all([once(client, 'end'), greeting(newer)])
    expect(heard).toBe('one, two')
  })

  test('does not tell the target what happens to a client while it is frozen', async () => {
    const client = await greeted()
    const theirs = [...echo.sockets][0] as Socket
    let ended = false
    const end = new Promise<void>(resolve => theirs.once('close', () => resolve())).then(() => {
      ended = true
    })
    proxy.freeze()
    client.resetAndDestroy()
    await sleep(50)
    expect(ended).toBe(false)
    proxy.thaw()
    await end
  })

  test('delays each direction, and keeps the order when the delay becomes shorter', async () => {
    const client = await greeted()
    proxy.delay(60)
    expect(await roundTrip(client, 'slow')).toBeGreaterThanOrEqual(120)
    let heard = ''
    const both = new Promise<void>(resolve => {
      client.on('data', (text: string) => {
        heard += text
        if (heard.length === 2) resolve()
      })
    })
    client.write('1')
    await sleep(20)
    proxy.delay(0)
    client.write('2')
    await both
    expect(heard).toBe('12')
  })

  test('sends new connections to another target, and leaves those that there are', async () => {
    const client = await greeted()
    proxy.retarget(other)
    expect(await greeting(await dial())).toBe('other')
    await roundTrip(client, 'still here')
    expect(echo.sockets.size).toBe(1)
  })

  test('resets a client when the target takes no connections', async () => {
    await echo.close()
    const client = await dial()
    await expect(once(client, 'data')).rejects.toThrow(/ECONNRESET/)
  })

  test('says how something at the target is reached through it', () => {
    expect(proxy.through('postgres://me:secret@127.0.0.1:5432/app?sslmode=disable')).toBe(
      `postgres://me:secret@127.0.0.1:${proxy.port}/app?sslmode=disable`,
    )
  })
})
