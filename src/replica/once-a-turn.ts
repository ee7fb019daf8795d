/** The same question, asked once for all who ask it in one turn of the event loop. */
export function onceATurn<T>(ask: () => T): () => T {
  let answer: { readonly value: T } | undefined
  return () => {
    if (answer === undefined) {
      answer = { value: ask() }
      setImmediate(() => {
        answer = undefined
      })
    }
    return answer.value
  }
}
