import { setTimeout as sleep } from 'node:timers/promises'

/** Something that is done again and again, with breaks. */
export interface Turns {
  /** Resolves when the turn that is under way has ended; none begins after that. */
  pause(): Promise<void>
  resume(): void
}

/** `rest` is how long to wait between two turns, in milliseconds. Begins paused. `failed` is told of what a turn throws. */
export function takeTurns(
  turn: () => Promise<void>,
  rest: () => number,
  failed: (error: Error) => void,
): Turns {
  let isRunning = false
  let running: Promise<void> = Promise.resolve()
  return {
    async pause() {
      isRunning = false
      await running
    },
    resume() {
      if (isRunning) return
      isRunning = true
      running = running.then(async () => {
        while (isRunning) {
          await turn().catch(failed)
          await sleep(rest())
        }
      })
    },
  }
}
