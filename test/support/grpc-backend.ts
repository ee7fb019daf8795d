import {
  type ChannelOptions,
  Client,
  credentials,
  Metadata,
  type MethodDefinition,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceError,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js'

/** A gRPC backend that answers every call with its name; all it knows of messages is bytes. */
export interface GrpcBackend {
  readonly name: string
  readonly port: number
  /** Paths of the calls that came, and their metadata. */
  readonly received: readonly { path: string; metadata: Readonly<Record<string, unknown>> }[]
  forget(): void
  /** Calls of methods that are no streams end with this status, until it is OK again. */
  answerCalls(status: status): void
  close(): void
}

const SERVICES = ['demo.Echo', 'demo.EchoMore', 'demo.Other']
const METHODS = ['Say', 'Tell']

export async function startGrpcBackend(name: string): Promise<GrpcBackend> {
  const received: { path: string; metadata: Record<string, unknown> }[] = []
  let answer = status.OK
  const server = new Server()
  const begin = (
    call: ServerUnaryCall<Buffer, Buffer> | ServerWritableStream<Buffer, Buffer>,
    path: string,
  ) => {
    received.push({ path, metadata: call.metadata.getMap() })
    const metadata = new Metadata()
    metadata.set('x-backend', name)
    metadata.set('x-remove', 'secret')
    call.sendMetadata(metadata)
  }
  for (const service of SERVICES) {
    const unary = METHODS.map(method => [method, methodOf(`/${service}/${method}`, false)])
    const watch = methodOf(`/${service}/Watch`, true)
    server.addService(
      Object.fromEntries([...unary, ['Watch', watch]]),
      Object.fromEntries([
        ...METHODS.map(method => [
          method,
          (call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>) => {
            begin(call, `/${service}/${method}`)
            if (answer === status.OK) done(null, Buffer.from(name))
            else done({ code: answer, details: `${name} is ill` })
          },
        ]),
        [
          'Watch',
          (call: ServerWritableStream<Buffer, Buffer>) => {
            begin(call, watch.path)
            call.write(Buffer.from(name))
          },
        ],
      ]),
    )
  }
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  )
  return {
    name,
    port,
    received,
    forget: () => {
      received.length = 0
    },
    answerCalls: status => {
      answer = status
    },
    close: () => server.forceShutdown(),
  }
}

function methodOf(path: string, responseStream: boolean): MethodDefinition<Buffer, Buffer> {
  const asBytes = (bytes: Buffer) => bytes
  return {
    path,
    requestStream: false,
    responseStream,
    requestSerialize: asBytes,
    requestDeserialize: asBytes,
    responseSerialize: asBytes,
    responseDeserialize: asBytes,
  }
}

export interface GrpcAnswer {
  /** The backend that answered; undefined where none did. */
  readonly from: string | undefined
  readonly code: number
  readonly metadata: Readonly<Record<string, unknown>>
}

/** A gRPC client of a listener, for one authority. */
export class GrpcCaller {
  readonly #client: Client

  constructor(address: string, authority = 'example.com') {
    const options: ChannelOptions = { 'grpc.default_authority': authority, 'grpc.enable_retries': 0 }
    this.#client = new Client(address, credentials.createInsecure(), options)
  }

  call(path: string, headers: Readonly<Record<string, string>> = {}): Promise<GrpcAnswer> {
    const asBytes = (bytes: Buffer) => bytes
    return new Promise(resolve => {
      let metadata: Record<string, unknown> = {}
      const call = this.#client.makeUnaryRequest(
        path,
        asBytes,
        asBytes,
        Buffer.from('hello'),
        metadataOf(headers),
        { deadline: Date.now() + 10_000 },
        (error: ServiceError | null, value?: Buffer) =>
          resolve({ from: value?.toString(), code: error?.code ?? status.OK, metadata }),
      )
      call.on('metadata', got => {
        metadata = got.getMap()
      })
    })
  }

  /** A stream that has had its first message; `ended` says with which status it ended, once it did. */
  async watch(path: string): Promise<{ ended: () => number | undefined; cancel(): void }> {
    const asBytes = (bytes: Buffer) => bytes
    const stream = this.#client.makeServerStreamRequest(path, asBytes, asBytes, Buffer.from('hello'))
    let code: number | undefined
    stream.on('error', error => {
      code = (error as ServiceError).code
    })
    await new Promise(resolve => stream.once('data', resolve))
    return { ended: () => code, cancel: () => stream.cancel() }
  }

  close(): void {
    this.#client.close()
  }
}

function metadataOf(headers: Readonly<Record<string, string>>): Metadata {
  const metadata = new Metadata()
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value)
  return metadata
}
