import { readFile } from 'node:fs/promises'

const TICKS_PER_SECOND = 100
const COMMAND_END = ') '
/** utime and stime, counted from the field after the command (proc_pid_stat(5) numbers them 14 and 15). */
const USER = 11
const SYSTEM = 12

/** Seconds of processor time that a process has used (Linux). */
export async function cpuSecondsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(COMMAND_END) + COMMAND_END.length).split(' ')
  return (Number(fields[USER]) + Number(fields[SYSTEM])) / TICKS_PER_SECOND
}
