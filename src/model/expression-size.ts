/** An escape, a class, a repetition, a bracket, or one character. */
const TOKEN =
  /\\[pPx]\{[^}]*\}|\\[\s\S]|\[\^?\]?(?:\\[\s\S]|[^\]\\])*\]|\{(?<least>\d+)(?:,(?<most>\d*))?\}|[()]|[\s\S]/gu

/**
 * About how many instructions RE2 makes of an expression, counted without making them: `(abc){1000}` is short to
 * send and long to compile. Of what is no expression the answer means nothing.
 */
export function expressionSize(expression: string): number {
  const open: { total: number; last: number }[] = [{ total: 0, last: 0 }]
  for (const { 0: token, groups } of expression.matchAll(TOKEN)) {
    const sequence = open[open.length - 1] as { total: number; last: number }
    if (groups?.least !== undefined) {
      const times = Math.max(1, Number(groups.least), Number(groups.most ?? 0))
      sequence.total += sequence.last * (times - 1)
      sequence.last *= times
    } else if (token === '(') open.push({ total: 0, last: 0 })
    else {
      const isEnd = token === ')' && open.length > 1
      if (isEnd) open.pop()
      const outer = open[open.length - 1] as { total: number; last: number }
      outer.last = isEnd ? sequence.total : 1
      outer.total += outer.last
    }
  }
  return open.reduce((total, sequence) => total + sequence.total, 0)
}
