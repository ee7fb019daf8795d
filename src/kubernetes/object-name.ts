interface Named {
  readonly kind: string
  /** '' is none. */
  readonly namespace: string
  readonly name: string
}

/** Kubernetes allows 253 characters to a name; what a document says may be as long as the document. */
const MAX_NAME = 400

/** What people call an object: of a document that came through a pipe a pointer says nothing to anybody. */
export function objectName({ kind, namespace, name }: Named): string {
  const full = namespace === '' ? `${kind} ${name}` : `${kind} ${namespace}/${name}`
  return full.length > MAX_NAME ? `${full.slice(0, MAX_NAME)}…` : full
}
