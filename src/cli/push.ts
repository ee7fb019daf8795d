import { type Command, Option } from 'commander'
import type { Client, PushOptions } from '../client/client.ts'
import { ClientError } from '../client/client-error.ts'
import { zippedStream } from '../client/json-text.ts'
import { PARTS, type Part } from '../model/entry.ts'
import type { WriteAnswer } from '../operations/write-answer.ts'
import { type ConnectionOptions, connect, withConnection } from './connection.ts'
import { epochOption } from './epoch-option.ts'
import { CommandFailure, EXIT, exitCodeOf } from './exit-code.ts'
import {
  beginsKubernetes,
  isKubernetes,
  joinKubernetes,
  type KubernetesPush,
  place,
} from './kubernetes-documents.ts'
import { mergeDocuments } from './merged-documents.ts'
import type { PushedDocument } from './pushed-documents.ts'
import { removalLines } from './removal-lines.ts'
import type { Terminal } from './terminal.ts'
import {
  requireConvergence,
  showAftermath,
  showChanges,
  type WritingFlags,
  withWriting,
  writeOptions,
} from './writing.ts'

interface PushFlags extends ConnectionOptions, WritingFlags {
  readonly source: string
  readonly filename?: readonly string[]
  readonly part?: Part
  readonly force?: boolean
  readonly epoch?: number
}

/** What of several files is sent, and how. */
interface PreparedPush {
  send(client: Client, source: string, options: PushOptions): Promise<WriteAnswer>
  /** Turns a pointer into what was sent into the file and the pointer where that came from. */
  readonly locate: (pointer: string) => string
}

/** `vicinity push`: replaces what a source says by what stands in files. */
export function addPush(program: Command, terminal: Terminal): void {
  const command = program
    .command('push')
    .description(
      'push topology, routes or both from YAML or JSON, or Kubernetes objects; what the files leave out goes',
    )
    .argument('[file...]', 'documents are merged; - is standard input')
    .option('-f, --filename <file>', 'the same, as kubectl has it; may be repeated', collected)
    .requiredOption('--source <source>', 'whose topology and routes these are')
    .addOption(
      new Option('--part <part>', 'of Kubernetes objects push only this and leave the other alone').choices(
        PARTS,
      ),
    )
    .option('--force', 'push however many of the endpoints of the source go')
    .addOption(epochOption())
  withConnection(withWriting(command)).action(async (files: string[], flags: PushFlags) => {
    const { force, epoch } = flags
    const options = { ...writeOptions(flags), force: force ?? false, epoch }
    const client = connect(flags, terminal)
    const paths = [...files, ...(flags.filename ?? [])]
    if (paths.length === 0) throw new CommandFailure(EXIT.usage, 'name the files to push, or - for stdin')
    const prepared = await preparePush(paths, flags.part, terminal)
    const answer = await prepared
      .send(client, flags.source, options)
      .catch(error => rethrowLocated(error, prepared))
    if (flags.json) terminal.out(JSON.stringify(answer, undefined, 2))
    else await show(answer, prepared, client, terminal)
    requireConvergence(answer)
  })
}

function collected(value: string, before: readonly string[] = []): string[] {
  return [...before, value]
}

async function preparePush(
  paths: readonly string[],
  part: Part | undefined,
  terminal: Terminal,
): Promise<PreparedPush> {
  if (paths.filter(path => path === '-').length > 1)
    throw new CommandFailure(EXIT.usage, '- stands for standard input, which can be read only once')
  // The YAML parser is loaded only where it is needed.
  const { openFile, readFile, parseDocuments } = await import('./pushed-documents.ts')
  const files = await Promise.all(paths.map(path => openFile(path, terminal)))
  const [only] = files
  if (only !== undefined && files.length === 1 && beginsKubernetes(only.beginning)) {
    const json = await zippedStream(only.chunks)
    return kubernetesPush({ json, locate: pointer => place(only.name, pointer) }, part)
  }
  const documents = (await Promise.all(files.map(readFile))).flatMap(parseDocuments)
  const objects = documents.filter(({ value }) => isKubernetes(value))
  if (objects.length === 0) return nativePush(documents, part)
  if (objects.length < documents.length) throw mixed(documents)
  return kubernetesPush(joinKubernetes(objects), part)
}

function kubernetesPush({ json, locate }: KubernetesPush, part: Part | undefined): PreparedPush {
  return {
    send: (client, source, options) => client.pushKubernetes(source, json, { ...options, part }),
    locate,
  }
}

function nativePush(documents: readonly PushedDocument[], part: Part | undefined): PreparedPush {
  if (part !== undefined)
    throw new CommandFailure(EXIT.usage, '--part is for Kubernetes objects: these documents name their part')
  const merged = mergeDocuments(documents)
  return {
    send: (client, source, options) => client.push(source, merged.part, merged.document, options),
    locate: merged.locate,
  }
}

function mixed(documents: readonly PushedDocument[]): CommandFailure {
  const names = (of: boolean) =>
    documents.flatMap(({ name, value }) => (isKubernetes(value) === of ? [name] : [])).join(', ')
  const what = `Kubernetes objects (${names(true)}) and documents of Vicinity's own (${names(false)})`
  return new CommandFailure(EXIT.refused, `${what} cannot be one push: each would remove the other`)
}

/** Pointers into what was sent mean nothing to somebody who has three files. */
function rethrowLocated(error: unknown, { locate }: PreparedPush): never {
  if (error instanceof ClientError && error.removal !== undefined) {
    throw new CommandFailure(exitCodeOf(error), [error.message, ...removalLines(error.removal)].join('\n'))
  }
  if (!(error instanceof ClientError) || error.problems.length === 0) throw error
  const problems = error.problems.map(
    ({ pointer, detail }) => `${locate(pointer)}: ${withPlaces(detail, locate)}`,
  )
  throw new CommandFailure(exitCodeOf(error), [error.message, ...problems].join('\n'))
}

/** Of two that are the same a problem names the other one's place, too. */
function withPlaces(detail: string, locate: PreparedPush['locate']): string {
  return detail.replace(
    /^((?:.*: )?is given twice: )(\/\S*)/,
    (_, before, pointer) => before + locate(pointer),
  )
}

async function show(
  answer: WriteAnswer,
  { locate }: PreparedPush,
  client: Client,
  terminal: Terminal,
): Promise<void> {
  const { added, updated, removed } = answer.changed
  const counts = `${added} added, ${updated} updated, ${removed} removed`
  const what = `${answer.part === 'both' ? 'snapshot' : answer.part} of ${answer.source}`
  if (answer.unchanged) {
    const since = answer.revision === null ? '' : ` since revision ${answer.revision}`
    terminal.out(`${what}: unchanged${since}`)
  } else if (answer.revision === null) {
    terminal.out(`${what}: would change: ${counts} (dry run, nothing was stored)`)
  } else {
    await showChanges(answer, client, terminal)
    terminal.out(`${what}: revision ${answer.revision}: ${counts}`)
  }
  showAftermath(answer, locate, terminal)
}
