/** Waits for `event`, but not longer than `milliseconds`; its result does not matter. */
export async function within(milliseconds: number, event: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<void>(resolve => {
    timer = setTimeout(resolve, milliseconds)
  })
  try {
    await Promise.race([event, over])
  } finally {
    clearTimeout(timer)
  }
}
