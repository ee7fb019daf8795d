import { Closing } from '../../demo/closing.ts'

/**
 * Runs one measuring program: prints what it returns as one JSON line and exits 0 only if its `right` is true (what
 * must hold; figures of time are never part of it). Everything that it opened is closed, also on Ctrl-C.
 */
export async function measure(
  name: string,
  program: (closing: Closing) => Promise<{ right: boolean } & Record<string, unknown>>,
): Promise<never> {
  const closing = new Closing()
  const end = (code: number): Promise<never> =>
    closing.close().finally(() => process.exit(code)) as Promise<never>
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void end(130))
  try {
    const result = await program(closing)
    console.log(JSON.stringify({ measured: name, ...result }))
    return await end(result.right ? 0 : 1)
  } catch (error) {
    console.error(error)
    return end(1)
  }
}
