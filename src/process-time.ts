/**
 * Milliseconds by a clock that nobody sets, since some moment: the same for all threads of this process, unlike
 * `performance.now()`.
 */
export function processTime(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1000 + nanoseconds / 1e6
}
