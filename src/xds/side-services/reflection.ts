import { EventEmitter } from 'node:events'
import { type Server, type ServerDuplexStream, status } from '@grpc/grpc-js'
import type { ReflectionService } from '@grpc/reflection'
import { type DescribedMethod, fileDescriptors } from '../../proto/file-descriptors.ts'
import { rawStream } from '../../proto/service.ts'

type Call = ServerDuplexStream<Buffer, Buffer>

/** The two names of one protocol. */
const PATHS = ['v1', 'v1alpha'].map(
  version => `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`,
)

/**
 * `grpc.reflection.v1` and `v1alpha.ServerReflection` of these methods. Nothing is loaded or made before somebody asks:
 * linking all that Envoy's messages consist of takes longer than the rest of a start. `mayAsk` judges each call, and ends those
 * that may not.
 */
export function addReflection(
  server: Server,
  methods: readonly DescribedMethod[],
  mayAsk: (call: Call) => boolean,
): void {
  let made: Promise<ReadonlyMap<string, Answers>> | undefined
  for (const path of PATHS) {
    server.addService(
      { info: rawStream(path) },
      {
        info: (call: Call) => {
          if (!mayAsk(call)) return
          made ??= answersByPath(methods)
          // What the call says meanwhile waits for who reads it.
          made.then(
            answers => serve(call, answers.get(path) as Answers),
            () => {
              made = undefined
              call.emit('error', { code: status.INTERNAL, details: 'reflection cannot be loaded' })
            },
          )
        },
      },
    )
  }
}

/** What the library makes of one version of the protocol. */
interface Answers {
  decode(bytes: Buffer): object
  encode(answer: object): Buffer
  open(stream: Stream): void
}

/** As much of a stream of decoded messages as the library uses. */
type Stream = EventEmitter & { write(answer: object): void; end(): void }

type PackageDefinition = ConstructorParameters<typeof ReflectionService>[0]

async function answersByPath(methods: readonly DescribedMethod[]): Promise<ReadonlyMap<string, Answers>> {
  const { ReflectionService } = await import('@grpc/reflection')
  const fileDescriptorProtos = fileDescriptors(methods).map(bytes => Buffer.from(bytes))
  // Nothing but the files is read of what the library would have loaded itself.
  const files = { all: { fileDescriptorProtos } } as unknown as PackageDefinition
  const answers = new Map<string, Answers>()
  new ReflectionService(files).addToServer({
    addService: (definition, { ServerReflectionInfo }) => {
      for (const { path, requestDeserialize, responseSerialize } of Object.values(definition))
        answers.set(path, {
          decode: requestDeserialize,
          encode: responseSerialize,
          open: ServerReflectionInfo as unknown as Answers['open'],
        })
    },
  })
  return answers
}

function serve(call: Call, { decode, encode, open }: Answers): void {
  const stream = Object.assign(new EventEmitter(), {
    write: (answer: object) => {
      if (call.write(encode(answer))) return
      call.pause()
      call.once('drain', () => call.resume())
    },
    end: () => call.end(),
  })
  open(stream)
  call.on('data', (bytes: Buffer) => {
    try {
      stream.emit('data', decode(bytes))
    } catch {
      call.emit('error', { code: status.INVALID_ARGUMENT, details: 'not a ServerReflectionRequest' })
    }
  })
  call.on('end', () => stream.emit('end'))
}
