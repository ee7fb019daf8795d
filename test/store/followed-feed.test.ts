import { afterEach, expect, test } from 'vitest'
import { openSqlite } from '../../src/store/sqlite/backend.ts'
import type { Backend } from '../../src/store/thread/backend.ts'
import { FollowedFeed } from '../../src/store/thread/followed-feed.ts'
import { OwnCommits } from '../../src/store/thread/own-commits.ts'
import { SentNews } from '../../src/store/thread/sent-news.ts'
import { push } from '../../src/store/versions/push.ts'
import { item, replacement } from './pushes.ts'

let database: Backend
afterEach(() => database.close())

async function opened() {
  database = await openSqlite(':memory:', false)
  return new FollowedFeed(database, new OwnCommits())
}

const write = (name: string) =>
  push(database, { source: 'east', author: 'a', parts: [replacement('topology', [item('Service', name)])] })

test('whoever follows the feed is sent what is new to him, once and in order', async () => {
  const feed = await opened()
  await write('a')
  await feed.begin({}, true)
  expect(await feed.head()).toMatchObject({ position: { revision: 1 } })
  await write('b')
  const { news } = await feed.head()
  expect(news).toMatchObject({ after: { revision: 1 }, page: { revision: 2 } })
  expect(news?.page.upserted.map(one => one.name)).toEqual(['b'])
  expect(news?.page.removed.map(one => one.name)).toEqual(['a'])
  expect(await feed.head()).toEqual({ position: { revision: 2, stamp: news?.page.stamp } })
})

test('nothing is read for whom does not follow', async () => {
  const feed = await opened()
  await write('a')
  await feed.begin({}, false)
  await write('b')
  expect(await feed.head()).toEqual({ position: expect.objectContaining({ revision: 2 }) })
})

test('of news that was sent only what comes next is taken', async () => {
  const feed = await opened()
  await write('a')
  const first = await feed.begin({}, true)
  const sent = new SentNews()
  await write('b')
  sent.keep((await feed.head()).news)
  await write('c')
  sent.keep((await feed.head()).news)
  expect(sent.take(first ?? {})).toBeUndefined()
  const both = await feed.begin(first ?? {}, true)
  expect(both?.upserted.map(one => one.name)).toEqual(['c'])
  await write('d')
  sent.keep((await feed.head()).news)
  expect(sent.take(both ?? {})?.upserted.map(one => one.name)).toEqual(['d'])
  expect(sent.take(both ?? {})).toBeUndefined()
})

test('who begins is not read what went: it is all of the history that he never had', async () => {
  const feed = await opened()
  await write('a')
  await write('b')
  const { archive } = database.statements
  let reads = 0
  const went = archive.went.bind(archive)
  archive.went = walk => {
    reads += 1
    return went(walk)
  }
  const first = await feed.begin({}, true)
  expect(first?.upserted.map(one => one.name)).toEqual(['b'])
  expect(reads).toBe(0)
  await write('c')
  expect((await feed.head()).news?.page.removed.map(one => one.name)).toEqual(['b'])
  expect(reads).toBe(1)
})
