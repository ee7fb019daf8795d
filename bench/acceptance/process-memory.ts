import { readFile } from 'node:fs/promises'

/** Resident memory of a process in MiB, now and at its highest (Linux). */
export async function memoryOf(pid: number): Promise<{ rssMiB: number; peakMiB: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const read = (field: string) =>
    Math.round(Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024)
  return { rssMiB: read('VmRSS'), peakMiB: read('VmHWM') }
}
