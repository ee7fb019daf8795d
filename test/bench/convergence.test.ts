import { expect, test } from 'vitest'
import { problemsOf } from '../../bench/compare/convergence.ts'

const WORKLOAD = { services: 50, endpoints: 10, zones: 2, streams: 4 }
const converged = { states_per_zone: { 'zone-0': 1, 'zone-1': 1 } }
const fifty = { ...converged, min_resources: 50, max_resources: 50 }
const one = { ...converged, min_resources: 1, max_resources: 1 }
const right = { cds: fifty, eds: fifty, lds: one, rds: one }

test('streams that all hold the same, and everything, are no problem', () => {
  expect(problemsOf(right, WORKLOAD)).toEqual([])
})

test('a zone whose streams hold different things is a problem', () => {
  const eds = { ...fifty, states_per_zone: { 'zone-0': 1, 'zone-1': 3 } }
  expect(problemsOf({ ...right, eds }, WORKLOAD)).toEqual([
    'eds: the streams of zone-1 hold 3 different states',
  ])
})

test('a stream that holds too little is a problem, also when all of them do', () => {
  const cds = { ...fifty, min_resources: 49, max_resources: 49 }
  expect(problemsOf({ ...right, cds }, WORKLOAD)).toEqual([
    'cds: streams hold 49 to 49 resources instead of 50',
  ])
})

test('a type of which nothing is told is a problem', () => {
  const { rds: _, ...rest } = right
  expect(problemsOf(rest, WORKLOAD)).toEqual(['no stream holds anything of rds'])
})
