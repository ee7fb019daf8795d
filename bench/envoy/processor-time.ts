import { readdir, readFile } from 'node:fs/promises'

const NANOSECONDS = 1e6

/**
 * Milliseconds of processor time that the threads of a process have used (Linux), in nanoseconds where `stat` has
 * hundredths of a second: a single change takes less than one of those.
 */
export async function processorTimeOf(pid: number): Promise<number> {
  const threads = await readdir(`/proc/${pid}/task`)
  const read = async (thread: string) => {
    const text = await readFile(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').catch(() => '0')
    return Number(text.split(' ')[0]) / NANOSECONDS
  }
  return (await Promise.all(threads.map(read))).reduce((sum, time) => sum + time, 0)
}
