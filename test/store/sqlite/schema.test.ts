import { getTableConfig } from 'drizzle-orm/sqlite-core'
import { expect, test } from 'vitest'
import { openDatabase } from '../../../src/store/sqlite/database.ts'
import * as schema from '../../../src/store/sqlite/schema.ts'

test.each(Object.values(schema).map(getTableConfig))('the table $name is what the migrations make', table => {
  const db = openDatabase(':memory:', { mustExist: false })
  const columns = db.pragma(`table_info(${table.name})`) as { name: string; type: string; notnull: number }[]
  db.close()
  const declared = table.columns.map(column => [column.name, column.getSQLType(), column.notNull])
  expect(declared).toEqual(
    columns.map(({ name, type, notnull }) => [name, type.toLowerCase(), isSet(name, notnull)]),
  )

  /** SQLite reports a rowid key as nullable; drizzle does not. */
  function isSet(name: string, notnull: number): boolean {
    return notnull === 1 || (table.name === 'revision' && name === 'revision')
  }
})
