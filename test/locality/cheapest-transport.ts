/**
 * The least cost at which all supply can be brought to places that take no more than their limits, by successive
 * shortest paths (Bellman-Ford over the residual network): knows nothing of zones or distances. Whole numbers only.
 */
export function cheapestTransport(
  supply: readonly number[],
  limits: readonly number[],
  costs: readonly (readonly number[])[],
): number {
  const source = supply.length + limits.length
  const sink = source + 1
  const edges: Edge[] = []
  supply.forEach((amount, from) => {
    addEdge(edges, source, from, amount, 0)
    limits.forEach((_, to) => {
      addEdge(edges, from, supply.length + to, amount, costs[from]?.[to] ?? 0)
    })
  })
  limits.forEach((limit, to) => {
    addEdge(edges, supply.length + to, sink, limit, 0)
  })

  let [cost, open] = [0, supply.reduce((sum, one) => sum + one, 0)]
  while (open > 0) {
    const path = shortestPath(edges, source, sink)
    const amount = Math.min(open, ...path.map(edge => edge.left))
    for (const edge of path) {
      edge.left -= amount
      edge.twin.left += amount
      cost += amount * edge.cost
    }
    open -= amount
  }
  return cost
}

interface Edge {
  readonly from: number
  readonly to: number
  readonly cost: number
  left: number
  twin: Edge
}

function addEdge(edges: Edge[], from: number, to: number, left: number, cost: number): void {
  const edge = { from, to, left, cost } as Edge
  edge.twin = { from: to, to: from, left: 0, cost: -cost, twin: edge }
  edges.push(edge, edge.twin)
}

function shortestPath(edges: readonly Edge[], source: number, sink: number): Edge[] {
  const distance = new Map([[source, 0]])
  const last = new Map<number, Edge>()
  for (let changed = true; changed; ) {
    changed = false
    for (const edge of edges) {
      const reached = (distance.get(edge.from) ?? Number.POSITIVE_INFINITY) + edge.cost
      if (edge.left === 0 || reached >= (distance.get(edge.to) ?? Number.POSITIVE_INFINITY)) continue
      distance.set(edge.to, reached)
      last.set(edge.to, edge)
      changed = true
    }
  }
  const path: Edge[] = []
  for (let place = sink; place !== source; ) {
    const edge = last.get(place)
    if (edge === undefined) throw new Error('the limits are too small for the supply')
    path.unshift(edge)
    place = edge.from
  }
  return path
}
