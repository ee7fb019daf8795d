import { createHash } from 'node:crypto'
import { access, constants, readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The Go program that is a gRPC client, or server, with gRPC's own xDS; pinned by its go.mod. */
export const SOURCE = fileURLToPath(new URL('./source', import.meta.url))

export const HOW_TO_GET_IT = '`npm run build:grpc-go` builds it (with Go; once, some 2 minutes)'

/** What the build script has put into the cache folder; undefined until it has. */
export async function findGrpcGo(environment: NodeJS.ProcessEnv = process.env): Promise<string | undefined> {
  const program = join(await grpcGoFolder(environment), 'grpc-go')
  try {
    await access(program, constants.X_OK)
    return program
  } catch {
    return undefined
  }
}

/** Where the build script builds: a folder for these very sources on this kind of machine. */
export async function grpcGoFolder(environment: NodeJS.ProcessEnv): Promise<string> {
  const hash = createHash('sha256').update([process.platform, process.arch].join(' '))
  for (const file of ['main.go', 'go.mod', 'go.sum']) hash.update(await readFile(join(SOURCE, file)))
  const cache = environment.XDG_CACHE_HOME || join(homedir(), '.cache')
  return join(cache, 'vicinity', 'grpc-go', hash.digest('hex').slice(0, 16))
}
