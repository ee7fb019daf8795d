import type { Route } from './route.ts'

/** Each path once, with the methods that it answers. */
export function allowedMethods(routes: readonly Route[]): { path: string; methods: string[] }[] {
  const byPath = new Map<string, string[]>()
  for (const { path, method } of routes) {
    byPath.set(path, [...(byPath.get(path) ?? []), method.toUpperCase()])
  }
  return [...byPath].map(([path, methods]) => {
    const head = methods.includes('GET') ? ['HEAD'] : []
    return { path, methods: [...methods, ...head, 'OPTIONS'] }
  })
}
