import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ResultsFile, readResults } from '../../bench/results-file.ts'
import { figuresOf } from './figures.ts'

const machine = { cores: 2, cpu: '', memoryGiB: 1, system: '', node: '', go: '', load: 0 }
const first = { at: '2026-01-01', commit: 'a', machine }
const second = { at: '2026-02-02', commit: 'b', machine }
const curve = { figures: [figuresOf({ server: 'vicinity' })] }

async function temporaryFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'vicinity-results-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return join(folder, 'results', 'latest.json')
}

test('what is measured again replaces what was, and all else stays with its own date', async () => {
  const path = await temporaryFile()
  const before = await ResultsFile.open(path)
  await before.change(() => ({
    growth: { services: { ...curve, ...first }, streams: { ...curve, ...first } },
  }))
  const again = await ResultsFile.open(path)
  await again.change(all => ({ ...all, growth: { ...all.growth, streams: { ...curve, ...second } } }))
  const { growth } = await readResults(path)
  expect(growth?.services?.commit).toBe('a')
  expect(growth?.streams?.commit).toBe('b')
})

test('a file that is no results is not overwritten', async () => {
  const path = join(await temporaryFile(), '..', '..', 'latest.json')
  await writeFile(path, '{"compare":')
  await expect(ResultsFile.open(path)).rejects.toThrow('has no results that can be read')
})
